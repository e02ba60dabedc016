//! What a defence costs, and gates on rates, by the real binary.

use std::path::Path;

use serde_json::Value;

use crate::support::{arena, stderr, stdout};

/// Two labels on the same seeds, without a guard and with one.
fn played(folder: &Path) {
    for (label, blue) in [("bare", "none"), ("guarded", "guard")] {
        let arguments = ["play", "support-desk", "--blue", blue, "--matches", "20", "--seed", "pairs"];
        let output = arena(folder).args(arguments).args(["--label", label, "--fail-on", "never"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}

fn compare(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = arena(folder).arg("compare").args(arguments).output().unwrap();
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn the_price_of_a_defence_is_told_on_the_rounds_that_both_played() {
    let folder = tempfile::tempdir().unwrap();
    played(folder.path());
    let (code, out, _) = compare(folder.path(), &["bare", "guarded", "bare", "--json"]);
    assert_eq!(code, Some(0));
    let whole: Value = serde_json::from_str(&out).unwrap();
    let [guarded, bare] = whole["comparisons"].as_array().unwrap().as_slice() else { panic!("{whole}") };
    // Five rounds a match, two of them benign.
    let cells = |pairs: &Value| -> Vec<u64> {
        ["both", "base_only", "new_only", "neither"].iter().map(|cell| pairs[cell].as_u64().unwrap()).collect()
    };
    let attacks = cells(&guarded["attack_success"]);
    assert_eq!(attacks.iter().sum::<u64>(), 60, "{attacks:?}");
    assert!(attacks[1] > 0 && attacks[2] == 0, "a guard stops some attacks and opens none: {attacks:?}");
    let work = cells(&guarded["utility"]);
    assert_eq!(work.iter().sum::<u64>(), 40, "{work:?}");
    assert!(work[1] > 0 && work[2] == 0, "and it costs some honest work: {work:?}");
    assert!(guarded["added_in_a_round"]["tokens"]["mean"].as_f64().unwrap() > 0.0);
    assert_eq!(guarded["mock"], true);
    // Against itself nothing is stopped, opened, lost or gained.
    assert_eq!(cells(&bare["attack_success"])[1..3], [0, 0]);
    assert_eq!(
        (bare["attack_success"]["mcnemar_p"].as_f64(), &bare["regressions"]),
        (Some(1.0), &Value::Array(vec![]))
    );

    let (code, out, _) = compare(folder.path(), &["bare", "guarded"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("MOCK players: these figures say nothing about a model"), "{out}");
}

#[test]
fn gates_hold_or_end_with_their_own_code() {
    let folder = tempfile::tempdir().unwrap();
    played(folder.path());
    for (arguments, code, line) in [
        (
            &["bare", "guarded", "--max-asr", "100%", "--min-n", "60"][..],
            0,
            "guarded: gate --max-asr 100 % holds: found ",
        ),
        (&["bare", "guarded", "--max-asr-upper", "0%"], 1, "guarded: gate --max-asr-upper 0 % FAILED: found "),
        (&["guarded", "bare", "--max-false-block", "0"], 0, "bare: gate --max-false-block 0 % holds: found 0.0 %"),
        (&["bare", "guarded", "--min-n", "61"], 3, "guarded: gate --min-n 61 FAILED: 60 attack rounds decided"),
        (&["guarded", "bare", "--fail-on-regression"], 1, "bare: REGRESSION: attack success: +"),
        (&["guarded", "bare"], 0, "bare: worse: attack success: +"),
    ] {
        let (found, out, err) = compare(folder.path(), arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {out}{err}");
        assert!(out.contains(line), "{arguments:?}: {out}");
    }
    // What the file says holds where the command line says nothing.
    std::fs::write(folder.path().join("arena.toml"), "[gates]\nmax_asr_upper = \"0%\"\nmin_n = 10\n").unwrap();
    assert_eq!(compare(folder.path(), &["bare", "guarded"]).0, Some(1));
    assert_eq!(compare(folder.path(), &["bare", "guarded", "--max-asr-upper", "100"]).0, Some(0));
    let play = ["play", "support-desk", "--blue", "none", "--seed", "pairs-1", "--json"];
    let output = arena(folder.path()).args(play).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "three attack rounds are fewer than ten: {}", stderr(&output));
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(summary["gates"][1]["gate"], "--min-n");
    assert_eq!(summary["gates"][1]["passed"], false);
}

#[test]
fn only_a_limit_on_attacks_stands_in_for_failing_on_each_of_them() {
    let folder = tempfile::tempdir().unwrap();
    // This seed has a breach.
    let play = ["play", "support-desk", "--blue", "none", "--seed", "pairs-1", "--json"];
    for (limit, key, code) in [
        (&[][..], "", 1),
        (&["--max-asr", "100%"], "max_asr = \"100%\"", 0),
        (&["--max-asr-upper", "100%"], "max_asr_upper = \"100%\"", 0),
        (&["--max-false-block", "100%"], "max_false_block = \"100%\"", 1),
        (&["--min-n", "1"], "min_n = 1", 1),
        (&["--min-n", "1", "--fail-on", "never"], "min_n = 1", 0),
    ] {
        let file = folder.path().join("arena.toml");
        let code_of =
            |arguments: &[&str]| arena(folder.path()).args(play).args(arguments).output().unwrap().status.code();
        assert_eq!(code_of(limit), Some(code), "{limit:?}");
        if !limit.contains(&"--fail-on") {
            std::fs::write(&file, format!("[gates]\n{key}\n")).unwrap();
            assert_eq!(code_of(&[]), Some(code), "{key}");
            std::fs::remove_file(&file).unwrap();
        }
    }
}

#[test]
fn a_regression_is_not_ruled_out_by_rounds_that_say_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody answers for the Target: its rounds are void.
    let away = "[providers.away]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1\"\n\
                [chains.once]\nmodels = [\"away:m\"]\nattempts = 1\n";
    std::fs::write(folder.path().join("arena.toml"), away).unwrap();
    for (label, model) in [("good", "mock"), ("void", "chain:once")] {
        let play = ["play", "support-desk", "--blue", "none", "--seed", "s", "--label", label, "--model"];
        let target = format!("target={model}");
        arena(folder.path()).args(play).args([&target, "--fail-on", "never"]).output().unwrap();
    }
    let (code, out, err) = compare(folder.path(), &["good", "void"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("void: inconclusive: 3 pairs are not decided, 0 are"), "{out}");
    assert_eq!(compare(folder.path(), &["good", "void", "--fail-on-regression"]).0, Some(3));
}

#[test]
fn no_label_means_the_latest_match() {
    let folder = tempfile::tempdir().unwrap();
    let output = arena(folder.path()).args(["play", "support-desk", "--label", "last"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = "label \"last\" names the latest match wherever a match is named; choose another";
    assert!(stderr(&output).contains(message), "{}", stderr(&output));
}

#[test]
fn what_cannot_be_compared_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    played(folder.path());
    let other = ["play", "inbox", "--label", "other", "--fail-on", "never"];
    assert_eq!(arena(folder.path()).args(other).output().unwrap().status.code(), Some(0));
    for (arguments, message) in [
        (
            &["bare", "gaurded"][..],
            "error: there is no label and no match \"gaurded\"; arena matches lists what there is, arena play --label gives \
             labels\n",
        ),
        (
            &["bare", "other"],
            "error: \"other\" and \"bare\" have no round in common: play both with the same scenario, --seed and --matches\n",
        ),
    ] {
        assert_eq!(compare(folder.path(), arguments), (Some(2), String::new(), message.to_owned()), "{arguments:?}");
    }
    let (code, _, err) = compare(folder.path(), &["bare", "guarded", "--max-asr", "ten"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("\"ten\" is no share: write percent between 0 and 100, such as 10% or 2.5%"), "{err}");
    std::fs::write(folder.path().join("arena.toml"), "[gates]\nmax_asr = \"101%\"\nmax_asr_uper = \"1%\"\n").unwrap();
    let (code, _, err) = compare(folder.path(), &["bare", "guarded"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        err,
        "error: arena.toml:2:11: gates.max_asr: \"101%\" is no share: write percent between 0 and 100, such as 10% or 2.5%\n\
         arena.toml:3:1: gates: there is no key \"max_asr_uper\"; did you mean \"max_asr_upper\"? there are: max_asr, \
         max_asr_upper, max_false_block, min_n\n"
    );
}
