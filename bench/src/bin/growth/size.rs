//! The figures at one size of the database.

use std::time::Instant;

use arena_bench::appends;
use arena_bench::database::Database;
use arena_bench::filled;
use arena_bench::http::Connection;
use arena_bench::load::Load;
use arena_bench::served::Served;
use serde_json::json;

use crate::options::Options;

/// Matches that a server plays at once: more than those that wait for a person, so that they do.
const N_PLACES: usize = 200;

/// Matches that are played beside what is stored.
const N_PLAYED: usize = 200;

const N_CONNECTIONS: usize = 8;

/// Documents a page, on the way to the middle.
const PAGE: usize = 200;

/// What was measured: each has its unit in its name.
pub(crate) struct Size {
    pub(crate) n_matches: usize,
    pub(crate) n_events: usize,
    pub(crate) figures: Vec<(&'static str, f64)>,
}

impl Size {
    /// Fills a database with so many matches, and measures everything.
    pub(crate) async fn measure(n_matches: usize, options: &Options) -> Self {
        let database = Database::at(None);
        let store = database.open().await;
        let n_events = filled::fill(&store, n_matches).await;
        store.close().await;
        // Makes the indexes.
        Served::start_on(&database.name, N_PLACES).end();

        let begun = Instant::now();
        let served = Served::start_on(&database.name, N_PLACES);
        let mut figures = vec![("start, ms", begun.elapsed().as_secs_f64() * 1e3)];
        figures.push(("memory at rest, MiB", served.process.resident_mib()));
        let mut connection = Connection::open(served.address).await;
        for (name, path) in asked(&mut connection, n_matches).await {
            let load = Load { n_connections: N_CONNECTIONS, length: options.length };
            figures.push((name, load.turn(served.address, &path, &served.process).await.cpu_us));
        }
        figures.push(("a match played, CPU ms", played(&served).await));
        served.end();

        let store = database.open().await;
        let load = appends::Load { n_appenders: 100, n_events: 1, size_bytes: 500, length: options.length };
        figures.push(("an event appended, CPU µs", load.on_store(&store).await.cpu_us));
        store.close().await;
        Self { n_matches, n_events, figures }
    }
}

/// What is asked for, and its name.
async fn asked(connection: &mut Connection, n_matches: usize) -> Vec<(&'static str, String)> {
    let newest = connection.ask("GET", "/api/v1/matches?status=completed", None).await.json();
    let id = newest["data"][0]["id"].as_str().expect("a match is completed").to_owned();
    let mut middle = "/api/v1/matches".to_owned();
    for _ in 0..(n_matches / 2 / PAGE).max(1) {
        let path = middle.replacen("/matches", &format!("/matches?limit={PAGE}"), 1).replace("?cursor", "&cursor");
        let page = connection.ask("GET", &path, None).await.json();
        middle = format!("/api/v1/matches?cursor={}", page["next_cursor"].as_str().expect("there are more"));
    }
    vec![
        ("a page, newest, CPU µs", "/api/v1/matches".to_owned()),
        ("a page, middle, CPU µs", middle),
        ("a page, two filters, CPU µs", "/api/v1/matches?status=completed&label=nightly".to_owned()),
        ("a page of events, CPU µs", format!("/api/v1/matches/{id}/events")),
        ("a match shown, CPU µs", format!("/api/v1/matches/{id}")),
        ("figures of all matches, CPU µs", "/api/v1/stats".to_owned()),
    ]
}

/// CPU of the server for a match that the mock plays, ms.
async fn played(served: &Served) -> f64 {
    let mut connection = Connection::open(served.address).await;
    let cpu_s = served.process.cpu_s();
    let body = json!({"scenario": "support-desk", "rounds": 5, "models": {"all": "mock"}});
    let mut ids = Vec::new();
    for _ in 0..N_PLAYED {
        ids.push(served.create(&mut connection, &body).await);
    }
    for id in &ids {
        let path = format!("/api/v1/matches/{id}");
        served.until(&mut connection, &path, |shown| shown["status"] == "completed").await;
    }
    #[expect(clippy::cast_precision_loss, reason = "two hundred")]
    let n = N_PLAYED as f64;
    (served.process.cpu_s() - cpu_s) / n * 1e3
}
