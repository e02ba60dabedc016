//! How long, and how hard.

use std::time::Duration;

use arena_bench::said;

/// What can be said on the command line.
pub(crate) struct Options {
    /// Of the load, with what is not counted at its beginning.
    pub(crate) length: Duration,
    /// Between two looks.
    pub(crate) every: Duration,
    /// Of the mock's answers.
    pub(crate) latency_ms: u64,
    /// Of what the server can do.
    pub(crate) percent: f64,
}

impl Options {
    /// What was said, and the usual for the rest.
    pub(crate) fn read() -> Self {
        let mut options =
            Self { length: Duration::from_mins(30), every: Duration::from_secs(10), latency_ms: 100, percent: 50.0 };
        for said in said::all() {
            match said.name.as_str() {
                "--minutes" => options.length = Duration::from_mins(said.value()),
                "--every" => options.every = Duration::from_secs(said.value()),
                "--latency" => options.latency_ms = said.value(),
                "--percent" => options.percent = said.value(),
                _ => said.is_unknown(),
            }
        }
        options
    }
}
