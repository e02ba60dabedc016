//! Contents: kept once, by their hash, and the links that events have.

use arena_core::id::Seq;
use arena_store::Blob;

use crate::Database;
use crate::sample::{append, match_id};

pub(super) async fn contents_are_kept_once_and_read_back_by_their_hash(database: &Database) {
    let store = database.open().await;
    let blobs: Vec<Blob> = [vec![], b"text".to_vec(), vec![0xFF; 100_000]].map(Blob::of).into();
    store.keep(blobs.clone()).await.unwrap();
    store.keep(vec![blobs[1].clone(), Blob::of(b"more".to_vec()), blobs[1].clone()]).await.unwrap();
    store.keep(vec![]).await.unwrap();
    for blob in &blobs {
        assert_eq!(store.blob(blob.hash()).await.unwrap().as_deref(), Some(blob.bytes()));
    }
    for hash in ["", "x", "'; DROP TABLE contents; --", Blob::of(b"other".to_vec()).hash()] {
        assert_eq!(store.blob(hash).await.unwrap(), None, "{hash:?}");
    }
}

pub(super) async fn the_last_link_stands_for_all_events(database: &Database) {
    let store = database.open().await;
    let (one, two) = (match_id(1), match_id(2));
    assert_eq!(store.head(one).await.unwrap(), None);
    store.append(append(one, 0, 3)).await.unwrap();
    store.append(append(two, 0, 1)).await.unwrap();
    store.append(append(two, 1, 3)).await.unwrap();
    let (seq, link) = store.head(one).await.unwrap().unwrap();
    let (same_seq, other) = store.head(two).await.unwrap().unwrap();
    assert_eq!((seq, same_seq), (Seq(3), Seq(3)));
    assert_ne!(link, other, "the same events of another match have other links");
    store.append(append(one, 3, 4)).await.unwrap();
    assert_ne!(store.head(one).await.unwrap().unwrap().1, link);
    assert_eq!(other.to_string().parse(), Ok(other));
    assert!("x".repeat(64).parse::<arena_store::Link>().is_err());
}
