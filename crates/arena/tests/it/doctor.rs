//! `arena doctor`, `arena models`, and what `arena play` says when the mock plays: with the real binary.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::server::{PONG, saying};
use crate::support::{arena, stderr, stdout};

const KEY: &str = "sk-planted-0123456789-last";

fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    arena(folder).args(arguments).envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn without_a_key_everything_is_well_and_the_mock_plays_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = run(folder.path(), &["doctor"], &[]);
    assert_eq!(doctor.status.code(), Some(0), "{}", stderr(&doctor));
    for part in
        ["no file", "arena.db (not there yet)", "mock      always ready", "not set up: openai (OPENAI_API_KEY), "]
    {
        assert!(stdout(&doctor).contains(part), "{part}: {}", stdout(&doctor));
    }
    let models = run(folder.path(), &["models", "--json"], &[]);
    let listed: Value = serde_json::from_str(&stdout(&models)).unwrap();
    assert_eq!(listed["models"][0]["model"], "mock");
    assert_eq!(listed["models"].as_array().unwrap().len(), 1);
    let play = ["play", "support-desk", "--rounds", "1", "--json", "--fail-on", "never"];
    for (environment, said) in [
        (vec![], "no provider is configured: the mock plays; arena doctor says what to set\n"),
        (
            vec![("OPENAI_API_KEY", KEY)],
            "no model is named: the mock plays, and nothing is spent; name one with --model openai:MODEL \
             (arena models lists them)\n",
        ),
    ] {
        let played = run(folder.path(), &play, &environment);
        assert_eq!(stderr(&played), said, "{environment:?}");
        assert!(stdout(&played).contains("\"mock\":true"), "{}", stdout(&played));
    }
    let named = run(folder.path(), &[&play[..], &["--model", "mock"]].concat(), &[]);
    assert_eq!(stderr(&named), "", "who names the mock knows");
}

#[test]
fn what_is_configured_is_shown_with_its_origin_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[providers.local]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1?key=planted\"\n\
                headers = { x-team = { env = \"TEAM\" } }\n\
                [chains.careful]\nmodels = [\"openai:gpt-5-mini\", \"local:m\"]\n[timeouts]\nconnect = 2\n";
    std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    let secrets = [("OPENAI_API_KEY", KEY), ("OPENAI_API_KEY_RED", "planted-short"), ("TEAM", "planted-header")];
    let all: [&[&str]; 7] = [
        &["doctor"],
        &["doctor", "--json"],
        &["doctor", "--ping"],
        &["models"],
        &["models", "--provider", "local", "--json"],
        &["play", "support-desk", "--rounds", "1", "--model", "local:m"],
        &["play", "support-desk", "--rounds", "1", "--model", "red=local:m", "--jsonl"],
    ];
    // What is asked outside the machine goes nowhere.
    let unreachable = [("HTTPS_PROXY", "http://127.0.0.1:1")];
    for arguments in all {
        let output = run(folder.path(), arguments, &[&secrets[..], &unreachable].concat());
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!said.contains("planted"), "{arguments:?}: {said}");
        assert!(!said.is_empty());
    }
    let said = stdout(&run(folder.path(), &["doctor"], &secrets));
    for part in [
        "config    arena.toml",
        "connect 2 s (arena.toml:8), first byte 120 s",
        "http://127.0.0.1:1/v1 (arena.toml:3)",
        "[key …last] (OPENAI_API_KEY), red: [key] (OPENAI_API_KEY_RED)",
        "careful (arena.toml:5)",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let moved = run(folder.path(), &["doctor", "--json", "--config", "arena.toml"], &[("TEAM", "x")]);
    let found: Value = serde_json::from_str(&stdout(&moved)).unwrap();
    assert_eq!(found["config"]["origin"], "--config");
    assert!(found["chains"][0]["problem"].as_str().unwrap().contains("set OPENAI_API_KEY"), "{found}");
    assert_eq!(moved.status.code(), Some(2), "a chain that cannot be asked is a mistake");
}

