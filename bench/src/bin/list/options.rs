//! How large the lists are, and how long they are asked for.

use std::time::Duration;

use arena_bench::said;

/// What can be said on the command line.
pub(crate) struct Options {
    /// With ten events and more each, by which were really played: so many have a million for certain.
    pub(crate) n_matches: usize,
    /// Of a turn.
    pub(crate) length: Duration,
    /// A file or a PostgreSQL server. It is filled once, and stays.
    pub(crate) database: Option<String>,
    /// Only what has this in its name.
    pub(crate) only: String,
}

impl Options {
    /// What was said, and the usual for the rest.
    pub(crate) fn read() -> Self {
        let mut options =
            Self { n_matches: 110_000, length: Duration::from_secs(1), database: None, only: String::new() };
        for said in said::all() {
            match said.name.as_str() {
                "--matches" => options.n_matches = said.value(),
                "--seconds" => options.length = Duration::from_secs(said.value()),
                "--database" => options.database = Some(said.value()),
                "--only" => options.only = said.value(),
                _ => said.is_unknown(),
            }
        }
        options
    }
}
