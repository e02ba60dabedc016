//! The audit log: an entry for each change, by the store itself, and a look at everything that finds nothing wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arena_core::id::Seq;
use arena_store::audit::{Content, Entry, Fact, Kept, Ledger, Named, examine};
use arena_store::{Append, Blob, Error, Kind, Link, Note, Noted, Rev, Store};
use serde_json::json;
use tokio::task::JoinSet;

use crate::Database;
use crate::sample::{append, match_id, put};

/// What the entries say, in their order, in a few words.
pub(crate) async fn told(store: &Arc<dyn Store>) -> Vec<String> {
    let noted = store.notes(0, usize::MAX).await.unwrap();
    assert!(noted.iter().map(|noted| noted.seq).eq(1..=noted.len() as u64));
    let words = |noted: Noted| match noted.entry.fact {
        Fact::Put { kind, id, rev, .. } => format!("{kind} {id} {rev}"),
        Fact::Deleted { kind, id, rev } => format!("no {kind} {id} {rev}"),
        Fact::Head { id, seq, .. } => format!("{id} {seq}"),
        Fact::Kept { hash } => format!("content {hash}"),
        Fact::Forgotten { hash } => format!("no content {hash}"),
        Fact::Removed { id, seq, .. } => format!("no {id} {seq}"),
        Fact::Happened { topic, body } => format!("{topic} {body}"),
    };
    noted.into_iter().map(words).collect()
}

/// Looks at everything; nothing may be wrong. Returns the number of documents and matches.
pub(crate) async fn good(store: &Arc<dyn Store>, kept: Vec<Kept>) -> (usize, usize) {
    let found = examine(&**store, kept).await.unwrap();
    assert_eq!(found.faults, []);
    (found.n_documents, found.n_matches)
}

