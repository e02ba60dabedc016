//! The audit log: what a server was asked, what is signed, and what an older or changed database cannot hide.

use std::path::Path;
use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};

use crate::access::token;
use crate::serve::{Served, ask, begin, client, until_it_is};
use crate::support::{arena, stderr, stdout};

fn audit(folder: &Path, arguments: &[&str]) -> Output {
    arena(folder).arg("audit").args(arguments).output().unwrap()
}

/// What the command prints, as JSON.
fn told(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let output = audit(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {} {}", stdout(&output), stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A key in `audit.key`; the public one.
fn keygen(folder: &Path) -> String {
    told(folder, &["keygen", "audit.key", "--json"], 0)["public_key"].as_str().unwrap().to_owned()
}

fn play(folder: &Path) {
    let played = arena(folder).args(["play", "support-desk", "--rounds", "2", "--fail-on", "never"]).output().unwrap();
    assert_eq!(played.status.code(), Some(0), "{}", stderr(&played));
}

#[test]
fn a_database_is_verified_against_what_was_signed_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert_eq!(audit(folder.path(), &["verify"]).status.code(), Some(2), "there is no database");
    let public = keygen(folder.path());
    let again = audit(folder.path(), &["keygen", "audit.key"]);
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));
    assert!(stderr(&again).contains("could not make the key \"audit.key\""), "{}", stderr(&again));

    play(folder.path());
    token(folder.path(), "ci", &["read"]);
    std::fs::copy(path("arena.db"), path("older.db")).unwrap();
    let signed = audit(folder.path(), &["checkpoint", "--key", "audit.key"]);
    std::fs::write(path("checkpoints"), &signed.stdout).unwrap();
    play(folder.path());
    let signed = [signed.stdout, audit(folder.path(), &["checkpoint", "--key", "audit.key"]).stdout].concat();
    std::fs::write(path("checkpoints"), &signed).unwrap();

    let with = ["verify", "--checkpoints", "checkpoints", "--public-key", &public, "--json"];
    let found = told(folder.path(), &with, 0);
    assert_eq!(found["good"], true);
    assert_eq!(found["matches"].as_array().unwrap().len(), 2);
    assert_eq!((&found["documents"]["n"], &found["log"]["good"]), (&json!(3), &json!(true)), "{found}");
    assert_eq!(
        (&found["checkpoints"]["n_checkpoints"], &found["checkpoints"]["public_keys"]),
        (&json!(2), &json!([public]))
    );
    let people = audit(folder.path(), &with[..3]);
    let out = stdout(&people);
    for line in ["documents                   good  3 documents", "checkpoints                 good  2 signatures fit"]
    {
        assert!(out.contains(line), "{out}");
    }
    assert!(stderr(&people).contains(&public), "who does not say which key counts is told: {}", stderr(&people));

    // The older copy is good in itself.
    std::fs::rename(path("older.db"), path("arena.db")).unwrap();
    assert_eq!(told(folder.path(), &["verify", "--json"], 0)["good"], true);
    let found = told(folder.path(), &with, 1);
    assert!(found["log"]["problems"][0]["what"].as_str().unwrap().contains("an older copy"), "{found}");
    assert_eq!((&found["good"], &found["checkpoints"]["good"]), (&json!(false), &json!(true)));

    // Checkpoints of somebody else, and such as were changed, are none.
    let other = tempfile::tempdir().unwrap();
    let theirs = ["verify", "--checkpoints", "checkpoints", "--public-key", &keygen(other.path()), "--json"];
    let found = told(folder.path(), &theirs, 1);
    assert!(
        found["checkpoints"]["problems"][1].as_str().unwrap().starts_with("line 2: it is signed with the key"),
        "{found}"
    );
    let changed = String::from_utf8(signed).unwrap().replacen("\"seq\":", "\"seq\":1", 1) + "{}\n";
    std::fs::write(path("checkpoints"), changed).unwrap();
    let found = told(folder.path(), &with, 1);
    let problems = found["checkpoints"]["problems"].as_array().unwrap();
    assert!(problems[0].as_str().unwrap().starts_with("line 1: its signature does not fit"), "{found}");
    assert!(problems[1].as_str().unwrap().starts_with("line 3: it is no checkpoint"), "{found}");

    // A log, a line each.
    let log = stdout(&audit(folder.path(), &["log"]));
    assert!(log.contains("written") && log.contains("token ") && log.contains("head"), "{log}");
    let log = told(folder.path(), &["log", "--after", "1", "--limit", "2", "--json"], 0);
    let numbers: Vec<&Value> = log["entries"].as_array().unwrap().iter().map(|entry| &entry["seq"]).collect();
    assert_eq!(numbers, [2, 3]);
}

