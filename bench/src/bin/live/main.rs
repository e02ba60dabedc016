//! What it costs to show matches to many who watch, and how late they see what happens: see `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod fan_out;
mod options;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use arena_bench::http::Connection;
use arena_bench::rounded;
use arena_bench::served::{Served, open_many_files};
use arena_bench::watching::{Notes, Seen, Stalled, Watcher};
use jiff::Timestamp;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep, timeout};

use crate::fan_out::FanOut;
use crate::options::Options;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// After everybody has come, and after everybody has gone.
const REST: Duration = Duration::from_secs(2);

/// Whoever watches has so long to read to the end when the matches are stopped.
const PATIENCE: Duration = Duration::from_mins(1);

fn main() {
    if let Ok(order) = std::env::var(fan_out::ROLE) {
        return fan_out::write(&order);
    }
    tokio::runtime::Runtime::new().expect("a runtime").block_on(measure(Options::read()));
}

async fn measure(options: Options) {
    open_many_files();
    let served = Served::start(options.n_matches);
    let mut control = Connection::open(served.address).await;
    let mut ids = Vec::new();
    for _ in 0..options.n_matches {
        ids.push(served.begin(&mut control, &options.model).await);
    }
    for id in &ids {
        served.until_past(&mut control, id, 20).await;
    }
    let before_mib = served.process.resident_mib();
    served.process.forget_peak();

    let notes = Arc::new(Notes::default());
    let mut stalled = Vec::new();
    for n in 0..options.n_stalled {
        stalled.push(Stalled::open(served.address, &options.topics_of(n, &ids)).await);
    }
    let mut watchers = JoinSet::new();
    let n_watchers = options.n_subscribers - options.n_stalled;
    for n in options.n_stalled..options.n_subscribers {
        let watcher = Watcher::open(served.address, &options.topics_of(n, &ids)).await;
        let notes = Arc::clone(&notes);
        watchers.spawn(async move { watcher.run(&notes).await });
    }
    sleep(REST).await;

    let (n_events, n_deliveries) =
        (positions(&served, &mut control, &ids).await, notes.n_deliveries.load(Ordering::Relaxed));
    let (cpu_s, begun) = (served.process.cpu_s(), Instant::now());
    notes.lateness.begin(Timestamp::now());
    sleep(Duration::from_secs(options.seconds)).await;
    notes.lateness.end(Timestamp::now());
    let (cpu_s, took_s) = (served.process.cpu_s() - cpu_s, begun.elapsed().as_secs_f64());
    let n_deliveries = as_f64(notes.n_deliveries.load(Ordering::Relaxed) - n_deliveries);
    // The server closes what rests for longer than a head may take.
    control = Connection::open(served.address).await;
    let n_events = as_f64(positions(&served, &mut control, &ids).await - n_events);

    let mut last = Vec::new();
    for id in &ids {
        last.push((id.clone(), served.stop(&mut control, id).await));
    }
    let n_exactly_once = timeout(PATIENCE, how_many_saw_all(watchers, &last)).await.expect("somebody waits still");
    let peak_mib = served.process.peak_mib();
    drop(stalled);
    sleep(REST).await;
    let after_mib = served.process.resident_mib();
    let n_bytes = bytes_of_an_event(&mut control, &ids[0]).await;
    served.end();
    let deliveries_per_s = n_deliveries / took_s;
    let fan_out = FanOut { n_sockets: n_watchers, deliveries_per_s, n_bytes };
    let bare = fan_out.cost(Duration::from_secs(options.seconds)).await;
    let cpu_ratio = (cpu_s / n_deliveries) / (bare.cpu_s / bare.n_deliveries);
    println!(
        "{}",
        json!({
            "figure": "live",
            "n_subscribers": options.n_subscribers, "n_stalled": options.n_stalled, "n_matches": options.n_matches,
            "n_topics": options.n_topics, "model": options.model, "seconds": rounded(took_s),
            "events_per_s": rounded(n_events / took_s), "deliveries_per_s": rounded(deliveries_per_s),
            "p50_ms": notes.lateness.quantile_ms(0.5), "p99_ms": notes.lateness.quantile_ms(0.99),
            "max_ms": notes.lateness.quantile_ms(1.0), "n_measured": notes.lateness.n(),
            "rss_before_mib": rounded(before_mib), "rss_peak_mib": rounded(peak_mib),
            "rss_after_mib": rounded(after_mib),
            "server_cpu_s": rounded(cpu_s), "server_cpu_s_per_million_deliveries": rounded(cpu_s / n_deliveries * 1e6),
            "bytes_of_an_event": n_bytes, "bare_deliveries_per_s": rounded(bare.deliveries_per_s),
            "bare_cpu_s_per_million_deliveries": rounded(bare.cpu_s / bare.n_deliveries * 1e6), "cpu_ratio": rounded(cpu_ratio),
            "n_exactly_once": n_exactly_once, "all_exactly_once": n_exactly_once == n_watchers,
        })
    );
}

/// How long the frame of an event is, of many.
async fn bytes_of_an_event(control: &mut Connection, id: &str) -> usize {
    let page = control.ask("GET", &format!("/api/v1/matches/{id}/events?audience=spectator&limit=1000"), None).await;
    page.body.len() / page.json()["data"].as_array().map_or(1, Vec::len)
}

/// Events of all matches together, as far as they are.
async fn positions(served: &Served, control: &mut Connection, ids: &[String]) -> u64 {
    let mut sum = 0;
    for id in ids {
        sum += served.position(control, id).await;
    }
    sum
}

/// Waits for all who watch; how many of them saw each event of their matches once, to the last.
async fn how_many_saw_all(mut watchers: JoinSet<Vec<Seen>>, last: &[(String, u64)]) -> usize {
    let mut n = 0;
    while let Some(seen) = watchers.join_next().await {
        let seen = seen.expect("who watches does not panic");
        let is_whole = |seen: &Seen| seen.is_contiguous && last.contains(&(seen.id.clone(), seen.last));
        n += usize::from(seen.iter().all(is_whole));
    }
    n
}

#[expect(clippy::cast_precision_loss, reason = "far less than 2^52 of anything happen")]
fn as_f64(n: u64) -> f64 {
    n as f64
}
