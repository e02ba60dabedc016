//! Fills a database with matches: copies of some that were played, each with an id, a look and a header of its own.

mod look;
mod played;

use std::collections::HashMap;
use std::sync::Arc;

use arena_core::event::{Event, Record};
use arena_core::id::MatchId;
use arena_core::message::{FailureClass, ModelFailure};
use arena_core::spec::Spec;
use arena_store::{Append, Kind, Put, Rev, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::look::{Look, mixed};
use self::played::{All, Played};

/// Writes that are under way at once.
const AT_ONCE: usize = 256;

/// Matches that wait for a person, evenly among the others. They are taken up by a server that starts.
const N_WAITING: usize = 60;

/// Refusals that are kept.
const N_DENIED: usize = 10_000;

/// 2026-01-01; a match every ten seconds.
const BEGIN: Timestamp = Timestamp::constant(1_767_225_600, 0);
const BETWEEN: SignedDuration = SignedDuration::from_secs(10);

/// Makes copies.
struct Copier {
    all: All,
    /// What was parsed already: a spec is many texts.
    specs: HashMap<String, Arc<Spec>>,
}

/// Writes so many matches, and refusals. Returns how many events that were.
///
/// # Panics
/// If a server does not play the originals, or the store does not take the copies.
pub async fn fill(store: &Arc<dyn Store>, n_matches: usize) -> usize {
    let mut copier = Copier { all: All::play().await, specs: HashMap::new() };
    let (mut writes, mut n_events) = (JoinSet::new(), 0);
    for n in 0..n_matches {
        let append = copier.copy(n, n % (n_matches / N_WAITING).max(1) == 0);
        n_events += append.records.len();
        let store = Arc::clone(store);
        writes.spawn(async move { store.append(append).await });
        at_most(&mut writes, AT_ONCE).await;
    }
    for n in 0..N_DENIED {
        let (put, store) = (denial(n), Arc::clone(store));
        writes.spawn(async move { store.put(put).await });
        at_most(&mut writes, AT_ONCE).await;
    }
    at_most(&mut writes, 0).await;
    n_events
}

async fn at_most(writes: &mut JoinSet<Result<(), arena_store::Error>>, n: usize) {
    while writes.len() > n {
        let written = writes.join_next().await.expect("there is one");
        written.expect("it does not panic").expect("it is new");
    }
}

impl Copier {
    fn copy(&mut self, n: usize, waits: bool) -> Append {
        let number = u64::try_from(n).expect("a number of a match");
        let at = BEGIN + BETWEEN * i32::try_from(n).expect("a number of a match");
        let id = MatchId::from_parts(at, u128::from(mixed(number)));
        let look = Look::of(number);
        if waits {
            let Played { records, header } = &self.all.waiting;
            let (mut records, header) = (records.clone(), header.clone());
            if let Event::Created { id: of, .. } = &mut records[0].event {
                *of = id;
            }
            return append(id, records, header);
        }
        let played = if look.blue.is_some() { &self.all.guarded } else { &self.all.unguarded };
        let played = &played[n % played.len()];
        let mut records = played.records.clone();
        if let Event::Created { id: of, spec } = &mut records[0].event {
            let key = format!("{look:?} {}", spec.seed);
            let dressed = self.specs.entry(key).or_insert_with(|| Arc::new(dressed(spec, look)));
            (*of, *spec) = (id, Arc::clone(dressed));
        }
        let mut header = dressed_header(&played.header, look);
        if let (Some(end), Some(last)) = (end(look.status), records.last_mut()) {
            last.event = end;
            header["winner"] = Value::Null;
        }
        append(id, records, header)
    }
}

fn append(id: MatchId, records: Vec<Record>, header: Value) -> Append {
    let header = Put { kind: Kind::Match, id: id.to_string(), expected: Rev::NEW, body: header.into() };
    Append { id, after: arena_core::id::Seq::ZERO, records, header: Some(header) }
}

/// The spec with other names in its texts.
fn dressed(spec: &Spec, look: Look) -> Spec {
    let text = serde_json::to_string(spec).expect("plain data");
    let named = |name: &str| format!("name = \\\"{name}\\\"\\n");
    let mut text = text
        .replace(&named("support-desk"), &named(look.scenario))
        .replace(&named("attacker"), &named(look.red))
        .replace(&named("assistant"), &named(look.target))
        .replace("\"model\":\"mock\"", &format!("\"model\":\"{}\"", look.model));
    if let Some(blue) = look.blue {
        text = text.replace(&named("guard"), &named(blue));
    }
    let mut spec: Spec = serde_json::from_str(&text).expect("names alone were changed");
    spec.label = look.label.map(|label| label.parse().expect("a name"));
    spec
}

fn dressed_header(header: &Value, look: Look) -> Value {
    let mut header = header.clone();
    header["scenario"] = look.scenario.into();
    header["status"] = look.status.into();
    for (seat, agent) in [("red", Some(look.red)), ("blue", look.blue), ("target", Some(look.target))] {
        header[seat] = agent.map_or(Value::Null, |agent| json!({"agent": agent, "model": look.model}));
    }
    header["mock"] = (look.model == "mock").into();
    if let Some(label) = look.label {
        header["label"] = label.into();
    }
    header
}

/// What ends a match that was not played to its end.
fn end(status: &str) -> Option<Event> {
    match status {
        "stopped" => Some(Event::Stopped { reason: "enough".to_owned() }),
        "failed" => {
            Some(Event::Failed { failure: ModelFailure::unasked(FailureClass::Misconfigured, "no such model") })
        }
        "paused" => Some(Event::Paused),
        _ => None,
    }
}

/// The `n`th refusal; every thousandth for another cause.
fn denial(n: usize) -> Put {
    let at = BEGIN + BETWEEN * i32::try_from(n).expect("a number of a refusal");
    let code = if n.is_multiple_of(1_000) { "rate_limited" } else { "unauthenticated" };
    let body = json!({
        "at": at, "who": null, "address": "192.0.2.7", "method": "GET", "path": "/api/v1/matches", "code": code, "n_left_out": 0
    });
    Put { kind: Kind::Denied, id: format!("{:020}-{n:06}", at.as_microsecond()), expected: Rev::NEW, body: body.into() }
}
