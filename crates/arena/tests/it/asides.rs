//! What the live feed carries beside events, without a number: what a model is writing, and how many watch.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use arena::mock_llm::{MockLlm, Options};
use futures_util::StreamExt as _;
use reqwest::Client;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::live::{Socket, frames, say, socket};
use crate::serve::{Served, begin, client};

/// A model that takes more than half a second for each answer, and fails in these ways.
pub(crate) async fn slow_model(faults: &[&str]) -> MockLlm {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let between_tokens = Duration::from_millis(40);
    MockLlm::start(Options { between_tokens, faults, tool_calls: 0.0, ..Options::default() }).await.unwrap()
}

/// A server whose provider `openai` is that model.
pub(crate) fn served_by(model: &MockLlm, folder: &std::path::Path) -> Served {
    Served::start_with(folder, &[("OPENAI_BASE_URL", &format!("http://{}/v1", model.address()))])
}

/// All frames of a match over a socket until it is over.
pub(crate) async fn by_socket(served: &Served, id: &str, audience: &str) -> Vec<Value> {
    let mut watching = watch(served, id, audience).await;
    let mut frames = Vec::new();
    loop {
        let frame = hear(&mut watching).await;
        match frame["t"].as_str() {
            None => frames.push(frame),
            Some("ended") => return frames,
            Some("subscribed" | "ping") => {}
            Some(other) => panic!("{other}"),
        }
    }
}

/// The same over server-sent events. What has no number has no id.
async fn by_stream(client: &Client, served: &Served, id: &str, audience: &str) -> Vec<Value> {
    let url = served.api(&format!("/stream?topics=match:{id}&audience={audience}"));
    let text = client.get(url).send().await.unwrap().text().await.unwrap();
    let mut frames = Vec::new();
    for event in text.split("\n\n").filter(|event| !event.starts_with("event: ")) {
        let data = event.lines().find_map(|line| line.strip_prefix("data: "));
        let Some(frame) = data.map(|data| serde_json::from_str::<Value>(data).unwrap()) else { continue };
        assert_eq!(event.starts_with("id: "), frame.get("seq").is_some(), "{event}");
        frames.push(frame);
    }
    frames
}

async fn watch(served: &Served, id: &str, audience: &str) -> Socket {
    let mut watching = socket(served.address()).await.unwrap();
    say(&mut watching, json!({"t": "sub", "topic": format!("match:{id}"), "audience": audience})).await;
    watching
}

