//! Commands on matches that are there: stop one that another process plays, and find out what somebody changed.

use std::process::Stdio;
use std::time::{Duration, Instant};

use arena::chance;
use arena_core::id::Seq;
use arena_store::{Append, Kind, Put};
use jiff::Timestamp;
use serde_json::Value;

use crate::support::{arena, play, runner, spec, stderr, stdout, store};

#[test]
fn a_match_that_another_process_plays_is_stopped_in_the_middle_of_a_model_call() {
    let folder = tempfile::tempdir().unwrap();
    let mut playing = arena(folder.path())
        .args(["play", "support-desk", "--mode", "continuous", "--model", "mock:60000ms", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let listed = || stdout(&arena(folder.path()).args(["matches", "--json"]).output().unwrap());
    while !listed().contains("\"running\"") {
        assert!(Instant::now() < deadline, "the match never began");
    }
    let asked = Instant::now();
    let stopped = arena(folder.path()).args(["stop", "last", "--reason", "seen enough"]).output().unwrap();
    assert_eq!(stopped.status.code(), Some(0), "{}", stderr(&stopped));
    assert!(playing.wait().unwrap().success());
    // The call under way takes a minute.
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    let listed: Value = serde_json::from_str(&listed()).unwrap();
    assert_eq!(listed["matches"][0]["header"]["reason"], "seen enough");
    assert!(!folder.path().join("arena.db.sock").exists());
    let again = arena(folder.path()).args(["stop", "last"]).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changed_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let first = runner(&store);
    let (good, _, records) = play(&first, spec("support-desk", "1", "mock", 5)).await;
    let (forged, ..) = play(&first, spec("support-desk", "2", "mock", 5)).await;
    // The events of one match under the id of another, without a header.
    let copy = chance::match_id(Timestamp::now()).unwrap();
    store.append(Append { id: copy, after: Seq::ZERO, records, header: None }).await.unwrap();
    // A header that hides the mock.
    let document = store.get(Kind::Match, &forged.to_string()).await.unwrap().unwrap();
    let mut body: Value = document.body.read().unwrap();
    body["mock"] = false.into();
    let put = Put { kind: Kind::Match, id: forged.to_string(), expected: document.rev, body: body.into() };
    store.put(put).await.unwrap();
    store.close().await;

    let output = arena(folder.path()).args(["verify", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let differences = |id: &arena_core::id::MatchId| {
        let matches = report["matches"].as_array().unwrap();
        let found = matches.iter().find(|found| found["id"] == id.to_string()).unwrap();
        found["differences"].to_string()
    };
    assert_eq!(report["matches"].as_array().unwrap().len(), 3);
    assert_eq!(differences(&good), "[]");
    assert!(differences(&copy).contains("these are the events of another match"), "{}", differences(&copy));
    assert!(differences(&forged).contains("the header does not tell"), "{}", differences(&forged));
}
