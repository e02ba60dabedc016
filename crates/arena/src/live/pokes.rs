//! That something changed: frames without a number, which may be dropped and merged. Whoever gets one looks again.
//!
//! One task hears the bell of all matches, waits a moment for more of the same, reads each header once, and hands one frame
//! to everybody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arena_core::id::MatchId;
use arena_store::{Repository, Store};
use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::JoinHandle;

use super::topic::Topic;
use crate::bus::Change;
use crate::causes::in_one_line;
use crate::header::Header;
use crate::lobby::{Crowd, Lobby};

/// Changes of the same match within this are one.
const MERGE: Duration = Duration::from_millis(100);

/// Pokes that one who watches may be behind with; beyond that it is told to look at everything.
const BEHIND: usize = 256;

/// That something changed.
#[derive(Clone, Debug)]
pub struct Poke {
    /// What it is about.
    pub topic: Topic,
    /// An object of JSON, in one line.
    pub text: Utf8Bytes,
}

/// Where pokes come from. Cheap to clone.
#[derive(Clone)]
pub struct Pokes {
    sender: broadcast::Sender<Poke>,
    _task: Arc<Task>,
}

struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pokes {
    /// Pokes about the matches that `lobby` plays.
    pub fn of(lobby: Arc<Lobby>) -> Self {
        let sender = broadcast::Sender::new(BEHIND);
        let changes = lobby.runner().bus().changes();
        let task = Arc::new(Task(tokio::spawn(poke(lobby, changes, sender.clone()))));
        Self { sender, _task: task }
    }

    /// Those from now on.
    pub fn listen(&self) -> broadcast::Receiver<Poke> {
        self.sender.subscribe()
    }
}

/// The frame that tells who was too slow for the others to look at everything.
pub(super) fn look_again(topic: Topic) -> Utf8Bytes {
    frame(topic, "reload", None)
}

async fn poke(lobby: Arc<Lobby>, mut changes: broadcast::Receiver<Change>, sender: broadcast::Sender<Poke>) {
    let mut told: Option<Crowd> = None;
    while let Some(changed) = next(&mut changes).await {
        if sender.receiver_count() == 0 {
            continue;
        }
        let crowd = lobby.crowd();
        if told != Some(crowd) {
            told = Some(crowd);
            let body = json!({"n_playing": crowd.n_playing, "n_waiting": crowd.n_waiting});
            send(&sender, Topic::System, frame(Topic::System, "crowd", Some(body)));
        }
        let Changed::These(matches) = changed else {
            for topic in [Topic::Matches, Topic::Approvals] {
                send(&sender, topic, look_again(topic));
            }
            continue;
        };
        for (id, header) in headers(&**lobby.runner().store(), matches.keys().copied()).await {
            if matches.get(&id) == Some(&true) {
                let kind = if header.awaits_person { "requested" } else { "settled" };
                send(&sender, Topic::Approvals, frame(Topic::Approvals, kind, Some(json!({"match": id}))));
            }
            send(&sender, Topic::Matches, frame(Topic::Matches, "changed", Some(summary(id, &header))));
        }
    }
}

/// What changed within a moment.
enum Changed {
    /// These matches, and whether one began or ceased to wait for a person.
    These(BTreeMap<MatchId, bool>),
    /// More than are known.
    Many,
}

/// Waits for a change, then for more of them, for a moment. `None` if none will ever come.
async fn next(changes: &mut broadcast::Receiver<Change>) -> Option<Changed> {
    let mut matches = BTreeMap::new();
    let mut is_whole = true;
    let mut add = |change: Change| *matches.entry(change.id).or_default() |= change.of_waiting;
    match changes.recv().await {
        Ok(change) => add(change),
        Err(RecvError::Lagged(_)) => is_whole = false,
        Err(RecvError::Closed) => return None,
    }
    tokio::time::sleep(MERGE).await;
    loop {
        match changes.try_recv() {
            Ok(change) => add(change),
            Err(TryRecvError::Lagged(_)) => is_whole = false,
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    Some(if is_whole { Changed::These(matches) } else { Changed::Many })
}

async fn headers(store: &dyn Store, ids: impl Iterator<Item = MatchId>) -> BTreeMap<MatchId, Header> {
    let matches = Repository::of(store);
    let mut headers = BTreeMap::new();
    for id in ids {
        match matches.get(&id.to_string()).await {
            Ok(document) => headers.extend(document.map(|document| (id, document.body))),
            Err(error) => tracing::warn!(match.id = %id, "a change is not told: {}", in_one_line(&error)),
        }
    }
    headers
}

/// What a list shows of a match; anybody may see it.
fn summary(id: MatchId, header: &Header) -> Value {
    json!({
        "id": id, "scenario": header.scenario, "status": header.status, "n_rounds": header.n_rounds,
        "n_judged": header.n_judged, "winner": header.winner, "mock": header.mock,
        "awaits_person": header.awaits_person, "updated_at": header.at,
        "breached": header.score.breached, "served": header.score.served,
    })
}

/// A frame without a number: it may be dropped.
pub(super) fn frame(topic: Topic, kind: &str, body: Option<Value>) -> Utf8Bytes {
    let mut frame = json!({"v": 1, "topic": topic.to_string(), "kind": kind});
    if let Some(body) = body {
        frame["body"] = body;
    }
    frame.to_string().into()
}

fn send(sender: &broadcast::Sender<Poke>, topic: Topic, text: Utf8Bytes) {
    // Nobody has to listen.
    let _ = sender.send(Poke { topic, text });
}
