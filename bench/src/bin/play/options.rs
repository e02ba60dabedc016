//! How large the loads are.

use arena_bench::said;

/// What is played.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// How it is called in the figures.
    pub(crate) name: String,
    pub(crate) n_matches: usize,
    /// Matches that are played at once.
    pub(crate) n_at_once: usize,
    /// Rounds of a match; each is four calls, of which two are the guard's.
    pub(crate) n_rounds: usize,
    /// How late the mock server answers.
    pub(crate) latency_ms: u64,
    /// How often all of it is measured.
    pub(crate) n_turns: usize,
}

/// The model of every seat: the mock server answers to any name.
pub(crate) const MODEL: &str = "openai:bench";

/// The named loads: matches, at once, rounds, latency, turns.
const NAMED: [(&str, usize, usize, usize, u64, usize); 3] = [
    ("hundred", 400, 100, 5, 100, 3),
    ("thousand", 1_000, 1_000, 5, 100, 3),
    ("ten-thousand", 10_000, 10_000, 1, 2_000, 1),
];

/// The loads that were asked for on the command line; without a word, all that have a name.
///
/// # Panics
/// If there is no such load or option.
pub(crate) fn read() -> Vec<Load> {
    let named = NAMED.map(|(name, n_matches, n_at_once, n_rounds, latency_ms, n_turns)| Load {
        name: name.to_owned(),
        n_matches,
        n_at_once,
        n_rounds,
        latency_ms,
        n_turns,
    });
    let mut loads = named.to_vec();
    for said in said::all() {
        if said.name == "--load" {
            let wanted: Vec<String> = said.values();
            loads.retain(|load| wanted.contains(&load.name));
            assert_eq!(loads.len(), wanted.len(), "the loads are hundred, thousand and ten-thousand");
            continue;
        }
        for load in &mut loads {
            match said.name.as_str() {
                "--matches" => load.n_matches = said.value(),
                "--at-once" => load.n_at_once = said.value(),
                "--rounds" => load.n_rounds = said.value(),
                "--latency-ms" => load.latency_ms = said.value(),
                "--turns" => load.n_turns = said.value(),
                _ => said.is_unknown(),
            }
        }
    }
    loads
}
