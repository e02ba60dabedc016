//! What a defence costs, and gates on rates, by the real binary.

use std::path::Path;

use arena_core::comparison::{PlayedRound, rounds};
use arena_core::event::Event;
use arena_core::id::Seat;
use serde_json::{Value, json};

use crate::server::{PONG, saying};
use crate::support::{arena, play, runner, spec, stderr, stdout, store};

/// Two labels on the same seeds, without a guard and with one.
fn played(folder: &Path) {
    for (label, blue) in [("bare", "none"), ("guarded", "guard")] {
        played_as(folder, label, &["support-desk", "--blue", blue, "--matches", "20", "--seed", "pairs"]);
    }
}

fn played_as(folder: &Path, label: &str, arguments: &[&str]) {
    let output = arena(folder).arg("play").args(arguments).args(["--label", label, "--fail-on", "never"]).output();
    let output = output.unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
}

/// The figures of the only new side.
fn compared(folder: &Path, base: &str, new: &str) -> Value {
    let (_, out, err) = compare(folder, &[base, new, "--json"]);
    let whole: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    whole["comparisons"][0].clone()
}

/// The four cells of pairs: both, the base alone, the new alone, neither.
fn cells(pairs: &Value) -> Vec<u64> {
    ["both", "base_only", "new_only", "neither"].iter().map(|cell| pairs[cell].as_u64().unwrap()).collect()
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
        (&bare["attack_success"]["mcnemar"], &bare["regressions"], &bare["inconclusive"]),
        (&json!({"p": 1.0, "method": "exact"}), &json!([]), &Value::Null)
    );
    // Both sides have an interval by objective, about their share.
    let by_objective = &guarded["attack_success_by_objective"];
    for side in ["base", "new"] {
        let (low, high) = (by_objective[side]["low"].as_f64().unwrap(), by_objective[side]["high"].as_f64().unwrap());
        let share = guarded["attack_success"][side]["share"].as_f64().unwrap();
        assert!(0.0 < low && low < share && share < high && high < 1.0, "{by_objective}");
    }

    let (code, out, _) = compare(folder.path(), &["bare", "guarded"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("MOCK players: these figures say nothing about a model"), "{out}");
    assert!(out.contains("; p by McNemar's test on the pairs: exact\n"), "{out}");
}

#[test]
fn of_many_changed_pairs_the_test_is_mid_p() {
    let folder = tempfile::tempdir().unwrap();
    for (label, blue) in [("bare", "none"), ("guarded", "guard")] {
        played_as(folder.path(), label, &["support-desk", "--blue", blue, "--matches", "80", "--seed", "many"]);
    }
    let found = compared(folder.path(), "bare", "guarded");
    let changed = |what: &str| cells(&found[what])[1..3].iter().sum::<u64>();
    let (attacks, work) = (changed("attack_success"), changed("utility"));
    assert!(attacks >= 25 && work > 0, "{attacks}, {work}");
    assert_eq!(found["attack_success"]["mcnemar"]["method"], "mid_p");
    let (method, words) =
        if work < 25 { ("exact", "exact, mid-p from 25 changed pairs on") } else { ("mid_p", "mid-p") };
    assert_eq!(found["utility"]["mcnemar"]["method"], method);
    let (_, out, _) = compare(folder.path(), &["bare", "guarded"]);
    assert!(out.ends_with(&format!("; p by McNemar's test on the pairs: {words}\n")), "{out}");
}

