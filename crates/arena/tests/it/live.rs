//! What goes out to those who watch: the same by every transport, within limits.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::serve::{Served, ask, begin, client, until_it_is};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn socket(address: &str) -> Option<Socket> {
    Some(connect_async(format!("ws://{address}/api/v1/ws")).await.ok()?.0)
}

pub(crate) async fn say(socket: &mut Socket, what: Value) {
    socket.send(Message::text(what.to_string())).await.unwrap();
}

/// The next text, as it is.
async fn hear(socket: &mut Socket) -> String {
    let heard = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
    match heard.expect("nothing was said").expect("it is closed").unwrap() {
        Message::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Whether a frame is an event. What has no number is none, and may be missed.
pub(crate) fn is_event(frame: &str) -> bool {
    serde_json::from_str::<Value>(frame).unwrap().get("seq").is_some()
}

/// The code with which the socket is closed, after whatever else is said.
pub(crate) async fn closed(mut socket: Socket) -> u16 {
    loop {
        let heard = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
        match heard.expect("it is not closed") {
            Some(Ok(Message::Close(frame))) => return frame.map_or(0, |frame| frame.code.into()),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// All frames of a match by REST, as they are.
pub(crate) async fn frames(client: &Client, served: &Served, id: &str, audience: &str) -> Vec<String> {
    in_pages(client, served, id, audience, 1_000).await
}

/// The same, so many at once.
async fn in_pages(client: &Client, served: &Served, id: &str, audience: &str, limit: usize) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let url = served.api(&format!("/matches/{id}/events?after={after}&limit={limit}&audience={audience}"));
        let text =
            client.get(&url).header("accept", "application/x-ndjson").send().await.unwrap().text().await.unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.is_empty() {
            return all;
        }
        after += lines.len();
        all.extend(lines);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_transport_carries_the_same_frames_for_each_audience() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let id = begin(&client, &served, json!({"scenario": "support-desk", "models": {"all": "mock:5ms"}})).await;
    for audience in ["spectator", "red", "blue", "target", "operator"] {
        let mut watching = socket(served.address()).await.unwrap();
        say(&mut watching, json!({"t": "sub", "topic": format!("match:{id}"), "audience": audience})).await;
        assert_eq!(hear(&mut watching).await, format!("{{\"t\":\"subscribed\",\"topic\":\"match:{id}\",\"from\":0}}"));
        let mut by_socket = Vec::new();
        loop {
            let text = hear(&mut watching).await;
            if text.starts_with("{\"t\"") {
                assert_eq!(text, format!("{{\"t\":\"ended\",\"topic\":\"match:{id}\"}}"));
                break;
            }
            by_socket.extend(is_event(&text).then_some(text));
        }
        let url = served.api(&format!("/stream?topics=match:{id}&audience={audience}"));
        let stream = client.get(url).send().await.unwrap().text().await.unwrap();
        let by_stream: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        assert_eq!(by_stream.last(), Some(&"{}"), "the last is the end of the stream");
        let by_stream: Vec<&str> = by_stream.into_iter().filter(|text| is_event(text)).collect();
        let by_rest = frames(&client, &served, &id, audience).await;
        assert_eq!(by_socket, by_rest, "{audience}");
        assert_eq!(by_stream, by_rest, "{audience}");
        assert_eq!(in_pages(&client, &served, &id, audience, 7).await, by_rest, "{audience}");
        for (i, frame) in by_rest.iter().enumerate() {
            let frame: Value = serde_json::from_str(frame).unwrap();
            assert_eq!(frame["seq"], i + 1, "{audience}: there is no hole");
        }
    }
    // Who knows everything of what is over is told not to come back.
    let n = frames(&client, &served, &id, "spectator").await.len();
    let url = served.api(&format!("/stream?topics=match:{id}"));
    let known = client.get(&url).header("last-event-id", format!("match:{id}@{n}")).send().await.unwrap();
    assert_eq!(known.status(), 204);
    let but_one = client.get(&url).header("last-event-id", format!("match:{id}@{}", n - 1)).send().await.unwrap();
    assert_eq!(but_one.text().await.unwrap().matches("\nid: ").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_several_matches_goes_on_wherever_it_broke_off() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let mut ids = Vec::new();
    for rounds in [1, 3] {
        ids.push(begin(&client, &served, json!({"scenario": "support-desk", "rounds": rounds})).await);
    }
    let mut stored = Vec::new();
    for id in &ids {
        until_it_is(&client, &served, id, "completed").await;
        stored.extend(frames(&client, &served, id, "operator").await);
    }
    stored.sort();
    let url = served.api(&format!("/stream?topics=match:{},match:{}&audience=operator", ids[0], ids[1]));
    let whole = events_of(&client.get(&url).send().await.unwrap().text().await.unwrap());
    for n in (1..whole.len()).step_by(5) {
        let (seen, broken_off) = (&whole[..n], &whole[n - 1].0);
        let rest = client.get(&url).header("last-event-id", broken_off).send().await.unwrap().text().await.unwrap();
        let mut all: Vec<String> = seen.iter().cloned().chain(events_of(&rest)).map(|(_, data)| data).collect();
        all.sort();
        assert_eq!(all, stored, "broken off at {broken_off}");
    }
    // Both are named, though they ended one after the other.
    let known = client.get(&url).header("last-event-id", &whole[whole.len() - 1].0).send().await.unwrap();
    assert_eq!(known.status(), 204);
}

/// The ids and data of server-sent events that have both.
fn events_of(text: &str) -> Vec<(String, String)> {
    let line = |event: &str, name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    text.split("\n\n").filter_map(|event| Some((line(event, "id: ")?, line(event, "data: ")?))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_poked_and_topics_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let mut watching = socket(served.address()).await.unwrap();
    say(&mut watching, json!({"t": "sub", "topic": "matches"})).await;
    assert_eq!(hear(&mut watching).await, r#"{"t":"subscribed","topic":"matches"}"#);
    let id =
        begin(&client, &served, json!({"scenario": "support-desk", "rounds": 2, "models": {"all": "mock:5ms"}})).await;
    let mut status = Value::Null;
    while status != "completed" {
        let poke: Value = serde_json::from_str(&hear(&mut watching).await).unwrap();
        assert_eq!(
            (&poke["topic"], &poke["kind"], &poke["body"]["id"]),
            (&"matches".into(), &"changed".into(), &json!(id))
        );
        status = poke["body"]["status"].clone();
    }
    say(&mut watching, json!({"t": "unsub", "topic": "matches"})).await;
    assert_eq!(hear(&mut watching).await, r#"{"t":"unsubscribed","topic":"matches"}"#);
    let other = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 1})).await;
    until_it_is(&client, &served, &other, "completed").await;
    say(&mut watching, json!({"t": "ping"})).await;
    assert_eq!(hear(&mut watching).await, r#"{"t":"pong"}"#, "nothing came of the topic that was left");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_may_not_say_is_answered_or_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let (served, client) = (Served::start(folder.path()), client());
    let id = begin(&client, &served, json!({"scenario": "support-desk", "rounds": 1})).await;
    let over = until_it_is(&client, &served, &id, "completed").await;
    let beyond = over["position"]["seq"].as_u64().unwrap() + 1;
    let mut watching = socket(served.address()).await.unwrap();
    for (said, code) in [
        (json!({"t": "sub", "topic": "match:01kanp8m6s1x3f0v9h2r7c4d5e"}), "not_found"),
        (json!({"t": "sub", "topic": "everything"}), "invalid"),
        (json!({"t": "sub", "topic": format!("match:{id}"), "since": beyond}), "invalid_parameter"),
        (json!({"t": "sub", "topic": format!("match:{id}"), "audience": "nobody"}), "invalid"),
        (json!({"t": "stop", "match": id}), "invalid"),
        (json!([]), "invalid"),
    ] {
        say(&mut watching, said.clone()).await;
        let heard: Value = serde_json::from_str(&hear(&mut watching).await).unwrap();
        assert_eq!((&heard["t"], &heard["code"]), (&"error".into(), &code.into()), "{said}");
    }
    for _ in 0..60 {
        // It may be closed before all is said.
        if watching.send(Message::text("{\"t\":\"pong\"}")).await.is_err() {
            break;
        }
    }
    assert_eq!(closed(watching).await, 1008, "too much was said");
    let mut watching = socket(served.address()).await.unwrap();
    watching.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(closed(watching).await, 1003);
    let mut watching = socket(served.address()).await.unwrap();
    let _ = watching.send(Message::text("x".repeat(9 << 10))).await;
    assert!(
        watching.next().await.is_none_or(|heard| !matches!(heard, Ok(Message::Text(_)))),
        "it is too long to be read"
    );
    let (status, _) = ask(&client, Method::GET, &served.api("/matches"), None).await;
    assert_eq!(status, 200);
}
