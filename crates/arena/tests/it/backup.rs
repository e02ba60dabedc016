//! A copy of a database that is in use: whole, of one moment, and never half there.

use std::path::Path;

use serde_json::{Value, json};

use crate::serve::{Served, begin, client, until_it_is};
use crate::support::{arena, stderr, stdout};

fn backup(folder: &Path, file: &str) -> (Option<i32>, String, String) {
    let output = arena(folder).args(["backup", file, "--json"]).output().unwrap();
    (output.status.code(), stdout(&output), stderr(&output))
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // Reading leaves the log of a database beside it.
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_played_is_copied_as_it_stands_and_can_be_read_and_played_on() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let over = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 3})).await;
    until_it_is(&client, &served, &over, "completed").await;
    let slow = json!({"scenario": "inbox", "rounds": 1000, "models": {"all": "mock:5ms"}});
    let running = begin(&client, &served, slow).await;
    until_it_is(&client, &served, &running, "running").await;
    let copies = tempfile::tempdir().unwrap();
    for n in 0..5 {
        let file = copies.path().join(format!("{n}.db"));
        let (code, out, err) = backup(folder.path(), file.to_str().unwrap());
        assert_eq!(code, Some(0), "{err}");
        let told: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&told["n_matches"], &told["file"]), (&json!(2), &json!(file)));
        assert_eq!(told["size_bytes"], json!(std::fs::metadata(&file).unwrap().len()));
    }
    assert_eq!(files(copies.path()), ["0.db", "1.db", "2.db", "3.db", "4.db"], "something is left over");
    // The original is written on.
    let (_, page) = crate::serve::ask(&client, reqwest::Method::GET, &served.api("/matches"), None).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
    served.kill();
    for n in 0..5 {
        let file = format!("{n}.db");
        let verified = arena(copies.path()).args(["verify", "--database", &file]).output().unwrap();
        assert_eq!(verified.status.code(), Some(0), "{}", stdout(&verified));
    }
    let stopped = arena(copies.path()).args(["stop", &running, "--database", "4.db"]).output().unwrap();
    assert_eq!(stopped.status.code(), Some(0), "{}", stderr(&stopped));
}

#[test]
fn a_file_that_is_there_is_left_as_it_is_and_what_fails_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let played = arena(folder.path()).args(["play", "support-desk", "--rounds", "1", "--fail-on", "never"]).output();
    assert_eq!(played.unwrap().status.code(), Some(0));
    std::fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let before = files(folder.path());
    for (file, says) in [
        ("mine.txt", "exists"),
        ("arena.db", "exists"),
        (".", "exists"),
        ("missing/copy.db", "could not"),
        ("/proc/copy.db", "could not"),
    ] {
        let (code, out, err) = backup(folder.path(), file);
        assert_eq!((code, out.as_str()), (Some(3), ""), "{file}: {err}");
        assert!(err.contains(says), "{file}: {err}");
    }
    assert_eq!(files(folder.path()), before);
    assert_eq!(std::fs::read_to_string(folder.path().join("mine.txt")).unwrap(), "mine");
    let elsewhere = tempfile::tempdir().unwrap();
    let (code, _, err) = backup(elsewhere.path(), "copy.db");
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("there is no database") && files(elsewhere.path()).is_empty(), "{err}");
}
