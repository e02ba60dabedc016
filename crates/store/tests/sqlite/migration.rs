//! Databases of earlier formats: brought up to date with all that is in them.

use arena_core::id::Seq;
use arena_store::Store;
use rusqlite::Connection;

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
        .execute_batch("ALTER TABLE events DROP COLUMN link; DROP TABLE contents; PRAGMA user_version = 1")
        .unwrap();

    let store = open(&path);
    assert_eq!((store.head(one).await.unwrap(), store.head(two).await.unwrap()), links);
    assert_eq!(store.records(one, Seq::ZERO, 10).await.unwrap().len(), 5);
    store.append(append(one, 5, 1)).await.unwrap();
    assert_eq!(store.records(one, Seq(3), 10).await.unwrap().len(), 3);
}
