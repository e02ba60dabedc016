//! How much is stored, and where the chart goes.

use std::path::PathBuf;
use std::time::Duration;

use arena_bench::said;

/// What can be said on the command line.
pub(crate) struct Options {
    /// Matches that are stored; each number is a size of its own, the first is what the others are compared with.
    pub(crate) matches: Vec<usize>,
    /// Of a turn.
    pub(crate) length: Duration,
    pub(crate) svg: Option<PathBuf>,
}

impl Options {
    /// What was said, and the usual for the rest.
    pub(crate) fn read() -> Self {
        let mut options = Self { matches: vec![1_000, 10_000, 100_000], length: Duration::from_secs(2), svg: None };
        for said in said::all() {
            match said.name.as_str() {
                "--matches" => options.matches = said.values(),
                "--seconds" => options.length = Duration::from_secs(said.value()),
                "--svg" => options.svg = Some(said.value()),
                _ => said.is_unknown(),
            }
        }
        options
    }
}
