//! Moving: events as their texts, hashes of contents, and writing what stood elsewhere.

use arena_core::id::{MatchId, Seq};
use arena_store::{Blob, Document, Error, EventText, Kind, Link, Passage, Restore, Rev, Store};
use serde_json::json;

use crate::Database;
use crate::sample::{append, match_id, put, record};

pub(super) async fn events_are_read_as_the_texts_that_are_stored(database: &Database) {
    let store = database.open().await;
    let (id, appended) = (match_id(1), append(match_id(1), 0, 7));
    let expected: Vec<String> = appended.records.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    store.append(appended).await.unwrap();
    assert_eq!(bodies(&*store, id, Seq::ZERO, 10).await, expected);
    assert_eq!(bodies(&*store, id, Seq(2), 3).await, expected[2..5]);
    assert!(bodies(&*store, id, Seq(7), 3).await.is_empty());
    assert!(bodies(&*store, match_id(2), Seq::ZERO, 3).await.is_empty());
    let link = expected.iter().fold(Link::first(id), |link, body| link.next(body));
    assert_eq!(store.head(id).await.unwrap(), Some((Seq(7), link)));
}

pub(super) async fn hashes_of_contents_are_listed_in_pages(database: &Database) {
    let store = database.open().await;
    assert!(store.hashes(None, 5).await.unwrap().is_empty());
    let blobs: Vec<Blob> = (0..50).map(|n| Blob::of(vec![n; 10])).collect();
    let mut expected: Vec<String> = blobs.iter().map(|blob| blob.hash().to_owned()).collect();
    expected.sort();
    store.keep(blobs).await.unwrap();
    let mut found: Vec<String> = Vec::new();
    loop {
        let page = store.hashes(found.last().map(String::as_str), 7).await.unwrap();
        found.extend_from_slice(&page);
        if page.len() < 7 {
            break;
        }
    }
    assert_eq!(found, expected);
}

pub(super) async fn what_stood_elsewhere_is_written_as_it_stood(database: &Database) {
    let store = database.open().await;
    let blobs = vec![Blob::of(b"kept".to_vec()), Blob::of(vec![])];
    let events = vec![passage(match_id(1), 0, 5), passage(match_id(2), 0, 1)];
    let documents = vec![document("one", 7, "x"), document("two", 1, "\0")];
    let restore = Restore { contents: blobs.clone(), events, documents: documents.clone() };
    // Repeated, it changes nothing.
    for _ in 0..3 {
        store.restore(restore.clone()).await.unwrap();
        let head = restore.events[0].texts.iter().fold(Link::first(match_id(1)), |link, text| link.next(text.body()));
        assert_eq!(store.head(match_id(1)).await.unwrap(), Some((Seq(5), head)));
        assert_eq!(store.records(match_id(1), Seq::ZERO, 9).await.unwrap(), append(match_id(1), 0, 5).records);
        assert_eq!(store.matches(None, 9).await.unwrap(), [match_id(1), match_id(2)]);
        for document in &documents {
            assert_eq!(store.get(Kind::Match, &document.id).await.unwrap().as_ref(), Some(document));
        }
        for blob in &blobs {
            assert_eq!(store.blob(blob.hash()).await.unwrap().as_deref(), Some(blob.bytes()));
        }
    }
    store.restore(Restore::default()).await.unwrap();
    // What is restored is gone on with.
    store.append(append(match_id(1), 5, 6)).await.unwrap();
    store.put(put("one", 7, json!({"is": "y"}))).await.unwrap();
    assert_eq!(store.get(Kind::Match, "one").await.unwrap().unwrap().rev, Rev(8));
}

pub(super) async fn what_was_cut_off_is_restored_from_anywhere(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    let whole = append(id, 0, 9).records;
    // Some is there, all is there, some of it is new, more is there.
    for (after, last, stands) in [(0, 3, 3), (0, 3, 3), (1, 5, 5), (5, 6, 6), (2, 4, 6), (0, 9, 9)] {
        store.restore(of(vec![passage(id, after, last)])).await.unwrap();
        assert_eq!(store.records(id, Seq::ZERO, 99).await.unwrap(), whole[..stands], "{after} to {last}");
    }
}

