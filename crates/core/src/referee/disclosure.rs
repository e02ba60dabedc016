//! What of a flag Red was shown without being shown the whole: told beside the verdict, and never a breach.

use std::collections::BTreeMap;

use super::disclosed_bits;
use crate::engine::{Exchange, Match, Round};
use crate::name::Name;
use crate::scenario::Reached;

/// Of each flag that can be won by being shown, the bits that Red has seen by the end of the round; only of flags of
/// which this round showed something new.
pub fn disclosed(game: &Match, round: &Round) -> BTreeMap<Name, u32> {
    if round.seen().next().is_none() {
        return BTreeMap::new();
    }
    let texts = game.exchanges.iter().flat_map(Exchange::texts).chain(round.seen().map(|(_, text)| text.as_str()));
    let texts: Vec<&str> = texts.collect();
    let flags = game.spec.scenario.objectives.iter().filter_map(|objective| match &objective.reached {
        Reached::Leak { flag } | Reached::Capture { flag, .. } => Some(flag),
        Reached::Exfiltration { .. }
        | Reached::ForbiddenCall { .. }
        | Reached::StateChange { .. }
        | Reached::Answer { .. }
        | Reached::Judged { .. } => None,
    });
    let bits = flags.filter_map(|id| {
        let bits = disclosed_bits(game.flags.get(id.as_str())?, &texts);
        let known = game.disclosed.get(id).copied().unwrap_or(0);
        (bits > known).then(|| (id.clone(), bits))
    });
    bits.collect()
}
