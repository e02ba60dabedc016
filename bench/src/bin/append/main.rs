//! Durable appends: many at once through the store, beside a bare file that gets the same bytes. See `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod options;

use arena_bench::appends::{File, Load, Turn};
use arena_bench::database::Database;
use arena_bench::{median, rounded};
use serde_json::{Value, json};

use crate::options::Options;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let options = Options::read();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        for n_appenders in options.appenders.iter().copied() {
            for n_events in options.batches.iter().copied() {
                let load = Load { n_appenders, n_events, size_bytes: options.size_bytes, length: options.length };
                println!("{}", measure(&options, load).await);
            }
        }
    });
}

/// Both in turns: what else the machine does then falls on both.
async fn measure(options: &Options, load: Load) -> Value {
    let database = Database::at(options.database.as_deref());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = database.open().await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..options.n_turns {
        let file = File::make(&folder.path().join("bare"));
        theirs.push(load.on_file(file).await);
        ours.push(load.on_store(&store).await);
    }
    store.close().await;
    let of = |turns: &[Turn], figure: fn(&Turn) -> f64| rounded(median(turns.iter().map(figure).collect()));
    let ratio =
        median(ours.iter().zip(&theirs).map(|(ours, theirs)| ours.events_per_s / theirs.events_per_s).collect());
    json!({
        "figure": "append", "database": database.sort(), "n_appenders": load.n_appenders, "n_events": load.n_events,
        "size_bytes": load.size_bytes, "n_turns": options.n_turns,
        "events_per_s": of(&ours, |turn| turn.events_per_s),
        "p50_ms": of(&ours, |turn| turn.delays.percentile_ms(50)), "p99_ms": of(&ours, |turn| turn.delays.percentile_ms(99)),
        "cpu_us": of(&ours, |turn| turn.cpu_us),
        "bare_events_per_s": of(&theirs, |turn| turn.events_per_s),
        "bare_p50_ms": of(&theirs, |turn| turn.delays.percentile_ms(50)),
        "bare_p99_ms": of(&theirs, |turn| turn.delays.percentile_ms(99)), "bare_cpu_us": of(&theirs, |turn| turn.cpu_us),
        "ratio": rounded(ratio),
    })
}
