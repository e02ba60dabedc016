//! What is taken away for good: matches that nobody needs any more, and contents that nothing names. The log tells of each.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use arena_store::audit::{Fact, Kept};
use arena_store::{Append, Blob, Document, Error, EventText, Kind, Link, Note, Passage, Query, Restore, Rev, Store};
use serde_json::json;

use crate::Database;
use crate::auditing::{good, told};
use crate::sample::{append, match_id, put};

/// A match with this many events, and a header.
async fn play(store: &Arc<dyn Store>, id: MatchId, last: u64) -> Link {
    let header = Some(put(&id.to_string(), 0, json!({ "status": "completed" })));
    store.append(Append { header, ..append(id, 0, last) }).await.unwrap();
    store.head(id).await.unwrap().unwrap().1
}

/// What is kept of the log now.
async fn kept(store: &Arc<dyn Store>) -> Kept {
    let (seq, link) = store.notes_head().await.unwrap();
    Kept { seq, link }
}

pub(super) async fn a_match_goes_with_its_header_and_leaves_an_entry(database: &Database) {
    let store = database.open().await;
    let [one, two, three] = [1, 2, 3].map(match_id);
    let link = play(&store, one, 5).await;
    play(&store, two, 3).await;
    store.append(append(three, 0, 2)).await.unwrap();
    let before = kept(&store).await;
    let n_told = told(&store).await.len();
    store.remove(one, Seq(5), Rev(1)).await.unwrap();
    // One that no list shows; and one that there never was.
    store.remove(three, Seq(2), Rev::NEW).await.unwrap();
    store.remove(match_id(4), Seq::ZERO, Rev::NEW).await.unwrap();

    for id in [one, three] {
        assert_eq!(store.head(id).await.unwrap(), None);
        assert_eq!(store.records(id, Seq::ZERO, 9).await.unwrap(), []);
        assert_eq!(store.records(id, Seq(1), 9).await.unwrap(), []);
        assert_eq!(store.link(id, Seq(1)).await.unwrap(), None);
        assert_eq!(store.get(Kind::Match, &id.to_string()).await.unwrap(), None);
    }
    assert_eq!(store.matches(None, 9).await.unwrap(), [two]);
    assert_eq!(store.find(&Query::of(Kind::Match, 9)).await.unwrap().len(), 1);
    assert_eq!(store.records(two, Seq::ZERO, 9).await.unwrap().len(), 3);
    let all = told(&store).await;
    assert!(all.ends_with(&[format!("no {one} 5"), format!("no match {one} 1"), format!("no {three} 2")]), "{all:?}");
    assert_eq!(all.len(), n_told + 3);
    let entry = store.notes(before.seq, 1).await.unwrap().remove(0).entry;
    assert_eq!(
        entry.fact,
        Fact::Removed { id: one, seq: Seq(5), link },
        "who has the events can show that they were here"
    );
    assert_eq!(good(&store, vec![before, kept(&store).await]).await, (1, 1));
    // It is gone for good.
    store.close().await;
    drop(store);
    let store = database.open().await;
    assert_eq!(store.matches(None, 9).await.unwrap(), [two]);
    assert_eq!(good(&store, vec![before]).await, (1, 1));
}

pub(super) async fn a_match_that_was_changed_meanwhile_stays(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    play(&store, id, 5).await;
    let before = told(&store).await;
    for (last, header) in [(4, 1), (6, 1), (0, 1), (5, 0), (5, 2), (0, 0)] {
        let refused = store.remove(id, Seq(last), Rev(header)).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{last} {header}: {refused:?}");
    }
    let refused = store.remove(match_id(2), Seq(1), Rev::NEW).await;
    assert!(matches!(refused, Err(Error::Conflict { expected: 1, found: 0, .. })), "{refused:?}");
    assert_eq!(told(&store).await, before);
    assert_eq!(store.records(id, Seq::ZERO, 9).await.unwrap().len(), 5);
    assert!(store.get(Kind::Match, &id.to_string()).await.unwrap().is_some());
    // Of two who remove it one does; and of who removes it and who goes on with it.
    for n in 2..40 {
        let id = match_id(n);
        play(&store, id, 5).await;
        let (one, other) = (Arc::clone(&store), Arc::clone(&store));
        let first = tokio::spawn(async move { one.remove(id, Seq(5), Rev(1)).await });
        let second = tokio::spawn(async move {
            if n % 2 == 0 { other.remove(id, Seq(5), Rev(1)).await } else { other.append(append(id, 5, 6)).await }
        });
        let (first, second) = (first.await.unwrap(), second.await.unwrap());
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let stands = store.records(id, Seq::ZERO, 9).await.unwrap().len();
        assert_eq!(stands, if n % 2 == 1 && second.is_ok() { 6 } else { 0 });
    }
    good(&store, vec![]).await;
}