#[test]
fn a_provider_that_lacks_something_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for (file, environment, why) in [
        ("[providers.groq]", vec![], "no: provider groq needs a key: set GROQ_API_KEY"),
        ("", vec![("OPENAI_API_KEY", "pla nted")], "no: OPENAI_API_KEY cannot be used: the key has a space"),
        (
            "",
            vec![("OPENAI_BASE_URL", "planted")],
            "no: OPENAI_BASE_URL cannot be used: the base URL \"planted\" is not a URL",
        ),
        (
            "[providers.local]\nkind = \"openai\"\nbase_url = \"http://x\"\nheaders = { x-a = { env = \"A\" } }",
            vec![],
            "no: provider local needs a value for its header x-a: set A",
        ),
    ] {
        std::fs::write(folder.path().join("arena.toml"), file).unwrap();
        let doctor = run(folder.path(), &["doctor"], &environment);
        assert_eq!(doctor.status.code(), Some(2), "{file}");
        assert!(stdout(&doctor).contains(why), "{why}: {}", stdout(&doctor));
    }
    std::fs::write(folder.path().join("arena.toml"), "[providers.groq]\nkey = \"planted\"\n").unwrap();
    for command in [&["doctor"][..], &["models"], &["play", "inbox"]] {
        let refused = run(folder.path(), command, &[]);
        assert_eq!(refused.status.code(), Some(2), "{command:?}");
        assert!(stderr(&refused).starts_with("error: arena.toml:2:7: providers.groq.key: a key is not"), "{command:?}");
    }
    assert_eq!(
        run(folder.path(), &["scenario", "list"], &[]).status.code(),
        Some(0),
        "who needs no model is not bothered"
    );
}

#[cfg(unix)]
#[test]
fn a_configuration_that_leads_nowhere_is_not_taken_for_none() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere.toml", folder.path().join("arena.toml")).unwrap();
    let doctor = run(folder.path(), &["doctor"], &[]);
    assert_eq!(doctor.status.code(), Some(2), "{}", stdout(&doctor));
    assert!(stderr(&doctor).starts_with("error: the configuration arena.toml cannot be read: "), "{}", stderr(&doctor));
}

#[test]
fn a_ping_says_who_answers_and_why_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let good = saying("200 OK", PONG);
    let wrong_key = saying("401 Unauthorized", r#"{"error":{"message":"no","code":"invalid_api_key"}}"#);
    let ping = |models: &[&str], expected: i32| -> Value {
        let named = models.iter().flat_map(|model| ["--ping-model", model]);
        let arguments: Vec<&str> = ["doctor", "--ping", "--json"].into_iter().chain(named).collect();
        let output = run(folder.path(), &arguments, &[]);
        assert_eq!(output.status.code(), Some(expected), "{models:?} {}{}", stdout(&output), stderr(&output));
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let provider = |name: &str, url: &str| format!("[providers.{name}]\nkind = \"openai\"\nbase_url = \"{url}\"\n");
    let write = |file: &str| std::fs::write(folder.path().join("arena.toml"), file).unwrap();

    write(&provider("good", &good));
    let found = ping(&[], 0);
    let problem = found["pings"][0]["problem"].as_str().unwrap();
    assert_eq!(problem, "not asked: no model of it is known; name one with --ping-model good:MODEL");
    let found = ping(&["good:m"], 0);
    assert_eq!((&found["pings"][0]["answered_by"], &found["pings"][0]["problem"]), (&"good:m".into(), &Value::Null));

    let chain = "[chains.c]\nmodels = [\"good:first\", \"mock\"]\n";
    write(&format!("{}{chain}", provider("good", &good)));
    assert_eq!(ping(&[], 0)["pings"][0]["model"], "good:first");

    write(&format!("{}{}{chain}", provider("good", &good), provider("away", "http://127.0.0.1:1/v1")));
    let found = ping(&["away:m"], 3);
    assert_eq!(found["pings"][0]["class"], "network");
    assert_eq!(found["pings"][1]["answered_by"], "good:first");

    write(&provider("wrong", &wrong_key));
    let found = ping(&["wrong:m"], 2);
    assert_eq!(found["pings"][0]["class"], "auth");
}

#[test]
fn an_agent_of_ones_own_is_asked_without_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let url = saying("200 OK", r#"{"text":"pong"}"#);
    let file = format!(
        "[providers.own]\nkind = \"http\"\nurl = \"{url}\"\nbody = '{{\"m\": {{message}}}}'\nanswer = \"/text\"\n"
    );
    std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    for arguments in [&["doctor", "--ping"][..], &["doctor", "--ping", "--ping-model", "own"]] {
        let asked = run(folder.path(), arguments, &[]);
        assert!(stdout(&asked).contains("by own"), "{}{}", stdout(&asked), stderr(&asked));
        assert_eq!(asked.status.code(), Some(0));
    }
    let listed = run(folder.path(), &["models", "--json"], &[]);
    let listed: Value = serde_json::from_str(&stdout(&listed)).unwrap();
    assert_eq!(listed["models"][1]["model"], "own");
}

#[test]
fn a_chain_whose_models_have_keys_for_a_seat_alone_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("arena.toml"), "[chains.c]\nmodels = [\"openai:gpt-5-mini\"]\n").unwrap();
    let doctor = |environment: &[(&str, &str)]| run(folder.path(), &["doctor", "--json"], environment).status.code();
    assert_eq!(doctor(&[("OPENAI_API_KEY_RED", KEY)]), Some(0));
    assert_eq!(doctor(&[]), Some(2));
    let models = run(folder.path(), &["models", "--json"], &[("OPENAI_API_KEY_RED", KEY)]);
    let models: Value = serde_json::from_str(&stdout(&models)).unwrap();
    assert_eq!((&models["models"][1]["model"], &models["models"][1]["ready"]), (&"chain:c".into(), &true.into()));
}

