//! What things cost at growing sizes of the database, and a chart of it: see `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod chart;
mod options;
mod size;

use arena_bench::rounded;
use serde_json::{Value, json};

use crate::options::Options;
use crate::size::Size;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() {
    let options = Options::read();
    let mut sizes = Vec::new();
    for n_matches in options.matches.iter().copied() {
        let size = Size::measure(n_matches, &options).await;
        let costs: serde_json::Map<String, Value> =
            size.figures.iter().map(|(name, cost)| ((*name).to_owned(), rounded(*cost).into())).collect();
        println!(
            "{}",
            json!({"figure": "growth", "n_matches": size.n_matches, "n_events": size.n_events, "costs": costs})
        );
        sizes.push(size);
    }
    if let Some(path) = options.svg {
        std::fs::write(&path, chart::svg(&sizes)).expect("the chart can be written");
    }
}
