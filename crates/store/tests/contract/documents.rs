//! Documents: whole, and guarded by their revision.

use std::sync::Arc;

use arena_store::{Document, Error, Kind, Rev};
use serde_json::json;

use crate::Database;
use crate::sample::put;

pub(super) async fn a_document_is_read_back_with_its_revision(database: &Database) {
    let store = database.open().await;
    let bodies =
        [json!({ "status": "running", "cost_usd": 0.1 }), json!({}), json!({ "a": { "b": [1, null, "ü'\""] } })];
    for (expected, body) in (0..).zip(&bodies) {
        store.put(put("a'b", expected, body.clone())).await.unwrap();
        let document = store.get(Kind::Match, "a'b").await.unwrap();
        let stored =
            Document { kind: Kind::Match, id: "a'b".to_owned(), rev: Rev(expected + 1), body: body.clone().into() };
        assert_eq!(document, Some(stored));
    }
    assert_eq!(store.get(Kind::Match, "a").await.unwrap(), None);
}

pub(super) async fn a_stale_revision_is_a_conflict(database: &Database) {
    let store = database.open().await;
    let check = async |expected: u64, found: u64| match store.put(put("x", expected, json!("new"))).await {
        Err(Error::Conflict { what, expected: told, found: stands }) => {
            assert_eq!((what.as_str(), told, stands), ("document match \"x\"", expected, found));
        }
        other => panic!("{expected}: {other:?}"),
    };
    check(1, 0).await;
    check(u64::MAX, 0).await;
    store.put(put("x", 0, json!("first"))).await.unwrap();
    check(0, 1).await;
    store.put(put("x", 1, json!("second"))).await.unwrap();
    for expected in [0, 1, 3] {
        check(expected, 2).await;
    }
    let stands = store.get(Kind::Match, "x").await.unwrap().unwrap();
    assert_eq!((stands.rev, stands.body), (Rev(2), json!("second").into()));
}

pub(super) async fn of_two_puts_with_one_revision_exactly_one_wins(database: &Database) {
    let store = database.open().await;
    for expected in 0..100 {
        let race = |who: &str| {
            let (store, put) = (Arc::clone(&store), put("x", expected, json!(who)));
            tokio::spawn(async move { store.put(put).await })
        };
        let (red, blue) = (race("red"), race("blue"));
        let winner = match (red.await.unwrap(), blue.await.unwrap()) {
            (Ok(()), Err(Error::Conflict { .. })) => "red",
            (Err(Error::Conflict { .. }), Ok(())) => "blue",
            other => panic!("round {expected}: {other:?}"),
        };
        assert_eq!(store.get(Kind::Match, "x").await.unwrap().unwrap().body, json!(winner).into(), "round {expected}");
    }
}

pub(super) async fn a_document_is_removed_by_who_has_read_it(database: &Database) {
    let store = database.open().await;
    store.put(put("x", 0, json!("first"))).await.unwrap();
    store.put(put("y", 0, json!("other"))).await.unwrap();
    for expected in [0, 2] {
        let stale = store.delete(Kind::Match, "x", Rev(expected)).await;
        assert!(matches!(stale, Err(Error::Conflict { found: 1, .. })), "{expected}: {stale:?}");
    }
    store.delete(Kind::Match, "x", Rev(1)).await.unwrap();
    assert_eq!(store.get(Kind::Match, "x").await.unwrap(), None);
    let gone = store.delete(Kind::Match, "x", Rev(1)).await;
    assert!(matches!(gone, Err(Error::Conflict { found: 0, .. })), "{gone:?}");
    // What is left is left, and a new one begins anew.
    assert_eq!(store.get(Kind::Match, "y").await.unwrap().unwrap().body, json!("other").into());
    store.put(put("x", 0, json!("again"))).await.unwrap();
    assert_eq!(store.get(Kind::Match, "x").await.unwrap().unwrap().rev, Rev(1));
}
