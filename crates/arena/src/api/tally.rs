//! All matches added up, and kept so: of those that are over each is added once, for nothing of it changes any more; the others are
//! looked at again when the bus says that they changed. To read every header for every look at the figures would take a second for a
//! hundred thousand.

use std::collections::{BTreeMap, HashMap, HashSet};

use arena_core::id::MatchId;
use arena_core::score::Score;
use arena_store::{Document, Pages, Repository};
use tokio::sync::Mutex;

use super::app::App;
use super::problem::Problem;
use super::stats::{Figures, OfAgent, OfPair};
use crate::header::{Header, Sitting};
use crate::report::Rates;

/// Matches that are read at once.
const PAGE: usize = 1_000;

/// Matches whose end is remembered, at least. A change is told within moments of the end that it tells of.
const MAX_ENDED: usize = 50_000;

/// What all matches come to. `None` until somebody asks, and after a reading that did not come to its end.
#[derive(Default)]
pub(in crate::api) struct Tally(Mutex<Option<State>>);

#[derive(Default)]
struct State {
    /// Matches that are over.
    settled: Totals,
    /// Those of them that came last: a change may be told that was seen already.
    ended: Ended,
    /// Those that are not over, as they were read last.
    open: HashMap<MatchId, Header>,
}

/// The last [`MAX_ENDED`] matches that ended, and up to as many more.
#[derive(Default)]
struct Ended {
    young: HashSet<MatchId>,
    old: HashSet<MatchId>,
}

/// Matches, added up.
#[derive(Clone, Default)]
pub(in crate::api) struct Totals {
    /// By their status.
    pub(in crate::api) n_matches: BTreeMap<String, u64>,
    /// Those in which models played alone.
    pub(in crate::api) real: Sums,
    /// Those in which a mock had a part.
    pub(in crate::api) mock: Sums,
}

/// Rounds that are added up.
#[derive(Clone, Default)]
struct Sum {
    n_matches: u64,
    score: Score,
}

/// Matches that are added up, in all and apart.
#[derive(Clone, Default)]
pub(in crate::api) struct Sums {
    whole: Sum,
    agents: BTreeMap<(&'static str, String, String), Sum>,
    pairs: BTreeMap<(String, String, String), Sum>,
}

impl Tally {
    /// What all matches come to now.
    ///
    /// # Errors
    /// What the store says; and if a document holds no header.
    pub(in crate::api) async fn totals(&self, app: &App) -> Result<Totals, Problem> {
        let mut place = self.0.lock().await;
        // Whatever changes from here on is for the next time. If this is given up half-way the state is gone, and with it
        // what was noted.
        let changed = app.runner().bus().take_changed();
        let matches = Repository::of(&**app.store());
        let state = match place.take() {
            None => State::read(app).await?,
            Some(mut state) => {
                for id in changed {
                    if let Some(document) = matches.get(&id.to_string()).await? {
                        state.add(document)?;
                    }
                }
                state
            }
        };
        Ok(place.insert(state).totals())
    }
}

impl State {
    /// Reads all matches.
    async fn read(app: &App) -> Result<Self, Problem> {
        let mut state = Self::default();
        let matches = Repository::of(&**app.store());
        let mut pages = Pages::of(Repository::<Header>::query(PAGE));
        while let Some(page) = pages.next(&**app.store()).await? {
            for document in page {
                state.add(matches.read(document)?)?;
            }
        }
        Ok(state)
    }

    fn add(&mut self, document: Document<Header>) -> Result<(), Problem> {
        let id = document.id.parse().map_err(|error| Problem::internal(&error))?;
        if self.ended.has(id) {
            return Ok(());
        }
        let header = document.body;
        if header.is_over() {
            self.open.remove(&id);
            self.ended.add(id);
            self.settled.count(&header);
        } else {
            self.open.insert(id, header);
        }
        Ok(())
    }

    fn totals(&self) -> Totals {
        let mut totals = self.settled.clone();
        self.open.values().for_each(|header| totals.count(header));
        totals
    }
}

impl Ended {
    fn has(&self, id: MatchId) -> bool {
        self.young.contains(&id) || self.old.contains(&id)
    }

    fn add(&mut self, id: MatchId) {
        if self.young.len() == MAX_ENDED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id);
    }
}

impl Totals {
    fn count(&mut self, header: &Header) {
        *self.n_matches.entry(header.status.clone()).or_default() += 1;
        if header.mock { &mut self.mock } else { &mut self.real }.count(header);
    }
}

impl Sum {
    fn count(&mut self, header: &Header) {
        self.n_matches += 1;
        self.score = std::mem::take(&mut self.score).plus(&header.score);
    }
}

impl Sums {
    fn count(&mut self, header: &Header) {
        self.whole.count(header);
        let seats = [("red", Some(&header.red)), ("blue", header.blue.as_ref()), ("target", Some(&header.target))];
        for (seat, sitting) in seats {
            if let Some(Sitting { agent, model }) = sitting {
                self.agents.entry((seat, agent.to_string(), model.to_string())).or_default().count(header);
            }
        }
        let Sitting { agent, model } = &header.target;
        let pair = (header.scenario.to_string(), agent.to_string(), model.to_string());
        self.pairs.entry(pair).or_default().count(header);
    }

    /// As they are shown.
    pub(in crate::api) fn figures(self) -> Figures {
        let Sum { n_matches, score } = self.whole;
        let agents = self.agents.into_iter().map(|((seat, agent, model), Sum { n_matches, score })| OfAgent {
            seat,
            agent,
            model,
            n_matches,
            rates: Rates::of(&score),
        });
        let pairs = self.pairs.into_iter().map(|((scenario, target, model), Sum { n_matches, score })| OfPair {
            scenario,
            target,
            model,
            n_matches,
            rates: Rates::of(&score),
        });
        Figures { n_matches, rates: Rates::of(&score), agents: agents.collect(), pairs: pairs.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ends_are_remembered_and_no_more_than_twice_as_many() {
        let mut ended = Ended::default();
        let id = |n: usize| MatchId::from_parts(jiff::Timestamp::UNIX_EPOCH, n as u128);
        for n in 0..3 * MAX_ENDED {
            ended.add(id(n));
            assert!(ended.has(id(n)) && ended.has(id((n + 1).saturating_sub(MAX_ENDED))), "{n}");
        }
        assert!(!ended.has(id(0)));
        assert!(ended.young.len() + ended.old.len() <= 2 * MAX_ENDED);
    }
}
