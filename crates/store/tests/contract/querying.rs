//! Queries: filters, order, pages.

use std::sync::Arc;

use arena_store::{Filter, JsonPath, Kind, Order, Query, Store};
use serde_json::{Value, json};

use crate::Database;
use crate::sample::put;

fn filter(path: &str, any_of: &[Value]) -> Filter {
    Filter { path: path.parse().unwrap(), any_of: any_of.to_vec() }
}

async fn ids(store: &Arc<dyn Store>, query: Query) -> Vec<String> {
    store.find(&query).await.unwrap().into_iter().map(|document| document.id).collect()
}

async fn found(store: &Arc<dyn Store>, filters: Vec<Filter>) -> String {
    ids(store, Query { filters, ..Query::of(Kind::Match, 100) }).await.join(" ")
}

pub(super) async fn filters_compare_as_json(database: &Database) {
    let store = database.open();
    for (id, body) in [
        ("absent", json!({})),
        ("array", json!({ "status": [1] })),
        ("false", json!({ "status": false })),
        ("float", json!({ "status": 1.5 })),
        ("no_object", json!("status")),
        ("null", json!({ "status": null })),
        ("one", json!({ "status": 1 })),
        ("text_one", json!({ "status": "1" })),
        ("true", json!({ "status": true })),
        ("zero", json!({ "status": 0 })),
    ] {
        store.put(put(id, 0, body)).await.unwrap();
    }
    for (any_of, expected) in [
        (vec![json!(1)], "one"),
        (vec![json!("1")], "text_one"),
        (vec![json!(true)], "true"),
        (vec![json!(false), json!(0)], "false zero"),
        (vec![json!(1.5)], "float"),
        (vec![json!([1])], "array"),
        (vec![json!(null)], "absent no_object null"),
        (vec![json!(null), json!(1)], "absent no_object null one"),
        (vec![json!("null")], ""),
        (vec![], ""),
    ] {
        assert_eq!(found(&store, vec![filter("status", &any_of)]).await, expected, "{any_of:?}");
    }
}

pub(super) async fn all_filters_must_hold(database: &Database) {
    let store = database.open();
    for (id, status, red) in [("a", "running", 1), ("b", "running", 2), ("c", "done", 1), ("d", "failed", 1)] {
        let body = json!({ "status": status, "scores": { "red": red }, "scores.red": 9 });
        store.put(put(id, 0, body)).await.unwrap();
    }
    let by_status = Filter { path: JsonPath::STATUS, any_of: vec![json!("running"), json!("done")] };
    let by_score = filter("scores.red", &[json!(1), json!(9)]);
    assert_eq!(found(&store, vec![]).await, "a b c d");
    assert_eq!(found(&store, vec![by_status.clone()]).await, "a b c");
    assert_eq!(found(&store, vec![by_score.clone()]).await, "a c d");
    assert_eq!(found(&store, vec![by_status, by_score]).await, "a c");
}

pub(super) async fn pages_follow_each_other_in_both_orders(database: &Database) {
    let store = database.open();
    let all: Vec<String> = (0..25).map(|n| format!("m{n:02}")).collect();
    for (n, id) in all.iter().enumerate() {
        store.put(put(id, 0, json!({ "status": if n % 2 == 0 { "even" } else { "odd" } }))).await.unwrap();
    }
    let even: Vec<String> = all.iter().step_by(2).cloned().collect();
    let only_even = vec![filter("status", &[json!("even")])];
    for (filters, expected) in [(vec![], all), (only_even, even)] {
        for order in [Order::Ascending, Order::Descending] {
            let mut read: Vec<String> = Vec::new();
            loop {
                let after = read.last().cloned();
                let page = Query { filters: filters.clone(), order, after, ..Query::of(Kind::Match, 4) };
                let page = ids(&store, page).await;
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
            assert_eq!(read, expected, "{order:?} {filters:?}");
        }
    }
}

pub(super) async fn hostile_values_are_only_values(database: &Database) {
    let store = database.open();
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
        assert_eq!(found(&store, vec![filter("status", &[json!(text)])]).await, text, "{text:?}");
        let document = store.get(Kind::Match, text).await.unwrap().unwrap();
        assert_eq!(document.body, json!({ "status": text }));
        let beyond = Query { after: Some(text.to_owned()), ..Query::of(Kind::Match, 100) };
        let mut expected: Vec<_> = hostile.into_iter().filter(|other| *other > text).collect();
        expected.sort_unstable();
        assert_eq!(ids(&store, beyond).await, expected, "after {text:?}");
    }
}