#[test]
fn what_is_no_key_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    play(folder.path());
    std::fs::write(folder.path().join("other"), "hunter2").unwrap();
    for file in ["other", "nothing"] {
        let signed = audit(folder.path(), &["checkpoint", "--key", file]);
        assert_eq!(signed.status.code(), Some(2), "{}", stderr(&signed));
        assert!(signed.stdout.is_empty() && !stderr(&signed).contains("hunter2"), "{}", stderr(&signed));
    }
    for (config, expected) in [
        ("[audit]\nkey = \"other\"", "needs both key"),
        ("[audit]\nkey = \"other\"\ncheckpoints = \"\"", "names no file"),
        ("[audit]\nkey = \"other\"\ncheckpoints = \"c\"", "holds no private key"),
    ] {
        std::fs::write(folder.path().join("arena.toml"), config).unwrap();
        let served = arena(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
        assert_eq!(served.status.code(), Some(2), "{config}");
        assert!(stderr(&served).contains(expected), "{}", stderr(&served));
    }
    keygen(folder.path());
    std::fs::write(folder.path().join("arena.toml"), "[audit]\nkey = \"audit.key\"\ncheckpoints = \"other\"").unwrap();
    let served = arena(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(stderr(&served).contains("holds something else than checkpoints"), "{}", stderr(&served));
    assert_eq!(std::fs::read_to_string(folder.path().join("other")).unwrap(), "hunter2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_notes_what_it_is_asked_to_change_and_signs_that() {
    let folder = tempfile::tempdir().unwrap();
    let public = keygen(folder.path());
    std::fs::write(folder.path().join("arena.toml"), "[audit]\nkey = \"audit.key\"\ncheckpoints = \"checkpoints\"")
        .unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let source = "name = \"mine\"\nseat = \"target\"\nsummary = \"x\"\nprompt = \"Be brief.\"\nmodel = \"mock\"\n";
    let (status, made) = ask(&client, Method::POST, &served.api("/agents"), Some(json!({"source": source}))).await;
    assert_eq!(status, 201, "{made}");
    let key = Some(json!({"key": "sk-very-secret-indeed"}));
    assert!(ask(&client, Method::PUT, &served.api("/providers/openai/key?secret=very"), key).await.0.is_success());
    assert_eq!(ask(&client, Method::DELETE, &served.api("/agents/nobody"), None).await.0, 404);
    ask(&client, Method::GET, &served.api("/agents"), None).await;
    let id = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 1})).await;
    until_it_is(&client, &served, &id, "completed").await;

    let mut log = Vec::new();
    let mut url = served.api("/audit/log?limit=2");
    loop {
        let (status, page) = ask(&client, Method::GET, &url, None).await;
        assert_eq!(status, 200, "{page}");
        log.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => url = served.api(&format!("/audit/log?limit=2&cursor={cursor}")),
            None => break,
        }
    }
    log.reverse();
    assert!(log.iter().zip(1_u64..).all(|(entry, seq)| entry["seq"] == seq), "{log:?}");
    let requests: Vec<(&Value, &Value, &Value)> = log
        .iter()
        .filter(|entry| entry["fact"]["topic"] == "request")
        .map(|entry| &entry["fact"]["body"])
        .map(|body| (&body["method"], &body["path"], &body["status"]))
        .collect();
    let path = |path: &str| json!(format!("/api/v1{path}"));
    assert_eq!(
        requests,
        [
            (&json!("POST"), &path("/agents"), &json!(201)),
            (&json!("PUT"), &path("/providers/openai/key"), &json!(204)),
            (&json!("DELETE"), &path("/agents/nobody"), &json!(404)),
            (&json!("POST"), &path("/matches"), &json!(201)),
        ]
    );
    let first = &log.iter().find(|entry| entry["fact"]["topic"] == "request").unwrap()["fact"]["body"];
    assert_eq!((&first["who"], &first["address"]), (&json!("local"), &json!("127.0.0.1")));
    assert_eq!(first["request_id"].as_str().unwrap().len(), 32);
    assert!(!json!(log).to_string().contains("very"), "{log:?}");
    // It stands beside what was changed.
    assert!(log.iter().any(|entry| entry["fact"]["kind"] == "agent" && entry["fact"]["what"] == "put"), "{log:?}");

    served.terminate();
    let with = ["verify", "--checkpoints", "checkpoints", "--public-key", &public, "--json"];
    let found = told(folder.path(), &with, 0);
    assert!(found["checkpoints"]["n_checkpoints"].as_u64().unwrap() >= 2, "one at the start, one at the end: {found}");
    let last = std::fs::read_to_string(folder.path().join("checkpoints")).unwrap();
    let last: Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["seq"], &last["link"]),
        (&found["log"]["n_entries"], &found["log"]["head"]),
        "all of it is signed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_could_not_answer_is_noted_and_what_it_refused_is_not_noted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let reader = token(folder.path(), "reader", &["read"]);
    let (served, client) = (Served::start(folder.path()), client());
    let source = "name = \"mine\"\nseat = \"target\"\nsummary = \"x\"\nprompt = \"Be brief.\"\nmodel = \"mock\"\n";
    assert_eq!(ask(&client, Method::POST, &served.api("/agents"), Some(json!({"source": source}))).await.0, 201);
    let refused = client.delete(served.api("/agents/mine")).bearer_auth(reader).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    served.terminate();
    // No JSON any more, at each place where the text may stand.
    let path = folder.path().join("arena.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let places: Vec<usize> = (0..bytes.len() - 9).filter(|place| bytes[*place..].starts_with(b"Be brief.")).collect();
    assert!(!places.is_empty());
    for place in &places {
        bytes[*place] = b'"';
    }
    std::fs::write(&path, bytes).unwrap();

    let served = Served::start(folder.path());
    let (status, problem) = ask(&client, Method::GET, &served.api("/agents/mine"), None).await;
    assert_eq!(status, 500, "{problem}");
    // It is written while nobody waits for it, and all is written when the server has ended.
    served.terminate();
    let log = told(folder.path(), &["log", "--json"], 0);
    let entries = log["entries"].as_array().unwrap_or_else(|| panic!("{log}"));
    let bodies = entries.iter().map(|entry| &entry["fact"]["body"]);
    let requests: Vec<&Value> = bodies.filter(|body| body["path"] == "/api/v1/agents/mine").collect();
    assert_eq!(requests.len(), 1, "{log}");
    assert_eq!((&requests[0]["method"], &requests[0]["status"]), (&json!("GET"), &json!(500)));
    let found = told(folder.path(), &["verify", "--json"], 1);
    assert!(found["contents"]["problems"][0]["place"].as_str().unwrap().starts_with("content "), "{found}");
}
