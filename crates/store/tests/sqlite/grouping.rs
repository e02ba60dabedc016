//! Writes share a transaction and nothing else: what fails is undone, and who was told `Ok` keeps it.

use std::sync::Arc;

use arena_core::event::Event;
use arena_store::{Append, Error, Store};
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::sample::{append, count, match_id, open};

const APPENDS: u32 = 200;

/// The second event of every tenth match fails at once.
const FAILING_WRITE: &str = "
    CREATE TRIGGER failing BEFORE INSERT ON events WHEN new.seq = 2 AND new.body LIKE '%yyyyy%'
    BEGIN SELECT RAISE(ABORT, 'out of luck'); END;";

/// It is taken, and the COMMIT fails: a deferred foreign key.
const FAILING_COMMIT: &str = "
    CREATE TABLE nobody (id INTEGER PRIMARY KEY);
    CREATE TABLE orphans (parent INTEGER REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER failing BEFORE INSERT ON events WHEN new.seq = 2 AND new.body LIKE '%yyyyy%'
    BEGIN INSERT INTO orphans VALUES (1); END;";

/// Three events; for every tenth match the second one is bad.
fn three(n: u32) -> Append {
    let id = match_id(n);
    let mut records: Vec<_> = (0..3).flat_map(|after| append(id, after, 10).records).collect();
    if n.is_multiple_of(10) {
        records[1].event = Event::Stopped { reason: "yyyyy".to_owned() };
    }
    Append { records, ..append(id, 0, 0) }
}

/// Appends to all matches at once. Whoever got an error finds nothing, whoever got `Ok` everything; returns the errors.
async fn check(failing: &str) -> Vec<u32> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    drop(open(&path));
    Connection::open(&path).unwrap().execute_batch(failing).unwrap();

    let store = Arc::new(open(&path));
    let mut appenders = JoinSet::new();
    for n in 0..APPENDS {
        let store = Arc::clone(&store);
        appenders.spawn(async move { (n, store.append(three(n)).await) });
    }
    let mut failed = Vec::new();
    for (n, outcome) in appenders.join_all().await {
        match outcome {
            Ok(()) => assert_eq!(count(&store, match_id(n)).await, 3, "match {n}"),
            Err(Error::Database { .. }) => {
                assert_eq!(count(&store, match_id(n)).await, 0, "match {n}");
                failed.push(n);
            }
            Err(error) => panic!("match {n}: {error:?}"),
        }
    }
    store.append(three(APPENDS + 1)).await.expect("the writer goes on");
    failed.sort_unstable();
    failed
}

fn bad() -> Vec<u32> {
    (0..APPENDS).step_by(10).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_half_way_is_undone_alone() {
    assert_eq!(check(FAILING_WRITE).await, bad());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_undoes_its_whole_group() {
    let failed = check(FAILING_COMMIT).await;
    assert!(bad().iter().all(|n| failed.contains(n)), "{failed:?}");
    assert!(failed.len() > bad().len(), "no other was in a group with a bad one: {failed:?}");
}