pub(super) async fn each_change_leaves_an_entry_and_nothing_else_does(database: &Database) {
    let store = database.open().await;
    let (one, two) = (match_id(1), match_id(2));
    assert_eq!(store.notes_head().await.unwrap(), (0, Link::of_empty_log()));
    assert_eq!(good(&store, vec![]).await, (0, 0));
    store.put(put("x", 0, json!({ "a": 1 }))).await.unwrap();
    store.put(put("x", 0, json!({}))).await.unwrap_err();
    store.put(put("x", 1, json!({ "a": 2 }))).await.unwrap();
    store.delete(Kind::Match, "x", Rev(1)).await.unwrap_err();
    store.delete(Kind::Match, "x", Rev(2)).await.unwrap();
    store.append(append(one, 0, 2)).await.unwrap();
    store.append(append(one, 1, 2)).await.unwrap_err();
    store.append(append(one, 2, 5)).await.unwrap();
    let header = Some(put("y", 0, json!({})));
    store.append(Append { header, ..append(one, 5, 6) }).await.unwrap();
    store.append(append(two, 0, 1)).await.unwrap();
    store.append(append(two, 1, 2)).await.unwrap();
    let happened = Note::Happened { topic: "request".to_owned(), body: json!({ "b": 1, "a": "ü'\"" }) };
    store.note(vec![happened, Note::Head(two), Note::Head(match_id(3))]).await.unwrap();
    store.note(vec![]).await.unwrap();
    let blobs = [b"a".to_vec(), b"b".to_vec()].map(Blob::of);
    store.keep(blobs[..1].to_vec()).await.unwrap();
    store.keep([blobs.clone(), blobs.clone()].concat()).await.unwrap();

    let mut expected = vec!["match x 1".to_owned(), "match x 2".to_owned(), "no match x 2".to_owned()];
    expected.extend([format!("{one} 2"), format!("{one} 6"), "match y 1".to_owned(), format!("{two} 1")]);
    expected.extend([r#"request {"b":1,"a":"ü'\""}"#.to_owned(), format!("{two} 2")]);
    expected.extend(blobs.each_ref().map(|blob| format!("content {}", blob.hash())));
    assert_eq!(told(&store).await, expected);
    assert_eq!(good(&store, vec![]).await, (1, 2));
    let found = examine(&*store, vec![]).await.unwrap();
    assert_eq!((found.head, found.n_contents), (store.notes_head().await.unwrap(), 2));
    let names: Vec<String> = blobs.iter().map(|blob| blob.hash().to_owned()).collect();
    for (after, limit, expected) in
        [(None, 9, vec![1, 0]), (None, 1, vec![1]), (Some(1), 9, vec![0]), (Some(0), 9, vec![])]
    {
        let found = store.contents(after.map(|n: usize| names[n].clone()), limit).await.unwrap();
        let expected: Vec<Content> =
            expected.into_iter().map(|n: usize| Content { hash: names[n].clone(), is_good: true }).collect();
        assert_eq!(found, expected, "after {after:?}");
    }
}

pub(super) async fn the_log_is_read_in_pages_and_goes_on_after_a_pause(database: &Database) {
    let store = database.open().await;
    for n in 0..25 {
        store.put(put(&format!("{n:02}"), 0, json!({ "n": n }))).await.unwrap();
    }
    let head = store.notes_head().await.unwrap();
    store.close().await;
    drop(store);

    let store = database.open().await;
    assert_eq!(store.notes_head().await.unwrap(), head);
    store.put(put("00", 1, json!({}))).await.unwrap();
    let all = store.notes(0, usize::MAX).await.unwrap();
    let mut paged: Vec<Noted> = Vec::new();
    loop {
        let page = store.notes(paged.len() as u64, 10).await.unwrap();
        assert_eq!(page.len(), 10.min(26 - paged.len()));
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    assert_eq!((all[24].seq, all[24].link), head);
    assert_eq!(store.notes(26, 10).await.unwrap(), []);
    assert_eq!(store.notes(0, 0).await.unwrap(), []);

    let mut standing = Vec::new();
    loop {
        let after = standing.last().map(|document: &arena_store::audit::Standing| document.named.clone());
        let page = store.standing(after, 10).await.unwrap();
        if page.is_empty() {
            break;
        }
        standing.extend(page);
    }
    assert_eq!(standing.len(), 25);
    assert!(standing.is_sorted_by_key(|document| document.named.clone()));
    assert_eq!(standing[0].named, Named { kind: "match".to_owned(), id: "00".to_owned() });
    let Entry { fact: Fact::Put { rev, hash, .. }, .. } = &all[25].entry else { panic!("{:?}", all[25]) };
    assert_eq!((standing[0].rev, standing[0].hash), (*rev, *hash));
}

pub(super) async fn what_is_kept_of_the_log_fits_for_ever_and_only_this_log(database: &Database) {
    let store = database.open().await;
    let mut kept = vec![Kept { seq: 0, link: Link::of_empty_log() }];
    for n in 0..10 {
        store.append(append(match_id(n), 0, 3)).await.unwrap();
        let (seq, link) = store.notes_head().await.unwrap();
        kept.push(Kept { seq, link });
    }
    kept.reverse();
    assert_eq!(good(&store, kept.clone()).await, (0, 10));

    let found = examine(&*store, vec![Kept { seq: 5, ..kept[0] }, kept[8], kept[0]]).await.unwrap();
    assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
    assert_eq!(found.faults[0].place, "entries 3 to 5 of the audit log");
    let found = examine(&*store, vec![Kept { seq: 17, ..kept[0] }]).await.unwrap();
    assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
    assert_eq!(found.faults[0].place, "entry 11 of the audit log");
}

pub(super) async fn the_links_of_events_are_told_one_by_one(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    let mut links = Vec::new();
    for after in 0..3 {
        store.append(append(id, after, after + 1)).await.unwrap();
        links.push(store.head(id).await.unwrap().unwrap().1);
    }
    for (seq, link) in (1..).zip(links) {
        assert_eq!(store.link(id, Seq(seq)).await.unwrap(), Some(link));
    }
    for (id, seq) in [(id, 0), (id, 4), (id, u64::MAX), (match_id(2), 1)] {
        assert_eq!(store.link(id, Seq(seq)).await.unwrap(), None, "{seq}");
    }
}

/// Whoever looks at a database that is in use must not be alarmed by what is changed meanwhile.
pub(super) async fn nothing_is_wrong_with_what_is_changed_meanwhile(database: &Database) {
    let store = database.open().await;
    let n_looks = Arc::new(AtomicU32::new(0));
    let mut writers = JoinSet::new();
    for n in 0..20_u32 {
        let (store, n_looks) = (Arc::clone(&store), Arc::clone(&n_looks));
        writers.spawn(async move {
            let name = format!("{n}");
            for rev in 0.. {
                // By then all but one of its documents are gone again.
                if rev >= 15 && rev % 5 == 0 && n_looks.load(Ordering::Relaxed) > 2 {
                    break;
                }
                let header = Some(put(&name, rev, json!({ "rev": rev })));
                store.append(Append { header, ..append(match_id(n), rev, rev + 1) }).await.unwrap();
                if rev % 5 == 0 {
                    store.put(put(&format!("{n} {rev}"), 0, json!({}))).await.unwrap();
                    store.note(vec![Note::Head(match_id(n))]).await.unwrap();
                }
                store.keep(vec![Blob::of(format!("{n} {rev}").into_bytes())]).await.unwrap();
                if rev % 5 == 3 {
                    store.delete(Kind::Match, &format!("{n} {}", rev - 3), Rev(1)).await.unwrap();
                }
            }
        });
    }
    while !writers.is_empty() {
        good(&store, vec![]).await;
        n_looks.fetch_add(1, Ordering::Relaxed);
        while let Some(written) = writers.try_join_next() {
            written.unwrap();
        }
    }
    assert_eq!(good(&store, vec![]).await, (20, 20));
}

pub(super) async fn a_ledger_knows_matches_that_nobody_listed(database: &Database) {
    let store = database.open().await;
    store.append(append(match_id(1), 0, 3)).await.unwrap();
    store.append(append(match_id(2), 0, 3)).await.unwrap();
    let mut ledger = Ledger::read(&*store, vec![]).await.unwrap();
    assert_eq!(ledger.match_events(&*store, match_id(1)).await.unwrap(), None);
    assert_eq!(ledger.match_events(&*store, match_id(3)).await.unwrap(), None, "there is none");
    assert_eq!(ledger.other_matches(&*store).await.unwrap(), []);
}

pub(super) async fn many_at_once_make_one_chain(database: &Database) {
    let store = database.open().await;
    let mut writers = JoinSet::new();
    for n in 0..200_u32 {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            // Every third is refused, and leaves a gap nowhere.
            let expected = u64::from(n % 3 == 0);
            let outcome = store.put(put(&n.to_string(), expected, json!({}))).await;
            assert_eq!(matches!(outcome, Err(Error::Conflict { .. })), n % 3 == 0, "{outcome:?}");
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    assert_eq!(told(&store).await.len(), 133);
    assert_eq!(good(&store, vec![]).await, (133, 0));
}
