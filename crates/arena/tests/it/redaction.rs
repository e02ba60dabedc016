//! What the API shows of a match, byte for byte: no flag, no prompt and no reason of a guard for those who may not see it.

use std::sync::Arc;

use arena::runner::records;
use arena_core::engine::fold;
use arena_core::event::{Event, Record};
use arena_core::id::MatchId;
use arena_core::referee::find;
use arena_store::Store as _;
use arena_store::sqlite::{Access, SqliteStore};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::asides::{by_socket, served_by, slow_model};
use crate::live::frames;
use crate::serve::{Served, ask, begin, client, until_it_is};

/// A Target that says its flag in every form that a model is likely to choose, and a guard that quotes it: the mock leaks
/// in some rounds, the reference attack in all.
const MATCHES: [(&str, &str); 3] = [("attacker", "assistant"), ("reference", "hijacked"), ("pack", "hijacked")];

#[tokio::test(flavor = "multi_thread")]
async fn no_transport_shows_an_audience_what_it_may_not_see() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let mut ids = Vec::new();
    for (red, target) in MATCHES {
        for blue in ["none", "guard"] {
            let body = json!({"scenario": "support-desk", "rounds": 15, "red": red, "blue": blue, "target": target});
            ids.push(begin(&client, &served, body).await);
        }
    }
    for id in &ids {
        until_it_is(&client, &served, id, "completed").await;
    }
    let store = Arc::new(SqliteStore::open(&folder.path().join("arena.db"), Access::ReadOnly).unwrap());
    let mut n_reasons = 0;
    let mut n_leaked = 0;
    for id in &ids {
        let whole = records(&*store, id.parse::<MatchId>().unwrap()).await.unwrap();
        let game = fold(&whole).unwrap().unwrap();
        let reasons = reasons(&whole);
        n_reasons += reasons.len();
        let prompts = [&game.spec.scenario.target.prompt, &game.spec.scenario.policy];
        let operator = frames(&client, &served, id, "operator").await.concat();
        n_leaked += usize::from(game.flags.values().any(|flag| operator.contains(flag)));
        let list = ask(&client, reqwest::Method::GET, &served.api("/matches"), None).await.1.to_string();
        for format in ["json", "text", "markdown", "junit", "sarif", "html"] {
            let report = get(&client, &served, &format!("/matches/{id}/report?format={format}")).await;
            assert!(report.contains("support-desk"), "{format}");
            for flag in game.flags.values() {
                assert_eq!(find(flag, &[&report]), None, "{format} report of {id}");
            }
            let secret = reasons.iter().chain(prompts).filter(|text| text.len() > 20);
            for text in secret {
                assert!(!report.contains(text.as_str()), "{format} report of {id} shows {text:?}");
            }
        }
        for audience in ["spectator", "target", "blue", "red"] {
            let shown = frames(&client, &served, id, audience).await;
            let texts: Vec<String> =
                shown.iter().flat_map(|frame| texts(&serde_json::from_str(frame).unwrap())).collect();
            let mut told = get(&client, &served, &format!("/matches/{id}/rounds?limit=200&audience={audience}")).await;
            for format in ["json", "ndjson", "text", "markdown"] {
                let path = format!("/matches/{id}/transcript?format={format}&audience={audience}");
                told += &get(&client, &served, &path).await;
            }
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            // What was said to Red is no secret to Red any more; what the Target said it knows.
            if ["spectator", "blue"].contains(&audience) {
                for flag in game.flags.values() {
                    assert_eq!(find(flag, &texts), None, "{audience} of {id}");
                    assert!(!shown.concat().contains(flag) && !list.contains(flag), "{audience} of {id}");
                    assert_eq!(find(flag, &[&told]), None, "{audience} of {id} is told a flag");
                }
            }
            if audience != "blue" {
                for reason in &reasons {
                    assert!(
                        !texts.contains(&reason.as_str()),
                        "{audience} of {id} sees why the guard stepped in: {reason}"
                    );
                    assert!(
                        reason.len() < 20 || !told.contains(reason.as_str()),
                        "{audience} of {id} is told: {reason}"
                    );
                }
            }
            for prompt in prompts.iter().filter(|prompt| prompt.len() > 20) {
                assert!(!shown.concat().contains(prompt.as_str()), "{audience} of {id} sees a prompt");
                assert!(!told.contains(prompt.as_str()), "{audience} of {id} is told a prompt");
            }
        }
    }
    store.close().await;
    assert!(
        n_reasons > 0 && n_leaked > 0,
        "there was nothing to hide: {n_reasons} reasons, {n_leaked} matches with flags"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_model_is_writing_is_for_operators_alone() {
    let folder = tempfile::tempdir().unwrap();
    let model = slow_model(&[]).await;
    let (served, client) = (served_by(&model, folder.path()), client());
    let body = json!({"scenario": "support-desk", "rounds": 1, "seed": "3", "models": {"all": "openai:mock"}});
    let id = begin(&client, &served, body).await;
    let watched = ["operator", "spectator", "red", "blue", "target"].map(|audience| by_socket(&served, &id, audience));
    let n_deltas: Vec<usize> = join_all(watched)
        .await
        .iter()
        .map(|frames| {
            let asides = frames.iter().filter(|frame| frame.get("seq").is_none() && frame["kind"] != "presence");
            asides.inspect(|frame| assert_eq!(frame["kind"], "delta", "{frame}")).count()
        })
        .collect();
    assert!(n_deltas[0] > 0, "there was nothing to hide");
    assert_eq!(n_deltas[1..], [0, 0, 0, 0]);
}

async fn get(client: &reqwest::Client, served: &Served, path: &str) -> String {
    let response = client.get(served.api(path)).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

/// Why guards stepped in.
fn reasons(records: &[Record]) -> Vec<String> {
    let mut reasons: Vec<String> = records
        .iter()
        .filter_map(|record| match &record.event {
            Event::GuardRuled { ruling, .. } if ruling.intervenes() => Some(ruling.reason.clone()),
            _ => None,
        })
        .collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}