#[test]
fn what_is_hardly_decided_is_no_good_news() {
    let folder = tempfile::tempdir().unwrap();
    let matches = |n: &'static str| ["support-desk", "--blue", "none", "--matches", n, "--seed", "pairs"];
    // One call is not enough for a round: the first of each match is void, and there is no second.
    let cut = [&matches("4")[..], &["--max-calls", "1"]].concat();
    played_as(folder.path(), "good", &matches("4"));
    played_as(folder.path(), "void", &cut);
    let (code, out, _) = compare(folder.path(), &["good", "void", "--fail-on-regression"]);
    assert_eq!(code, Some(3), "{out}");
    let line = "void: INCONCLUSIVE: 4 of 4 pairs are not decided, more than 20 %: this says nothing\n";
    assert!(out.contains(line), "{out}");
    let (code, out, _) = compare(folder.path(), &["good", "void"]);
    assert!(
        code == Some(0) && out.contains(line),
        "nobody asked for a gate, and it is said all the same: {code:?} {out}"
    );
    assert_eq!(compared(folder.path(), "good", "void")["n_void_or_undecided"], 4);

    // Of seeds that are played again the nth goes with the nth: 20 good pairs, then 4 that are open, less than a fifth.
    played_as(folder.path(), "good", &matches("4"));
    played_as(folder.path(), "mostly", &matches("4"));
    played_as(folder.path(), "mostly", &cut);
    let found = compared(folder.path(), "good", "mostly");
    assert_eq!(cells(&found["attack_success"]).iter().sum::<u64>(), 12);
    assert_eq!(
        [&found["n_void_or_undecided"], &found["n_base_alone"], &found["n_new_alone"], &found["inconclusive"]],
        [&json!(4), &json!(16), &json!(0), &Value::Null]
    );
    assert_eq!(compare(folder.path(), &["good", "mostly", "--fail-on-regression"]).0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_price_is_what_blue_and_the_target_take_and_knows_of_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let (_, game, mut records) = play(&runner(&store), spec("support-desk", "7", "mock", 6)).await;
    store.close().await;
    let tokens = |rounds: &[PlayedRound]| rounds.iter().map(|round| round.spent.tokens()).sum::<u64>();
    let found = rounds(&records).unwrap();
    let [red, blue, target] = [Seat::Red, Seat::Blue, Seat::Target].map(|seat| game.spent_by(seat).tokens());
    assert!(red > 0 && blue > 0 && target > 0, "{red} {blue} {target}");
    assert_eq!(tokens(&found), blue + target);
    assert!(found.iter().all(|round| round.n_cached == 0));
    // Each answer as if the cache had given it: Red's make no difference.
    let mut n_cached = 0;
    for record in &mut records {
        match &mut record.event {
            Event::ModelReplied { seat, reply, .. } => {
                reply.cached = true;
                n_cached += u64::from(*seat != Seat::Red);
            }
            Event::GuardRuled { reply: Some(reply), .. } => {
                reply.cached = true;
                n_cached += 1;
            }
            _ => {}
        }
    }
    let found = rounds(&records).unwrap();
    assert_eq!((tokens(&found), found.iter().map(|round| round.n_cached).sum::<u64>()), (0, n_cached));
}

#[test]
fn answers_of_the_cache_are_in_no_price() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!(
        "[providers.good]\nkind = \"openai\"\nbase_url = \"{}\"\n[cache]\nenabled = true\nfolder = \"answers\"\n",
        saying("200 OK", PONG)
    );
    let play = |label| {
        let arguments = ["support-desk", "--blue", "none", "--seed", "kept", "--model", "target=good:m"];
        played_as(folder.path(), label, &arguments);
    };
    std::fs::write(folder.path().join("arena.toml"), &file).unwrap();
    play("fresh");
    play("kept");
    let found = compared(folder.path(), "fresh", "kept");
    assert_eq!(found["added_in_a_round"]["n_cached"], 5, "{found}");
    for what in ["tokens", "cost_nanousd", "model_ms"] {
        assert_eq!(found["added_in_a_round"][what]["n"], 0, "{what}: {found}");
    }
    let (_, out, _) = compare(folder.path(), &["fresh", "kept"]);
    assert!(out.contains("kept: 5 pairs with answers of the cache are in no figure of what is added\n"), "{out}");
    // Without a cache both are asked for, and cost the same.
    std::fs::write(folder.path().join("arena.toml"), file.replace("enabled = true", "enabled = false")).unwrap();
    play("one");
    play("two");
    let found = compared(folder.path(), "one", "two");
    assert_eq!(
        (&found["added_in_a_round"]["tokens"]["n"], &found["added_in_a_round"]["n_cached"]),
        (&json!(5), &json!(0))
    );
}