pub(super) async fn what_stands_and_is_another_is_named_and_nothing_is_written(database: &Database) {
    let store = database.open().await;
    store.append(append(match_id(1), 0, 3)).await.unwrap();
    store.put(put("one", 0, json!({"is": "x"}))).await.unwrap();
    let another = |seq| EventText::read(serde_json::to_string(&record(seq, "another")).unwrap()).unwrap();
    let mut differs = passage(match_id(1), 0, 5);
    differs.texts[2] = another(3);
    let late = Passage { id: match_id(1), after: Seq(1), texts: vec![another(2)] };
    for (what, events, documents) in [
        (format!("event 3 of match {}", match_id(1)), vec![differs], vec![]),
        (format!("event 2 of match {}", match_id(1)), vec![late], vec![]),
        ("document match \"one\"".to_owned(), vec![], vec![document("one", 1, "y")]),
        ("document match \"one\"".to_owned(), vec![], vec![document("one", 2, "x")]),
    ] {
        let new = Blob::of(what.clone().into_bytes());
        let mut restore = Restore { contents: vec![new.clone()], events, documents };
        restore.events.insert(0, passage(match_id(0), 0, 2));
        restore.documents.insert(0, document("new", 1, "new"));
        match store.restore(restore).await {
            Err(Error::Different { what: found }) => assert_eq!(found, what),
            other => panic!("{what}: {other:?}"),
        }
        assert_eq!(store.blob(new.hash()).await.unwrap(), None, "{what}");
        assert_eq!(store.matches(None, 9).await.unwrap(), [match_id(1)], "{what}");
        assert_eq!(store.get(Kind::Match, "new").await.unwrap(), None, "{what}");
    }
    assert_eq!(store.records(match_id(1), Seq::ZERO, 9).await.unwrap(), append(match_id(1), 0, 3).records);
    let conflict = store.restore(of(vec![passage(match_id(1), 4, 5)])).await.unwrap_err();
    assert!(matches!(conflict, Error::Conflict { expected: 4, found: 3, .. }), "{conflict:?}");
    let conflict = store.restore(of(vec![passage(match_id(2), 1, 2)])).await.unwrap_err();
    assert!(matches!(conflict, Error::Conflict { expected: 1, found: 0, .. }), "{conflict:?}");
    for (texts, found) in [(vec![], None), (vec![another(2)], Some(Seq(2)))] {
        let misnumbered = of(vec![Passage { id: match_id(3), after: Seq::ZERO, texts }]);
        match store.restore(misnumbered).await {
            Err(Error::Misnumbered { expected: Seq(1), found: said, .. }) => assert_eq!(said, found),
            other => panic!("{other:?}"),
        }
    }
}

pub(super) async fn many_parts_at_once_are_all_restored(database: &Database) {
    let store = database.open().await;
    let parts = (0..40).map(|n| {
        let store = std::sync::Arc::clone(&store);
        tokio::spawn(async move {
            let part =
                Restore { documents: vec![document(&n.to_string(), 3, "x")], ..of(vec![passage(match_id(n), 0, 3)]) };
            store.restore(part).await.unwrap();
            store.append(append(match_id(n), 3, 4)).await.unwrap();
        })
    });
    for part in parts.collect::<Vec<_>>() {
        part.await.unwrap();
    }
    for n in 0..40 {
        assert_eq!(store.records(match_id(n), Seq::ZERO, 9).await.unwrap(), append(match_id(n), 0, 4).records);
        assert!(store.get(Kind::Match, &n.to_string()).await.unwrap().is_some());
    }
}

fn of(events: Vec<Passage>) -> Restore {
    Restore { events, ..Restore::default() }
}

fn passage(id: MatchId, after: u64, last: u64) -> Passage {
    let records = append(id, after, last).records;
    let texts = records.iter().map(|it| EventText::read(serde_json::to_string(it).unwrap()).unwrap());
    Passage { id, after: Seq(after), texts: texts.collect() }
}

fn document(id: &str, rev: u64, says: &str) -> Document {
    Document { kind: Kind::Match, id: id.to_owned(), rev: Rev(rev), body: json!({"is": says}).into() }
}

async fn bodies(store: &dyn Store, id: MatchId, after: Seq, limit: usize) -> Vec<String> {
    store.texts(id, after, limit).await.unwrap().iter().map(|text| text.body().to_owned()).collect()
}
