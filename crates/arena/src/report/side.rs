//! One side of a comparison: the rounds of some matches, as one sample.

use arena_core::comparison::{PlayedRound, rounds};
use arena_core::id::MatchId;
use arena_core::score::Score;
use arena_store::Store;

use super::Error;
use crate::runner::records;

/// One side, by the name that it was asked for.
#[derive(Debug)]
pub struct Side {
    /// A label, or a match.
    pub name: String,
    /// How many matches.
    pub n_matches: usize,
    /// Their rounds that were judged.
    pub rounds: Vec<PlayedRound>,
    /// What those come to.
    pub score: Score,
}

impl Side {
    /// The side called `name`, of these matches.
    ///
    /// # Errors
    /// [`Error`] names the match.
    pub async fn read(store: &dyn Store, name: &str, ids: &[MatchId]) -> Result<Self, Error> {
        let mut side =
            Self { name: name.to_owned(), n_matches: ids.len(), rounds: Vec::new(), score: Score::default() };
        for id in ids {
            let records = records(store, *id).await?;
            side.rounds.extend(rounds(&records).map_err(|cause| Error::Record { id: *id, cause })?);
        }
        for round in &side.rounds {
            side.score.count(&round.verdict);
        }
        Ok(side)
    }
}