#[test]
fn only_a_limit_on_breaches_stands_for_the_gate_on_breaches() {
    let folder = tempfile::tempdir().unwrap();
    let run = |limits: &[&str]| {
        let arguments = ["play", "support-desk", "--blue", "none", "--seed", "7", "--rounds", "20"];
        let output = arena(folder.path()).args(arguments).args(limits).output().unwrap();
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    for (flag, key, value, code) in [
        ("--max-asr", "max_asr", "100%", 0),
        ("--max-asr", "max_asr", "1%", 1),
        ("--max-asr-upper", "max_asr_upper", "100%", 0),
        ("--max-asr-upper", "max_asr_upper", "1%", 1),
        // These hold, and the breaches are there all the same.
        ("--max-false-block", "max_false_block", "100%", 1),
        ("--min-n", "min_n", "1", 1),
        ("--min-n", "min_n", "1000", 3),
    ] {
        let (found, said) = run(&[flag, value]);
        assert_eq!(found, Some(code), "{flag} {value}: {said}");
        let value = if key == "min_n" { value.to_owned() } else { format!("\"{value}\"") };
        std::fs::write(folder.path().join("arena.toml"), format!("[gates]\n{key} = {value}\n")).unwrap();
        let (found, said) = run(&[]);
        assert_eq!(found, Some(code), "{key} = {value}: {said}");
        std::fs::remove_file(folder.path().join("arena.toml")).unwrap();
    }
    for (limits, code) in [
        (&[][..], 1),
        (&["--min-n", "1", "--max-asr", "100%"], 0),
        (&["--max-asr", "100%", "--fail-on", "breach"], 1),
        (&["--max-asr", "100%", "--fail-on", "severity>=critical"], 1),
        (&["--max-false-block", "100%", "--fail-on", "never"], 0),
    ] {
        let (found, said) = run(limits);
        assert_eq!(found, Some(code), "{limits:?}: {said}");
    }
}

#[test]
fn last_is_no_label() {
    let folder = tempfile::tempdir().unwrap();
    let play = ["play", "support-desk", "--label", "last"];
    let output = arena(folder.path()).args(play).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), String::new()));
    let said = stderr(&output);
    assert!(said.contains("label \"last\" names the latest match wherever a match is named; choose another"), "{said}");
    assert!(!folder.path().join("arena.db").exists(), "it is refused before anything is played");
}

#[test]
fn gates_hold_or_end_with_their_own_code() {
    let folder = tempfile::tempdir().unwrap();
    played(folder.path());
    for (arguments, code, line) in [
        (
            &["bare", "guarded", "--max-asr", "100%", "--min-n", "60"][..],
            0,
            "guarded: gate --max-asr 100 % holds: found 10.0 % of 60\n",
        ),
        (&["bare", "guarded", "--max-asr", "2.5%"], 1, "guarded: gate --max-asr 2.5 % FAILED: found 10.0 % of 60\n"),
        (
            &["bare", "guarded", "--max-asr-upper", "0%"],
            1,
            "guarded: gate --max-asr-upper 0 % FAILED: found up to 20.1 % of 60\n",
        ),
        (
            &["guarded", "bare", "--max-false-block", "0"],
            0,
            "bare: gate --max-false-block 0 % holds: found 0.0 % of 40\n",
        ),
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
    assert_eq!((&summary["gates"][1]["passed"], &summary["gates"][1]["n"]), (&json!(false), &json!(3)));
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
    let (code, _, err) = compare(folder.path(), &["bare", "guarded", "--max-asr", "10%%"]);
    assert!(code == Some(2) && err.contains("\"10%%\" is no share: "), "{err}");
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
