//! A load as users run it: a server, matches over its API, and one who watches.

use std::sync::Arc;

use arena_bench::database::Database;
use arena_bench::http::Connection;
use arena_bench::mock::Mock;
use arena_bench::served::Served;
use arena_bench::watching::{Notes, Watcher};
use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep};

use crate::cost::Cost;
use crate::options::{Load, MODEL};

/// Connections over which matches are created: each creation waits for the disk, and they share its flushes.
const N_CREATORS: usize = 64;

/// How often it is asked whether all are over: a look costs the server some 0.3 ms.
const LOOK: Duration = Duration::from_millis(100);

/// A load takes far less.
const PATIENCE: Duration = Duration::from_mins(3);

/// More than the events of a match.
const MANY: usize = 10_000;

/// What a turn found.
pub(crate) struct Played {
    pub(crate) cost: Cost,
    /// The server's memory before the first match, MiB.
    pub(crate) idle_mib: f64,
    /// From the first creation's request to the last one's answer, seconds. Matches are played meanwhile.
    pub(crate) created_s: f64,
    /// Matches that were not completed, and rounds that count for nobody.
    pub(crate) n_failed: usize,
    pub(crate) n_void: u64,
    /// Events on the disk.
    pub(crate) n_events: u64,
    /// Whether the one who watched got each event of its match once, in order.
    pub(crate) watched_all: bool,
    /// What the mock server counted.
    pub(crate) asked: Value,
}

/// Plays a load. The record of one match of it, too.
pub(crate) async fn play(load: &Load, mock: &Mock) -> (Played, Vec<Record>) {
    let database = Database::at(None);
    let served = Served::start_with(&database.name, load.n_at_once, &[("OPENAI_BASE_URL", mock.base_url.as_str())]);
    let mut control = Connection::open(served.address).await;
    keep_scenario(&mut control).await;
    // One before all others: whatever is done once is done then.
    served.create(&mut control, &wanted(load, "first")).await;
    until_over(&mut control).await;
    mock.stats().await;
    let idle_mib = served.process.resident_mib();
    served.process.forget_peak();

    // The ids of matches tell milliseconds.
    let begun_at = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).expect("it is now");
    let (cpu_s, begun) = (served.process.cpu_s(), Instant::now());
    let watched = served.create(&mut control, &wanted(load, "watched")).await;
    let spectator = Watcher::open(served.address, std::slice::from_ref(&watched)).await;
    let watching = tokio::spawn(async move { spectator.run(&Arc::new(Notes::default())).await });
    create_all(&served, load).await;
    let created_s = begun.elapsed().as_secs_f64();
    let mut control = Connection::open(served.address).await;
    until_over(&mut control).await;
    let (cpu_s, peak_mib) = (served.process.cpu_s() - cpu_s, served.process.peak_mib());

    let seen = watching.await.expect("who watches does not panic");
    let asked = mock.stats().await;
    let matches = all(&mut control).await;
    served.end();
    let matches: Vec<Value> = matches.into_iter().filter(|shown| moment(&shown["created_at"]) >= begun_at).collect();
    assert_eq!(matches.len(), load.n_matches, "each match is in the list");
    let last = matches.iter().map(|shown| moment(&shown["updated_at"])).max().unwrap_or(begun_at);
    let of_watched = matches.iter().find(|shown| shown["id"] == watched.as_str()).expect("it is one of them");
    let played = Played {
        cost: Cost { wall_s: last.duration_since(begun_at).as_secs_f64(), cpu_s, grown_mib: peak_mib - idle_mib },
        idle_mib,
        created_s,
        n_failed: matches.iter().filter(|shown| shown["status"] != "completed").count(),
        n_void: matches.iter().filter_map(|shown| shown["n_inconclusive"].as_u64()).sum(),
        n_events: matches.iter().filter_map(|shown| shown["position"]["seq"].as_u64()).sum(),
        watched_all: seen.iter().all(|seen| seen.is_contiguous && of_watched["position"]["seq"] == seen.last),
        asked,
    };
    (played, records(&database, &watched).await)
}

/// The support desk without benign rounds, so that every match has the same number of calls.
async fn keep_scenario(connection: &mut Connection) {
    let shown = connection.ask("GET", "/api/v1/scenarios/support-desk", None).await.json();
    let source = shown["source"].as_str().expect("whoever may administer sees the source");
    let source = source
        .replace("name = \"support-desk\"", "name = \"bench\"")
        .replace("benign_in_five = 2", "benign_in_five = 0");
    let kept = connection.ask("POST", "/api/v1/scenarios", Some(&json!({"source": source}))).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
}

fn wanted(load: &Load, seed: &str) -> Value {
    json!({"scenario": "bench", "rounds": load.n_rounds, "models": {"all": MODEL}, "seed": seed})
}

/// All but the one that is there, some at once.
async fn create_all(served: &Served, load: &Load) {
    let mut creators = JoinSet::new();
    for creator in 0..N_CREATORS {
        let wanted: Vec<Value> = (1..load.n_matches)
            .filter(|number| number % N_CREATORS == creator)
            .map(|number| wanted(load, &format!("bench-{number}")))
            .collect();
        let address = served.address;
        creators.spawn(async move {
            let mut connection = Connection::open(address).await;
            for wanted in wanted {
                let created = connection.ask("POST", "/api/v1/matches", Some(&wanted)).await;
                assert_eq!(created.status, 201, "{}", created.text());
            }
        });
    }
    creators.join_all().await;
}

async fn until_over(connection: &mut Connection) {
    let path = "/api/v1/matches?status=pending&status=running&limit=1";
    let begun = Instant::now();
    loop {
        let page = connection.ask("GET", path, None).await.json();
        if page["data"].as_array().expect("a list has data").is_empty() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "matches are played still: {page}");
        sleep(LOOK).await;
    }
}

/// All matches of the server.
async fn all(connection: &mut Connection) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/matches?limit=200{cursor}");
        let page = connection.ask("GET", &path, None).await.json();
        all.extend(page["data"].as_array().expect("a list has data").iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

fn moment(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).expect("a moment")
}

async fn records(database: &Database, id: &str) -> Vec<Record> {
    let id: MatchId = id.parse().expect("an id");
    let store = database.open().await;
    let records = store.records(id, Seq::ZERO, MANY).await.expect("the server left it whole");
    store.close().await;
    records
}
