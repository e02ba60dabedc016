//! `kill -9` of the server while matches run and many watch: everybody ends with every event once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::live::{frames, is_event, socket};
use crate::serve::{Served, begin, client};

const N_MATCHES: usize = 50;
const N_WATCHERS: usize = 200;
const N_KILLS: usize = 10;

/// Of those who watch, the third in line watches as this.
const AUDIENCES: [&str; 2] = ["spectator", "operator"];

/// Whoever watches has so long after the last kill.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_watches_gets_every_event_once_however_often_the_server_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(folder.path());
    let (address, client) = (served.address().to_owned(), client());
    let mut ids = Vec::new();
    for n in 0..N_MATCHES {
        let body =
            json!({"scenario": "support-desk", "rounds": 25, "seed": n.to_string(), "models": {"all": "mock:20ms"}});
        ids.push(begin(&client, &served, body).await);
    }
    let n_reconnects = Arc::new(AtomicUsize::new(0));
    let watchers: Vec<_> = (0..N_WATCHERS)
        .map(|n| {
            let (id, audience) = (ids[n % N_MATCHES].clone(), AUDIENCES[n / N_MATCHES % 2]);
            let (address, n_reconnects) = (address.clone(), Arc::clone(&n_reconnects));
            tokio::spawn(async move {
                let mut seen: Vec<String> = Vec::new();
                let mut is_over = false;
                while !is_over {
                    is_over = if n < N_WATCHERS / 2 {
                        watch_by_socket(&address, &id, audience, &mut seen).await
                    } else {
                        watch_by_stream(&address, &id, audience, &mut seen).await
                    };
                    n_reconnects.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                (id, audience, seen)
            })
        })
        .collect();
    for n in 0..N_KILLS {
        tokio::time::sleep(Duration::from_millis(250 + 97 * (n as u64 % 5))).await;
        served.kill();
        served = Served::start_at(folder.path(), &address);
    }
    let mut n_events = 0;
    let mut stored = BTreeMap::new();
    for watcher in watchers {
        let (id, audience, seen) =
            tokio::time::timeout(PATIENCE, watcher).await.expect("somebody waits still").unwrap();
        // What the store has is what was seen, byte for byte, in order and once.
        let key = (id.clone(), audience);
        if !stored.contains_key(&key) {
            stored.insert(key.clone(), frames(&client, &served, &id, audience).await);
        }
        assert_eq!(Some(&seen), stored.get(&key), "match {id} as {audience}");
        n_events += seen.len();
    }
    let n_reconnects = n_reconnects.load(Ordering::Relaxed);
    assert!(n_reconnects > N_WATCHERS * 3, "the kills came too late: {n_reconnects} connections");
    println!("{N_KILLS} kills, {n_reconnects} connections, {n_events} events seen");
}

/// Watches until the match is over or the connection breaks; whether it is over.
async fn watch_by_socket(address: &str, id: &str, audience: &str, seen: &mut Vec<String>) -> bool {
    let Some(mut socket) = socket(address).await else { return false };
    let sub = json!({"t": "sub", "topic": format!("match:{id}"), "since": seen.len(), "audience": audience});
    if socket.send(Message::text(sub.to_string())).await.is_err() {
        return false;
    }
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let said: Value = serde_json::from_str(&text).unwrap();
        match said["t"].as_str() {
            None => seen.extend(is_event(&text).then(|| text.to_string())),
            Some("subscribed" | "ping") => {}
            Some("ended") => return true,
            Some(other) => panic!("{other}: {text}"),
        }
    }
    false
}

/// The same over server-sent events.
async fn watch_by_stream(address: &str, id: &str, audience: &str, seen: &mut Vec<String>) -> bool {
    let url = format!("http://{address}/api/v1/stream?topics=match:{id}&audience={audience}");
    let request = client().get(url).header("last-event-id", format!("match:{id}@{}", seen.len()));
    let Ok(response) = request.send().await else { return false };
    if response.status() == 204 {
        return true;
    }
    assert_eq!(response.status(), 200);
    let mut pieces = response.bytes_stream();
    let mut unread = Vec::new();
    while let Some(Ok(piece)) = pieces.next().await {
        unread.extend_from_slice(&piece);
        while let Some(end) = unread.windows(2).position(|two| two == b"\n\n") {
            let event = String::from_utf8(unread.drain(..end + 2).collect()).unwrap();
            if event.starts_with("event: ended") {
                return true;
            }
            let data = event.lines().filter_map(|line| line.strip_prefix("data: "));
            seen.extend(data.filter(|text| is_event(text)).map(str::to_owned));
        }
    }
    false
}
