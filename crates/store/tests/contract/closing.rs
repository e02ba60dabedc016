//! The end of a store.

use std::sync::Arc;

use arena_core::id::Seq;
use arena_store::{Error, Kind, Note, Query};
use serde_json::json;
use tokio::task::JoinSet;

use crate::Database;
use crate::sample::{append, match_id, put};

pub(super) async fn a_closed_store_says_so(database: &Database) {
    let store = database.open().await;
    store.append(append(match_id(1), 0, 1)).await.unwrap();
    tokio::join!(store.close(), store.close());
    for (call, outcome) in [
        ("append", store.append(append(match_id(1), 1, 2)).await),
        ("records", store.records(match_id(1), Seq::ZERO, 1).await.map(drop)),
        ("put", store.put(put("x", 0, json!({}))).await),
        ("get", store.get(Kind::Match, "x").await.map(drop)),
        ("note", store.note(vec![Note::Head(match_id(1))]).await),
        ("notes", store.notes(0, 1).await.map(drop)),
        ("contents", store.contents(None, 1).await.map(drop)),
        ("standing", store.standing(None, 1).await.map(drop)),
        ("find", store.find(&Query::of(Kind::Match, 1)).await.map(drop)),
    ] {
        assert!(matches!(outcome, Err(Error::Closed { .. })), "{call}: {outcome:?}");
    }
    store.close().await;
}

pub(super) async fn closing_finishes_what_was_asked_before(database: &Database) {
    let store = database.open().await;
    let mut appenders = JoinSet::new();
    for n in 0..100 {
        let store = Arc::clone(&store);
        appenders.spawn(async move {
            let mut last = 0;
            loop {
                match store.append(append(match_id(n), last as u64, last as u64 + 1)).await {
                    Ok(()) => last += 1,
                    Err(Error::Closed { .. }) => return (n, last),
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    // Closed in the middle of their work.
    while store.records(match_id(99), Seq(3), 1).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    store.close().await;
    let acknowledged = appenders.join_all().await;
    drop(store);

    let store = database.open().await;
    for (n, last) in acknowledged {
        assert_eq!(store.records(match_id(n), Seq::ZERO, usize::MAX).await.unwrap().len(), last, "match {n}");
    }
}

pub(super) async fn a_dropped_store_keeps_what_it_acknowledged(database: &Database) {
    let store = database.open().await;
    store.append(append(match_id(1), 0, 3)).await.unwrap();
    drop(store);
    // Opening again also shows that the first one has let go of the database.
    let store = database.open().await;
    assert_eq!(store.records(match_id(1), Seq::ZERO, 9).await.unwrap(), append(match_id(1), 0, 3).records);
}
