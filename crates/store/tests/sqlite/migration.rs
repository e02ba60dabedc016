//! Databases of earlier formats: brought up to date with all that is in them.

use arena_core::id::Seq;
use arena_store::audit::examine;
use arena_store::{Append, Blob, Kind, Put, Rev, Store};
use rusqlite::Connection;
use serde_json::json;

use crate::sample::{append, match_id, open};

#[tokio::test]
async fn events_that_had_no_links_get_the_ones_they_would_have_had() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let (one, two) = (match_id(1), match_id(2));
    let store = open(&path);
    for after in 0..5 {
        store.append(append(one, after, 100)).await.unwrap();
        store.append(append(two, after, 10)).await.unwrap();
    }
    let links = (store.head(one).await.unwrap(), store.head(two).await.unwrap());
    store.close().await;
    // As the first format was.
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "ALTER TABLE events DROP COLUMN link; DROP TABLE contents; DROP TABLE audit; PRAGMA user_version = 1",
        )
        .unwrap();

    let store = open(&path);
    assert_eq!((store.head(one).await.unwrap(), store.head(two).await.unwrap()), links);
    assert_eq!(store.records(one, Seq::ZERO, 10).await.unwrap().len(), 5);
    store.append(append(one, 5, 1)).await.unwrap();
    assert_eq!(store.records(one, Seq(3), 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_stood_before_there_was_a_log_is_noted() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let store = open(&path);
    for n in 0..20 {
        let id = match_id(n);
        let header = Put { kind: Kind::Match, id: id.to_string(), expected: Rev::NEW, body: json!({ "n": n }).into() };
        store.append(Append { header: Some(header.clone()), ..append(id, 0, 10) }).await.unwrap();
        store.append(append(id, 1, 10)).await.unwrap();
        store.put(Put { kind: Kind::Denied, ..header }).await.unwrap();
        store.keep(vec![Blob::of(n.to_string().into_bytes())]).await.unwrap();
    }
    store.close().await;
    Connection::open(&path).unwrap().execute_batch("DROP TABLE audit; PRAGMA user_version = 2").unwrap();

    let store = open(&path);
    assert_eq!(store.notes_head().await.unwrap().0, 80);
    // The second event of each, too, has been noted by now.
    let found = examine(&store, vec![]).await.unwrap();
    assert_eq!((found.n_documents, found.n_matches, found.faults), (40, 20, vec![]));
    store.close().await;
    Connection::open(&path).unwrap().execute_batch("DELETE FROM events WHERE seq = 2").unwrap();
    assert_eq!(examine(&open(&path), vec![]).await.unwrap().faults.len(), 20);
}
