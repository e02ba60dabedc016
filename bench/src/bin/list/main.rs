//! Lists over a hundred thousand matches with a million events, beside a bare handler: see `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod asked;
mod options;

use std::time::Instant;

use arena_bench::bare::{self, Bare};
use arena_bench::database::Database;
use arena_bench::filled;
use arena_bench::http::Connection;
use arena_bench::load::Load;
use arena_bench::rounded;
use arena_bench::served::Served;
use arena_store::{Filter, Kind};
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::options::Options;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const N_CONNECTIONS: usize = 8;

/// Matches that a server plays at once: more than those that wait for a person, so that they do.
const N_PLACES: usize = 100;

fn main() {
    if let Some(answer) = std::env::var_os(bare::ROLE) {
        return bare::serve(answer.as_ref());
    }
    let options = Options::read();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let database = Database::at(options.database.as_deref());
        fill(&database, options.n_matches).await;
        let begun = Instant::now();
        let served = Served::start_on(&database.name, N_PLACES);
        let started_s = rounded(begun.elapsed().as_secs_f64());
        println!("{}", json!({"figure": "list", "database": database.sort(), "started_s": started_s}));
        let load = Load { n_connections: N_CONNECTIONS, length: options.length };
        for asked in asked::all(&mut Connection::open(served.address).await).await {
            if asked.name.contains(&options.only) {
                println!("{}", measure(&served, load, &asked).await);
            }
        }
        println!("{}", json!({"figure": "list", "rss_peak_mib": rounded(served.process.peak_mib())}));
    });
}

/// Writes what is not there yet.
async fn fill(database: &Database, n_matches: usize) {
    let store = database.open().await;
    let n_there = store.count(Kind::Match, Filter::none()).await.expect("it is counted");
    if n_there == 0 {
        let begun = Instant::now();
        let n_events = filled::fill(&store, n_matches).await;
        let filled_s = rounded(begun.elapsed().as_secs_f64());
        println!("{}", json!({"figure": "list", "n_matches": n_matches, "n_events": n_events, "filled_s": filled_s}));
    }
    store.close().await;
}

async fn measure(served: &Served, load: Load, asked: &Asked) -> Value {
    let answer = Connection::open(served.address).await.ask("GET", &asked.path, None).await;
    assert_eq!(answer.status, 200, "{}: {}", asked.path, answer.text());
    let bare = Bare::start(&answer);
    let theirs = load.turn(bare.address, "/", &bare.process).await;
    let ours = load.turn(served.address, &asked.path, &served.process).await;
    json!({
        "figure": "list", "list": asked.name, "n_found": answer.json()["data"].as_array().map(Vec::len),
        "n_connections": load.n_connections, "requests": ours.delays.n(),
        "p50_ms": rounded(ours.delays.percentile_ms(50)), "p99_ms": rounded(ours.delays.percentile_ms(99)),
        "max_ms": rounded(ours.delays.max_ms()), "cpu_us": rounded(ours.cpu_us),
        "bare_requests": theirs.delays.n(), "bare_p50_ms": rounded(theirs.delays.percentile_ms(50)),
        "bare_p99_ms": rounded(theirs.delays.percentile_ms(99)), "bare_cpu_us": rounded(theirs.cpu_us),
    })
}
