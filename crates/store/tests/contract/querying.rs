//! Queries: filters, order, pages.

use std::sync::Arc;

use arena_store::{Field, Filter, Group, Grouping, Kind, Order, Pattern, Query, Scalar, Store, Sum};
use serde_json::json;

use crate::Database;
use crate::sample::put;

const STATUS: Field<String> = Field::at("status");
const STATUS_NUMBER: Field<f64> = Field::at("status");
const STATUS_FLAG: Field<bool> = Field::at("status");
const RED: Field<f64> = Field::at("scores.red");

async fn ids(store: &Arc<dyn Store>, query: Query) -> Vec<String> {
    store.find(&query).await.unwrap().into_iter().map(|document| document.id).collect()
}

async fn found(store: &Arc<dyn Store>, filter: Filter) -> String {
    ids(store, Query::of(Kind::Match, 100).filter(filter)).await.join(" ")
}

pub(super) async fn a_field_is_of_one_type_and_other_values_are_none(database: &Database) {
    let store = database.open().await;
    for (id, body) in [
        ("absent", json!({})),
        ("array", json!({ "status": [1] })),
        ("false", json!({ "status": false })),
        ("float", json!({ "status": 1.5 })),
        ("no_object", json!("status")),
        ("null", json!({ "status": null })),
        ("object", json!({ "status": { "status": 1 } })),
        ("one", json!({ "status": 1 })),
        ("one_float", json!({ "status": 1.0 })),
        ("text_empty", json!({ "status": "" })),
        ("text_one", json!({ "status": "1" })),
        ("true", json!({ "status": true })),
        ("zero", json!({ "status": 0 })),
    ] {
        store.put(put(id, 0, body)).await.unwrap();
    }
    for (filter, expected) in [
        (STATUS_NUMBER.is(1.0), "one one_float"),
        (STATUS_NUMBER.any_of([0.0, 1.5]), "float zero"),
        (STATUS_NUMBER.above(0.0), "float one one_float"),
        (STATUS_NUMBER.at_least(1.0), "float one one_float"),
        (STATUS_NUMBER.below(1.5), "one one_float zero"),
        (STATUS_NUMBER.at_most(0.0), "zero"),
        (STATUS_NUMBER.below(f64::INFINITY), ""),
        (!STATUS_NUMBER.is(f64::NAN) & !STATUS_NUMBER.absent(), "float one one_float zero"),
        (STATUS.is("1"), "text_one"),
        (STATUS.is("null"), ""),
        (STATUS.below("1"), "text_empty"),
        (!STATUS.absent(), "text_empty text_one"),
        (STATUS_FLAG.is(true), "true"),
        (STATUS_FLAG.at_least(false), "false true"),
        (STATUS_FLAG.absent() & STATUS.absent() & STATUS_NUMBER.absent(), "absent array no_object null object"),
        (Field::<f64>::at("status.status").is(1.0), "object"),
        (STATUS.any_of::<String>([]), ""),
    ] {
        assert_eq!(found(&store, filter.clone()).await, expected, "{filter:?}");
    }
}

pub(super) async fn filters_are_joined_and_turned_around(database: &Database) {
    let store = database.open().await;
    for (id, status, red) in [("a", "running", 1), ("b", "running", 2), ("c", "done", 1), ("d", "failed", 1)] {
        let body = json!({ "status": status, "scores": { "red": red }, "scores.red": 9 });
        store.put(put(id, 0, body)).await.unwrap();
    }
    let by_status = || STATUS.any_of(["running", "done"]);
    for (filter, expected) in [
        (Filter::none(), "a b c d"),
        (!Filter::none(), ""),
        (Filter::Any(vec![]), ""),
        (by_status(), "a b c"),
        (RED.any_of([1.0, 9.0]), "a c d"),
        (by_status() & RED.is(1.0), "a c"),
        (STATUS.is("failed") | RED.is(2.0), "b d"),
        (!(STATUS.is("failed") | RED.is(2.0)), "a c"),
        (!by_status(), "d"),
        // What is without the field does not meet the condition, so it meets the opposite.
        (!Field::<String>::at("label").is("x"), "a b c d"),
        (!(by_status() & Field::<String>::at("label").is("x")), "a b c d"),
    ] {
        assert_eq!(found(&store, filter.clone()).await, expected, "{filter:?}");
    }
}

pub(super) async fn patterns_tell_cases_apart_and_stars_from_texts(database: &Database) {
    let store = database.open().await;
    for (n, text) in ["fine", "Fine", "50%", "50 points", "a_b", "acb", "a\\b", "füße", "f\n", ""].iter().enumerate()
    {
        store.put(put(&n.to_string(), 0, json!({ "status": text }))).await.unwrap();
    }
    for (pattern, expected) in [
        ("fine", "0"),
        ("_ine", "0 1"),
        ("50%", "2 3"),
        ("50\\%", "2"),
        ("a_b", "4 5 6"),
        ("a\\_b", "4"),
        ("a\\\\b", "6"),
        ("f__e", "0 7"),
        ("%", "0 1 2 3 4 5 6 7 8 9"),
        ("", "9"),
        ("f_", "8"),
    ] {
        assert_eq!(found(&store, STATUS.like(pattern.parse().unwrap())).await, expected, "{pattern:?}");
    }
    assert_eq!(found(&store, STATUS.like(Pattern::containing("_"))).await, "4");
    assert_eq!(found(&store, STATUS.like(Pattern::beginning_with("50%"))).await, "2");
    assert!("half\\".parse::<Pattern>().is_err());
}

