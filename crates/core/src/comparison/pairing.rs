//! Which round of a base goes with which round of something new.

use std::collections::BTreeMap;

use super::PlayedRound;
use crate::name::Name;

/// The rounds of two sides, side by side.
pub(super) struct Pairing<'a> {
    /// Rounds that both played: of the base, of the new.
    pub(super) pairs: Vec<(&'a PlayedRound, &'a PlayedRound)>,
    /// Rounds of the base without one of the new.
    pub(super) n_base_alone: u64,
    /// Rounds of the new without one of the base.
    pub(super) n_new_alone: u64,
}

type Key<'a> = (&'a Name, &'a str, u32);

/// Pairs rounds by scenario, seed and number. Of a round that was played several times, the nth of the base goes with the
/// nth of the new, in the order in which they come: a model does not answer twice the same, and every answer counts.
pub(super) fn pairing<'a>(base: &'a [PlayedRound], new: &'a [PlayedRound]) -> Pairing<'a> {
    let (base_rounds, new_rounds) = (by_key(base), by_key(new));
    let pairs: Vec<_> = base_rounds
        .iter()
        .filter_map(|(key, base)| Some((base, new_rounds.get(key)?)))
        .flat_map(|(base, new)| base.iter().copied().zip(new.iter().copied()))
        .collect();
    let alone = |rounds: &[PlayedRound]| (rounds.len() - pairs.len()) as u64;
    let (n_base_alone, n_new_alone) = (alone(base), alone(new));
    Pairing { pairs, n_base_alone, n_new_alone }
}

fn by_key(rounds: &[PlayedRound]) -> BTreeMap<Key<'_>, Vec<&PlayedRound>> {
    let mut by_key: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for round in rounds {
        by_key.entry((&round.scenario, round.seed.as_str(), round.number)).or_default().push(round);
    }
    by_key
}
