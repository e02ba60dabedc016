//! Events: in order, once, fenced.

use std::sync::Arc;

use arena_core::id::Seq;
use arena_store::{Append, Error, Kind, Rev};
use serde_json::json;
use tokio::task::JoinSet;

use crate::Database;
use crate::sample::{append, match_id, put, record};

pub(super) async fn what_is_appended_is_read_back_in_order(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    let texts = ["", "quote ' and \" and ; --", "line\nfeed\u{1}", "日本 🦀 \u{202e}", &"long ".repeat(100_000)];
    let records: Vec<_> = (1..).zip(texts).map(|(seq, text)| record(seq, text)).collect();
    let first = Append { id, after: Seq::ZERO, records: records[..2].to_vec(), header: None };
    let second = Append { id, after: Seq(2), records: records[2..].to_vec(), header: None };
    store.append(first).await.unwrap();
    store.append(second).await.unwrap();

    assert_eq!(store.records(id, Seq::ZERO, 100).await.unwrap(), records);
    assert_eq!(store.records(match_id(2), Seq::ZERO, 100).await.unwrap(), []);
}

pub(super) async fn a_match_is_read_in_pages(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    store.append(append(id, 0, 25)).await.unwrap();
    store.append(append(match_id(2), 0, 3)).await.unwrap();

    let mut pages = Vec::new();
    let mut after = Seq::ZERO;
    loop {
        let page = store.records(id, after, 10).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.seq;
        pages.push(page.iter().map(|record| record.seq.0).collect::<Vec<_>>());
    }
    assert_eq!(pages, [(1..=10).collect::<Vec<_>>(), (11..=20).collect(), (21..=25).collect()]);
    assert_eq!(store.records(id, Seq(25), usize::MAX).await.unwrap(), []);
    assert_eq!(store.records(id, Seq(u64::MAX), 1).await.unwrap(), []);
    assert_eq!(store.records(id, Seq::ZERO, 0).await.unwrap(), []);
}

pub(super) async fn an_append_anywhere_but_at_the_end_is_a_conflict(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    store.append(append(id, 0, 2)).await.unwrap();
    for (case, after) in [("a duplicate", 0), ("an overlap", 1), ("a gap", 3)] {
        match store.append(append(id, after, after + 2)).await {
            Err(Error::Conflict { what, expected, found }) => {
                assert_eq!((what, expected, found), (format!("match {id}"), after, 2), "{case}");
            }
            other => panic!("{case}: {other:?}"),
        }
    }
    store.append(append(id, 2, 3)).await.unwrap();
    assert_eq!(store.records(id, Seq::ZERO, 9).await.unwrap(), append(id, 0, 3).records);
}

pub(super) async fn records_that_do_not_follow_are_refused(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    for (seqs, expected, found) in [
        (vec![], 1, None),
        (vec![2], 1, Some(2)),
        (vec![0, 1], 1, Some(0)),
        (vec![1, 3], 2, Some(3)),
        (vec![1, 1], 2, Some(1)),
    ] {
        let records = seqs.iter().map(|seq| record(*seq, "x")).collect();
        match store.append(Append { id, after: Seq::ZERO, records, header: None }).await {
            Err(Error::Misnumbered { id: named, expected: should, found: does }) => {
                assert_eq!((named, should, does), (id, Seq(expected), found.map(Seq)), "{seqs:?}");
            }
            other => panic!("{seqs:?}: {other:?}"),
        }
    }
    assert_eq!(store.records(id, Seq::ZERO, 9).await.unwrap(), []);
}

pub(super) async fn of_two_appends_at_one_place_exactly_one_wins(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    for after in 0..200 {
        let race = |who: &str| {
            let append = Append { id, after: Seq(after), records: vec![record(after + 1, who)], header: None };
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.append(append).await })
        };
        let (red, blue) = (race("red"), race("blue"));
        let winner = match (red.await.unwrap(), blue.await.unwrap()) {
            (Ok(()), Err(Error::Conflict { .. })) => "red",
            (Err(Error::Conflict { .. }), Ok(())) => "blue",
            other => panic!("round {after}: {other:?}"),
        };
        let stored = store.records(id, Seq(after), 9).await.unwrap();
        assert_eq!(stored, [record(after + 1, winner)], "round {after}");
    }
}

pub(super) async fn many_appends_to_different_matches_all_land(database: &Database) {
    let store = database.open().await;
    let mut appenders = JoinSet::new();
    for n in 0..200 {
        let store = Arc::clone(&store);
        appenders.spawn(async move {
            for after in 0..5 {
                store.append(append(match_id(n), after, after + 1)).await.unwrap();
            }
        });
    }
    while let Some(appender) = appenders.join_next().await {
        appender.unwrap();
    }
    for n in 0..200 {
        let id = match_id(n);
        assert_eq!(store.records(id, Seq::ZERO, 9).await.unwrap(), append(id, 0, 5).records, "match {n}");
    }
}

pub(super) async fn a_header_is_written_with_its_events_or_neither_is(database: &Database) {
    let store = database.open().await;
    let id = match_id(1);
    let with = |after, expected| {
        let header = Some(put(&id.to_string(), expected, json!({ "last": after + 1 })));
        Append { header, ..append(id, after, after + 1) }
    };
    let stored = async || {
        let last = store.records(id, Seq::ZERO, 9).await.unwrap().len();
        let header = store.get(Kind::Match, &id.to_string()).await.unwrap();
        (last, header.map(|document| (document.rev, document.body)))
    };
    store.append(with(0, 0)).await.unwrap();
    assert_eq!(stored().await, (1, Some((Rev(1), json!({ "last": 1 }).into()))));

    for (case, refused) in [("a stale header", with(1, 0)), ("stale events", with(0, 1))] {
        let refused = store.append(refused).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{case}: {refused:?}");
        assert_eq!(stored().await, (1, Some((Rev(1), json!({ "last": 1 }).into()))), "{case}");
    }
    store.append(with(1, 1)).await.unwrap();
    assert_eq!(stored().await, (2, Some((Rev(2), json!({ "last": 2 }).into()))));
}

pub(super) async fn a_conflict_in_a_group_harms_no_other(database: &Database) {
    let store = database.open().await;
    let mut appenders = JoinSet::new();
    for n in 0..300 {
        let store = Arc::clone(&store);
        // Every third append comes too late by one, and its header must not stay either.
        let after = u64::from(n % 3 == 0);
        let header = Some(put(&n.to_string(), 0, json!({})));
        let append = Append { header, ..append(match_id(n), after, after + 2) };
        appenders.spawn(async move { (n, store.append(append).await) });
    }
    while let Some(appender) = appenders.join_next().await {
        let (n, outcome) = appender.unwrap();
        let refused = matches!(outcome, Err(Error::Conflict { .. }));
        assert_eq!((refused, outcome.is_ok()), (n % 3 == 0, n % 3 != 0), "append {n}: {outcome:?}");
        let events = store.records(match_id(n), Seq::ZERO, 9).await.unwrap().len();
        let header = store.get(Kind::Match, &n.to_string()).await.unwrap();
        assert_eq!((events, header.is_some()), if refused { (0, false) } else { (2, true) }, "append {n}");
    }
}
