//! How large the load is.

use arena_bench::said;

/// What can be said on the command line, as `--name value`.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) n_subscribers: usize,
    pub(crate) n_stalled: usize,
    pub(crate) n_matches: usize,
    /// Matches that each subscriber watches over its socket.
    pub(crate) n_topics: usize,
    pub(crate) seconds: u64,
    pub(crate) model: String,
}

impl Options {
    /// What was said, and the usual for the rest.
    pub(crate) fn read() -> Self {
        let mut options = Self {
            n_subscribers: 1_000,
            n_stalled: 10,
            n_matches: 50,
            n_topics: 1,
            seconds: 20,
            model: "mock:100ms".to_owned(),
        };
        for said in said::all() {
            match said.name.as_str() {
                "--subscribers" => options.n_subscribers = said.value(),
                "--stalled" => options.n_stalled = said.value(),
                "--matches" => options.n_matches = said.value(),
                "--topics" => options.n_topics = said.value(),
                "--seconds" => options.seconds = said.value(),
                "--model" => options.model = said.value(),
                _ => said.is_unknown(),
            }
        }
        assert!(options.n_stalled < options.n_subscribers, "somebody has to read");
        assert!((1..=options.n_matches).contains(&options.n_topics), "there are not so many matches to watch");
        options
    }

    /// The matches that the `n`th subscriber watches.
    pub(crate) fn topics_of(&self, n: usize, ids: &[String]) -> Vec<String> {
        (0..self.n_topics).map(|i| ids[(n + i) % ids.len()].clone()).collect()
    }
}