pub(super) async fn documents_are_counted_and_added_up_in_groups(database: &Database) {
    let store = database.open().await;
    let all = || Grouping::of(Kind::Match).sum(&RED);
    let empty = store.group(&all()).await.unwrap();
    assert_eq!(empty, [Group { key: vec![], count: 0, sums: vec![Sum::default()] }]);
    assert_eq!(store.group(&all().by(STATUS.column())).await.unwrap(), []);
    for (id, body) in [
        ("a", json!({ "status": "done", "scores": { "red": 1 }, "mock": true })),
        ("b", json!({ "status": "done", "scores": { "red": 0.5 }, "mock": false })),
        ("c", json!({ "status": "done", "mock": true })),
        ("d", json!({ "status": 7, "scores": { "red": "no number" }, "mock": true })),
    ] {
        store.put(put(id, 0, body)).await.unwrap();
    }
    let sum = |count, total| vec![Sum { count, total }];
    assert_eq!(store.group(&all()).await.unwrap(), [Group { key: vec![], count: 4, sums: sum(2, 1.5) }]);
    let mut groups = store.group(&all().by(STATUS.column()).by(Field::<bool>::at("mock").column())).await.unwrap();
    groups.sort_by_key(|group| format!("{:?}", group.key));
    let expected = [(None, true, 1, 0, 0.0), (Some("done"), false, 1, 1, 0.5), (Some("done"), true, 2, 1, 1.0)];
    let expected = expected.map(|(status, mock, count, n, total)| Group {
        key: vec![status.map(Scalar::from), Some(mock.into())],
        count,
        sums: sum(n, total),
    });
    assert_eq!(groups, expected);
    assert_eq!(groups[2].sums[0].average(), Some(1.0));
    assert_eq!(groups[0].sums[0].average(), None);
    assert_eq!(store.count(Kind::Match, STATUS.is("done")).await.unwrap(), 3);
    assert_eq!(store.count(Kind::Token, Filter::none()).await.unwrap(), 0);
}

pub(super) async fn pages_follow_each_other_by_any_field(database: &Database) {
    let store = database.open().await;
    // Of one value there is more than a page; of the ids some have no value.
    for n in 0..40 {
        let red = if n % 8 == 7 { json!(null) } else { json!(n % 4) };
        store.put(put(&format!("m{n:02}"), 0, json!({ "scores": { "red": red } }))).await.unwrap();
    }
    let mut expected: Vec<(i32, i32)> = (0..40).filter(|n| n % 8 != 7).map(|n| (n % 4, n)).collect();
    expected.sort_unstable();
    let expected: Vec<String> = expected.into_iter().map(|(_, n)| format!("m{n:02}")).collect();
    for order in [Order::Ascending, Order::Descending] {
        let mut query = Query { order, ..Query::of(Kind::Match, 3).by(&RED) };
        let mut read = Vec::new();
        loop {
            let page = store.find(&query).await.unwrap();
            assert!(page.len() <= 3, "{page:?}");
            let Some(last) = page.last() else { break };
            query = query.after(last);
            read.extend(page.into_iter().map(|document| document.id));
        }
        if order == Order::Descending {
            read.reverse();
        }
        assert_eq!(read, expected, "{order:?}");
    }
    let nowhere = Query::of(Kind::Match, 3).by(&RED).after_id("m00");
    assert_eq!(store.find(&nowhere).await.unwrap(), [], "a place without the field has nothing after it");
}

pub(super) async fn pages_follow_each_other_in_both_orders(database: &Database) {
    let store = database.open().await;
    let all: Vec<String> = (0..25).map(|n| format!("m{n:02}")).collect();
    for (n, id) in all.iter().enumerate() {
        store.put(put(id, 0, json!({ "status": if n % 2 == 0 { "even" } else { "odd" } }))).await.unwrap();
    }
    let even: Vec<String> = all.iter().step_by(2).cloned().collect();
    for (filter, expected) in [(Filter::none(), all), (STATUS.is("even"), even)] {
        for order in [Order::Ascending, Order::Descending] {
            let mut read: Vec<String> = Vec::new();
            loop {
                let page = Query { order, ..Query::of(Kind::Match, 4).filter(filter.clone()) };
                let page = ids(&store, read.last().into_iter().fold(page, Query::after_id)).await;
                assert!(page.len() <= 4, "{order:?}: {page:?}");
                if page.is_empty() {
                    break;
                }
                read.extend(page);
            }
            match order {
                Order::Ascending => {}
                Order::Descending => read.reverse(),
            }
            assert_eq!(read, expected, "{order:?} {filter:?}");
        }
    }
}

pub(super) async fn hostile_values_are_only_values(database: &Database) {
    let store = database.open().await;
    let hostile = [
        "'",
        "\"",
        "' OR 1=1 --",
        "'); DROP TABLE documents; --",
        "\\",
        "\\u0041",
        "A",
        "%",
        "?1",
        "line\nfeed\t\u{1}\u{7f}",
        "é",
        "e\u{301}",
        "日本 🦀 \u{202e}",
        "",
        " ",
        "null",
    ];
    for text in hostile {
        store.put(put(text, 0, json!({ "status": text }))).await.unwrap();
    }
    for text in hostile {
        assert_eq!(found(&store, STATUS.is(text)).await, text, "{text:?}");
        let document = store.get(Kind::Match, text).await.unwrap().unwrap();
        assert_eq!(document.body, json!({ "status": text }).into());
        let beyond = Query::of(Kind::Match, 100).after_id(text);
        let mut expected: Vec<_> = hostile.into_iter().filter(|other| *other > text).collect();
        expected.sort_unstable();
        assert_eq!(ids(&store, beyond).await, expected, "after {text:?}");
    }
}
