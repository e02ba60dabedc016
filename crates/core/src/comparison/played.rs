//! The rounds of a record, each with what it was about, what came of it and what it took.

use crate::budget::Spent;
use crate::engine::{Illegal, Match, open, step};
use crate::event::{Event, Plan, Record};
use crate::id::Seat;
use crate::name::Name;
use crate::referee::Verdict;
use crate::seed::Seed;

/// A round that was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayedRound {
    /// In which scenario.
    pub scenario: Name,
    /// From which seed: the same scenario, seed and number is the same round, whoever plays it.
    pub seed: Seed,
    /// From 1.
    pub number: u32,
    /// What it was about.
    pub plan: Plan,
    /// What came of it.
    pub verdict: Verdict,
    /// What Blue and the Target used in it: what a defence costs. What Red and judges use is no part of that.
    pub spent: Spent,
    /// Whether an answer of theirs was kept from before: then what they used says nothing.
    pub cached: bool,
    /// Whether the mock had a part in the match.
    pub mock: bool,
}

/// The judged rounds of a match, from its `records`.
///
/// # Errors
/// [`Illegal`] at the first record that does not fit.
pub fn rounds(records: &[Record]) -> Result<Vec<PlayedRound>, Illegal> {
    let Some((first, rest)) = records.split_first() else { return Ok(Vec::new()) };
    let mut game = open(first)?;
    let mut opened: Option<(Plan, Spent)> = None;
    let mut cached = false;
    let mut rounds = Vec::new();
    for record in rest {
        let spent = defending(&game);
        step(&mut game, record)?;
        match &record.event {
            Event::RoundOpened { plan, .. } => (opened, cached) = (Some((plan.clone(), spent)), false),
            Event::ModelReplied { seat: Seat::Blue | Seat::Target, reply, .. }
            | Event::GuardRuled { reply: Some(reply), .. } => cached |= reply.cached,
            Event::RoundJudged { round, verdict, .. } => {
                let Some((plan, before)) = opened.take() else { continue };
                rounds.push(PlayedRound {
                    scenario: game.spec.scenario.name.clone(),
                    seed: game.spec.seed.clone(),
                    number: *round,
                    plan,
                    verdict: verdict.clone(),
                    spent: defending(&game).minus(&before),
                    cached,
                    mock: false,
                });
            }
            _ => {}
        }
    }
    let mock = game.has_mock();
    Ok(rounds.into_iter().map(|round| PlayedRound { mock, ..round }).collect())
}

/// What Blue and the Target have used.
fn defending(game: &Match) -> Spent {
    game.spent_by(Seat::Blue).plus(game.spent_by(Seat::Target))
}