#[test]
fn a_place_where_nothing_can_be_kept_ends_with_2_and_looking_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let names = || {
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    };
    let config = |folder_of_answers: &str| {
        let file = format!("[providers.ollama]\n[cache]\nenabled = true\nfolder = \"{folder_of_answers}\"\n");
        std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    };
    config("answers");
    std::fs::write(folder.path().join("file"), "not a database").unwrap();
    for arguments in [&["doctor"][..], &["models"], &["doctor", "--ping", "--ping-model", "ollama:none"]] {
        run(folder.path(), arguments, &[]);
    }
    assert_eq!(run(folder.path(), &["doctor"], &[]).status.code(), Some(0));
    assert_eq!(names(), ["arena.toml", "file"]);
    for (answers, database, why) in [
        ("answers", "none/arena.db", "database  none/arena.db (not there yet), but none cannot be written to: "),
        ("answers", "file", "database  file (there), but "),
        ("file/answers", "arena.db", "(arena.toml:3), but file cannot be written to: "),
    ] {
        config(answers);
        let doctor = run(folder.path(), &["doctor", "--database", database], &[]);
        assert_eq!(doctor.status.code(), Some(2), "{why}");
        assert!(stdout(&doctor).contains(why), "{why}: {}", stdout(&doctor));
    }
    assert_eq!(names(), ["arena.toml", "file"]);
}

#[test]
fn what_signs_the_audit_log_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("arena.toml"), "[audit]\nkey = \"audit.key\"\ncheckpoints = \"audit.checkpoints\"\n").unwrap();
    let check = |code: i32, part: &str| {
        let doctor = run(folder.path(), &["doctor"], &[]);
        assert_eq!(doctor.status.code(), Some(code), "{}", stdout(&doctor));
        let said = stdout(&doctor);
        assert!(said.lines().any(|line| line.starts_with("audit log ") && line.contains(part)), "{part}: {said}");
        said
    };
    check(2, "signed with audit.key in audit.checkpoints, but could not read the key \"audit.key\"");
    let made = run(folder.path(), &["audit", "keygen", "audit.key"], &[]);
    let public = stdout(&made).trim().to_owned();
    let said = check(0, &format!("signed with {public} in audit.checkpoints"));
    assert!(!said.contains("but"), "{said}");
    assert!(!at("audit.checkpoints").exists(), "nothing is left behind");
    std::fs::write(at("audit.checkpoints"), "[gates]\n").unwrap();
    check(2, "but audit.checkpoints holds something else than checkpoints");
    std::fs::remove_file(at("audit.checkpoints")).unwrap();
    std::fs::create_dir(at("audit.checkpoints")).unwrap();
    check(2, "but audit.checkpoints cannot be written to: ");
    let json: Value = serde_json::from_str(&stdout(&run(folder.path(), &["doctor", "--json"], &[]))).unwrap();
    assert_eq!(json["audit"]["public_key"], public.as_str());
}
