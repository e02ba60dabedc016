//! What a GET costs, beside a bare handler that answers the same bytes: see `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::time::Duration;

use arena_bench::bare::{self, Bare};
use arena_bench::http::Connection;
use arena_bench::load::{Load, Turn};
use arena_bench::served::Served;
use arena_bench::{median, rounded};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each is asked so many times, one after the other: what else the machine does then falls on both.
const N_TURNS: usize = 5;

const LOAD: Load = Load { n_connections: 64, length: Duration::from_secs(3) };

/// Events that the match has at least.
const N_EVENTS: u64 = 50;

fn main() {
    if let Some(answer) = std::env::var_os(bare::ROLE) {
        return bare::serve(answer.as_ref());
    }
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let served = Served::start(1);
        let mut control = Connection::open(served.address).await;
        let id = served.begin(&mut control, "mock").await;
        served.until_past(&mut control, &id, N_EVENTS).await;
        served.stop(&mut control, &id).await;
        for path in ["/livez".to_owned(), format!("/api/v1/matches/{id}")] {
            measure(&served, &path).await;
        }
    });
}

async fn measure(served: &Served, path: &str) {
    let bare = Bare::start(&Connection::open(served.address).await.ask("GET", path, None).await);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..N_TURNS {
        theirs.push(LOAD.turn(bare.address, path, &bare.process).await);
        ours.push(LOAD.turn(served.address, path, &served.process).await);
    }
    let of = |turns: &[Turn], figure: fn(&Turn) -> f64| median(turns.iter().map(figure).collect());
    let ratio = |figure: fn(&Turn) -> f64| {
        median(ours.iter().zip(&theirs).map(|(ours, theirs)| figure(ours) / figure(theirs)).collect())
    };
    println!(
        "{}",
        json!({
            "figure": "get", "path": if path == "/livez" { path } else { "/api/v1/matches/{id}" },
            "n_connections": LOAD.n_connections, "n_turns": N_TURNS,
            "requests_per_s": rounded(of(&ours, |turn| turn.requests_per_s)), "p99_ms": rounded(of(&ours, |turn| turn.delays.percentile_ms(99))),
            "cpu_us": rounded(of(&ours, |turn| turn.cpu_us)),
            "bare_requests_per_s": rounded(of(&theirs, |turn| turn.requests_per_s)),
            "bare_p99_ms": rounded(of(&theirs, |turn| turn.delays.percentile_ms(99))), "bare_cpu_us": rounded(of(&theirs, |turn| turn.cpu_us)),
            "ratio": rounded(ratio(|turn| turn.requests_per_s)), "cpu_ratio": rounded(ratio(|turn| turn.cpu_us)),
        })
    );
}