async fn hear(socket: &mut Socket) -> Value {
    let heard = tokio::time::timeout(Duration::from_secs(30), socket.next()).await;
    match heard.expect("nothing was said").expect("it is closed").unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// What of each call was written in the end, in how many pieces, and how often it was begun.
fn written(frames: &[Value]) -> BTreeMap<u64, (String, usize, usize)> {
    let mut written: BTreeMap<u64, (String, usize, usize)> = BTreeMap::new();
    for frame in frames.iter().filter(|frame| frame["kind"] == "delta") {
        let body = &frame["body"];
        assert!(["red", "blue", "target", "judge"].contains(&body["seat"].as_str().unwrap()), "{frame}");
        let (text, n_pieces, n_begun) = written.entry(body["call"].as_u64().unwrap()).or_default();
        if body["offset"] == 0 {
            text.clear();
            *n_begun += 1;
        }
        assert_eq!(body["offset"], text.chars().count(), "{frame}: there is no hole");
        text.push_str(body["text"].as_str().unwrap());
        *n_pieces += 1;
    }
    written
}

/// What each call came to.
fn replies(frames: &[Value]) -> BTreeMap<u64, String> {
    let reply = |frame: &Value| {
        let body = &frame["body"];
        Some((body["call"].as_u64()?, body["reply"]["text"].as_str()?.to_owned()))
    };
    frames.iter().filter(|frame| frame.get("seq").is_some()).filter_map(reply).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_reads_what_a_model_writes_over_both_transports() {
    let folder = tempfile::tempdir().unwrap();
    let model = slow_model(&[]).await;
    let (served, client) = (served_by(&model, folder.path()), client());
    let body = json!({"scenario": "support-desk", "rounds": 1, "seed": "3", "models": {"all": "openai:mock"}});
    let id = begin(&client, &served, body).await;
    let all = tokio::join!(by_socket(&served, &id, "operator"), by_stream(&client, &served, &id, "operator"));
    let stored: Vec<Value> = frames(&client, &served, &id, "operator")
        .await
        .iter()
        .map(|frame| serde_json::from_str(frame).unwrap())
        .collect();
    let replies = replies(&stored);
    for frames in [all.0, all.1] {
        let events: Vec<&Value> = frames.iter().filter(|frame| frame.get("seq").is_some()).collect();
        assert_eq!(events, stored.iter().collect::<Vec<_>>(), "the events are what they were");
        let written = written(&frames);
        assert!(written.values().any(|(_, n_pieces, _)| *n_pieces > 2), "it came in pieces: {written:?}");
        for (call, (text, _, n_begun)) in &written {
            assert!(replies[call].starts_with(text), "{text:?} became {:?}", replies[call]);
            assert_eq!(*n_begun, 1);
        }
        // Once a call is answered nothing of it is told any more.
        let mut answered = Vec::new();
        for frame in &frames {
            let call = &frame["body"]["call"];
            match frame["kind"].as_str() {
                Some("delta") => assert!(!answered.contains(&call), "{frame}"),
                Some("model_replied" | "guard_ruled") => answered.push(call),
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_asked_again_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let model = slow_model(&["reset-mid@first-1"]).await;
    let (served, client) = (served_by(&model, folder.path()), client());
    let body = json!({"scenario": "support-desk", "rounds": 1, "seed": "3", "models": {"all": "openai:mock"}});
    let id = begin(&client, &served, body).await;
    let frames = by_socket(&served, &id, "operator").await;
    let (written, replies) = (written(&frames), replies(&frames));
    assert!(written.values().any(|(_, _, n_begun)| *n_begun == 2), "{written:?}");
    for (call, (text, ..)) in &written {
        assert!(replies[call].starts_with(text), "{text:?} became {:?}", replies[call]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_of_what_is_answered_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let model = MockLlm::start(Options { tool_calls: 0.0, ..Options::default() }).await.unwrap();
    let (served, client) = (served_by(&model, folder.path()), client());
    let body = json!({"scenario": "support-desk", "rounds": 5, "models": {"all": "openai:mock"}});
    let id = begin(&client, &served, body).await;
    let frames = by_socket(&served, &id, "operator").await;
    // A machine that stands still makes a call longer than it is.
    let is_quick = |frame: &Value| frame["body"]["reply"]["elapsed_ms"].as_u64().is_none_or(|ms| ms < 250);
    if frames.iter().all(is_quick) {
        assert!(written(&frames).is_empty(), "{:?}", written(&frames));
    }
}

/// The numbers of those who watch that are told until one is `last`.
async fn numbers(watching: &mut Socket, last: u64) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.last() != Some(&last) {
        let frame = hear(watching).await;
        if frame["kind"] == "presence" {
            assert_eq!((frame.get("seq"), &frame["v"]), (None, &json!(1)));
            numbers.push(frame["body"]["n_watching"].as_u64().unwrap());
        }
    }
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_is_told_how_many_do_once_a_second_at_most() {
    const N: u64 = 30;
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let body = json!({"scenario": "support-desk", "models": {"all": "mock:60000ms"}});
    let id = begin(&client, &served, body).await;
    let begun = Instant::now();
    let mut first = watch(&served, &id, "spectator").await;
    assert_eq!(numbers(&mut first, 1).await, [1]);
    let mut others = Vec::new();
    let audiences = ["spectator", "red", "blue", "target", "operator"].into_iter().cycle();
    for (n, audience) in (2..=N).zip(audiences) {
        let mut other = watch(&served, &id, audience).await;
        assert_eq!(numbers(&mut other, n).await, [n], "the first is how many there are");
        others.push(other);
    }
    let told = numbers(&mut first, N).await;
    let most = begun.elapsed().as_secs() + 1;
    assert!(told.is_sorted() && told.len() as u64 <= most, "{told:?} within {most} s");
    // Those who watch over server-sent events count, too, and who goes counts no more.
    let url = served.api(&format!("/stream?topics=match:{id}"));
    let mut stream = client.get(url).send().await.unwrap().bytes_stream();
    assert!(numbers(&mut first, N + 1).await.is_sorted());
    let mut text = String::new();
    while !text.contains("\"kind\":\"presence\"") {
        text += std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap();
    }
    drop((others, stream));
    numbers(&mut first, 1).await;
    // One who watches another match is none of them.
    let body = json!({"scenario": "support-desk", "models": {"all": "mock:60000ms"}});
    let other = begin(&client, &served, body).await;
    let mut elsewhere = watch(&served, &other, "spectator").await;
    assert_eq!(numbers(&mut elsewhere, 1).await, [1]);
}
