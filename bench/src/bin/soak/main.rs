//! Half an hour at half of what the server can do: whether it holds more in the end than at the beginning. See
//! `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod load;
mod options;
mod sample;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arena_bench::mock::Mock;
use arena_bench::served::{Served, open_many_files};
use arena_bench::{median, rounded};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use crate::load::{Done, N_PLACES};
use crate::options::Options;
use crate::sample::{FIGURES, Sample};

/// Until idle connections, caches and timers of the load have gone: connections to a provider are kept for 50 s, and looked for as
/// often.
const REST: Duration = Duration::from_secs(110);

#[tokio::main]
async fn main() {
    let options = Options::read();
    open_many_files();
    let mock = Mock::start(options.latency_ms);
    let served = Served::start_with("arena.db", N_PLACES, &[("OPENAI_BASE_URL", &mock.base_url)]);
    let idle = Sample::take(&served).await;
    let capacity = load::capacity(&served).await;
    let matches_per_s = capacity * options.percent / 100.0;
    println!(
        "{}",
        json!({"figure": "soak", "capacity_matches_per_s": rounded(capacity), "matches_per_s": rounded(matches_per_s), "idle": idle.json()})
    );

    let done = Arc::new(Done::default());
    let cpu_s = served.process.cpu_s();
    let running = tokio::spawn(load::run(served.address, matches_per_s, options.length, Arc::clone(&done)));
    let (begun, mut samples) = (Instant::now(), Vec::new());
    while !running.is_finished() {
        sleep(options.every).await;
        let sample = Sample::take(&served).await;
        let mut line = sample.json();
        line["figure"] = "soak".into();
        line["at_s"] = rounded(begun.elapsed().as_secs_f64()).into();
        println!("{line}");
        samples.push(sample);
    }
    running.await.expect("the load came to its end");
    let (took_s, cpu_s) = (begun.elapsed().as_secs_f64(), served.process.cpu_s() - cpu_s);
    load::until_idle(&served).await;
    sleep(REST).await;
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    println!(
        "{}",
        json!({
            "figure": "soak", "took_s": rounded(took_s), "cpu_s": rounded(cpu_s),
            "n_matches": count(&done.n_matches), "n_refused": count(&done.n_refused), "n_watched": count(&done.n_watched),
            "n_looks": count(&done.n_looks), "before_and_after": compared(&samples), "idle_before": idle.json(),
            "idle_after": Sample::take(&served).await.json(),
        })
    );
}

/// The medians of the second and of the last sixth of the time: in the first, caches fill.
fn compared(samples: &[Sample]) -> Value {
    let sixth = (samples.len() / 6).max(1);
    let of = |samples: &[Sample], figure: fn(&Sample) -> f64| rounded(median(samples.iter().map(figure).collect()));
    let early = samples.get(sixth..2 * sixth).unwrap_or(samples);
    let late = &samples[samples.len() - sixth..];
    FIGURES.iter().map(|(name, figure)| ((*name).to_owned(), json!([of(early, *figure), of(late, *figure)]))).collect()
}