pub(super) async fn what_is_remembered_of_a_match_goes_with_it(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    for n in 0..20 {
        play(&store, id, 3).await;
        // Read, so that it is in memory, where there is one.
        assert!(store.get(Kind::Match, &id.to_string()).await.unwrap().is_some());
        assert!(store.head(id).await.unwrap().is_some());
        store.append(append(id, 3, 4)).await.unwrap();
        store.remove(id, Seq(4), Rev(1)).await.unwrap();
        assert_eq!(
            (store.head(id).await.unwrap(), store.get(Kind::Match, &id.to_string()).await.unwrap()),
            (None, None)
        );
        let refused = store.append(append(id, 4, 5)).await;
        assert!(matches!(refused, Err(Error::Conflict { expected: 4, found: 0, .. })), "{n}: {refused:?}");
        store.note(vec![Note::Head(id)]).await.unwrap();
    }
    // Everything at once: nothing of one is taken for the other's.
    let all = (10..50).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let id = match_id(n);
            play(&store, id, 3).await;
            let content = Blob::of(n.to_le_bytes().to_vec());
            store.keep(vec![content.clone()]).await.unwrap();
            store.remove(id, Seq(3), Rev(1)).await.unwrap();
            store.forget(vec![content.hash().to_owned()]).await.unwrap();
            play(&store, id, 2).await;
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert_eq!(good(&store, vec![]).await, (40, 40));
}

pub(super) async fn contents_are_forgotten_by_their_hash(database: &Database) {
    let store = database.open().await;
    let blobs: Vec<Blob> = (0..5).map(|n| Blob::of(vec![n; 10_000])).collect();
    let hash = |n: usize| blobs[n].hash().to_owned();
    store.keep(blobs.clone()).await.unwrap();
    let (before, n_told) = (kept(&store).await, told(&store).await.len());
    let others =
        [String::new(), "'; DROP TABLE contents; --".to_owned(), Blob::of(b"other".to_vec()).hash().to_owned()];
    store.forget([&others[..], &[hash(1)], &[hash(3), hash(1)]].concat()).await.unwrap();
    store.forget(vec![]).await.unwrap();
    store.forget(vec![hash(3)]).await.unwrap();
    for (n, blob) in blobs.iter().enumerate() {
        assert_eq!(store.blob(blob.hash()).await.unwrap().is_some(), n % 2 == 0);
    }
    let mut expected = [1, 3].map(|n| format!("no content {}", hash(n)));
    let mut found = told(&store).await.split_off(n_told);
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "of what was not there, nothing is told");
    assert_eq!(store.hashes(None, 9).await.unwrap().len(), 3);
    good(&store, vec![before]).await;
}

pub(super) async fn what_was_removed_comes_back(database: &Database) {
    let store = database.open().await;
    let (id, blob) = (match_id(1), Blob::of(b"kept".to_vec()));
    let link = play(&store, id, 5).await;
    store.keep(vec![blob.clone()]).await.unwrap();
    let mut all = vec![kept(&store).await];
    let texts: Vec<EventText> = store.texts(id, Seq::ZERO, 9).await.unwrap();
    let document = store.get(Kind::Match, &id.to_string()).await.unwrap().unwrap();
    let restore = Restore {
        contents: vec![blob.clone()],
        events: vec![Passage { id, after: Seq::ZERO, texts }],
        documents: vec![Document { rev: Rev(7), ..document }],
    };
    for rev in [1, 7, 7] {
        store.remove(id, Seq(5), Rev(rev)).await.unwrap();
        store.forget(vec![blob.hash().to_owned()]).await.unwrap();
        all.push(kept(&store).await);
        assert_eq!(good(&store, all.clone()).await, (0, 0));
        store.restore(restore.clone()).await.unwrap();
        all.push(kept(&store).await);
        assert_eq!(store.head(id).await.unwrap(), Some((Seq(5), link)), "it is the same");
        assert_eq!(good(&store, all.clone()).await, (1, 1));
    }
    // Another one of the same id may come as well: nobody else has it.
    store.remove(id, Seq(5), Rev(7)).await.unwrap();
    play(&store, id, 2).await;
    assert_eq!(good(&store, all).await, (1, 1));
}

/// Whoever looks at a database that is pruned meanwhile must not be alarmed.
pub(super) async fn nothing_is_wrong_with_what_is_removed_meanwhile(database: &Database) {
    let store = database.open().await;
    let content = |n: u32| Blob::of(n.to_le_bytes().to_vec());
    for n in 0..300 {
        play(&store, match_id(n), 3).await;
        store.keep(vec![content(n)]).await.unwrap();
    }
    let pruner = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for n in 0..300 {
                store.remove(match_id(n), Seq(3), Rev(1)).await.unwrap();
                store.forget(vec![content(n).hash().to_owned()]).await.unwrap();
                if n % 3 == 0 {
                    store.keep(vec![content(n)]).await.unwrap();
                    play(&store, match_id(n), 2).await;
                }
            }
        })
    };
    while !pruner.is_finished() {
        good(&store, vec![]).await;
    }
    pruner.await.unwrap();
    assert_eq!(good(&store, vec![]).await, (100, 100));
}

pub(super) async fn a_long_match_goes_at_once(database: &Database) {
    let store = database.open().await;
    let [short, long] = [1, 2].map(match_id);
    play(&store, short, 3).await;
    play(&store, long, 30_000).await;
    store.remove(long, Seq(30_000), Rev(1)).await.unwrap();
    assert_eq!(store.matches(None, 9).await.unwrap(), [short]);
    assert_eq!(good(&store, vec![]).await, (1, 1));
}
