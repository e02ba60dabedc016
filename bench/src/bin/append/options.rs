//! How large the load is.

use std::time::Duration;

use arena_bench::said;

/// What can be said on the command line.
pub(crate) struct Options {
    /// Tasks at once; each number is a load of its own.
    pub(crate) appenders: Vec<usize>,
    /// Events an append; each number is a load of its own.
    pub(crate) batches: Vec<usize>,
    pub(crate) size_bytes: usize,
    /// Of a turn.
    pub(crate) length: Duration,
    pub(crate) n_turns: usize,
    /// A PostgreSQL server.
    pub(crate) database: Option<String>,
}

impl Options {
    /// What was said, and the usual for the rest.
    pub(crate) fn read() -> Self {
        let mut options = Self {
            appenders: vec![100, 1_000],
            batches: vec![1, 2, 10],
            size_bytes: 500,
            length: Duration::from_secs(2),
            n_turns: 3,
            database: None,
        };
        for said in said::all() {
            match said.name.as_str() {
                "--appenders" => options.appenders = said.values(),
                "--batch" => options.batches = said.values(),
                "--bytes" => options.size_bytes = said.value(),
                "--seconds" => options.length = Duration::from_secs(said.value()),
                "--turns" => options.n_turns = said.value(),
                "--database" => options.database = Some(said.value()),
                _ => said.is_unknown(),
            }
        }
        options
    }
}
