//! One look at what the server holds.

use arena_bench::http::Connection;
use arena_bench::rounded;
use arena_bench::served::Served;
use serde_json::{Value, json};

/// What it holds at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) rss_mib: f64,
    pub(crate) n_descriptors: f64,
    pub(crate) n_tasks: f64,
    pub(crate) n_processes: f64,
    pub(crate) n_events: f64,
}

/// What is to be flat: its name, and where it is.
type Figure = (&'static str, fn(&Sample) -> f64);

/// All of it.
pub(crate) const FIGURES: [Figure; 4] = [
    ("rss_mib", |sample| sample.rss_mib),
    ("n_descriptors", |sample| sample.n_descriptors),
    ("n_tasks", |sample| sample.n_tasks),
    ("n_processes", |sample| sample.n_processes),
];

impl Sample {
    #[expect(clippy::cast_precision_loss, reason = "far less than 2^52 of anything")]
    pub(crate) async fn take(served: &Served) -> Self {
        let metrics = Connection::open(served.address).await.ask("GET", "/metrics", None).await.text();
        let figure = |name: &str| {
            let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            value.and_then(|value| value.parse().ok()).expect("the server counts it")
        };
        Self {
            rss_mib: served.process.resident_mib(),
            n_descriptors: served.process.n_descriptors() as f64,
            n_tasks: figure("arena_tasks"),
            n_processes: served.process.n_descendants() as f64,
            n_events: figure("arena_events_total"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        let mut json = json!({"n_events": self.n_events});
        for (name, figure) in FIGURES {
            json[name] = rounded(figure(self)).into();
        }
        json
    }
}
