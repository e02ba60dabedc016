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
    /// What Blue and the Target used in it. What Red and judges use is no price of a defence.
    pub spent: Spent,
    /// How many answers of these two came from the cache: they are in no time, no tokens and no cost.
    pub n_cached: u64,
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
    let mut opened: Option<Opened> = None;
    let mut rounds = Vec::new();
    for record in rest {
        let spent = spent_on_defence(&game);
        step(&mut game, record)?;
        if let (Some(opened), true) = (&mut opened, is_cached_defence(&record.event)) {
            opened.n_cached += 1;
        }
        match &record.event {
            Event::RoundOpened { plan, .. } => opened = Some(Opened { plan: plan.clone(), spent, n_cached: 0 }),
            Event::RoundJudged { round, verdict, .. } => {
                let Some(Opened { plan, spent, n_cached }) = opened.take() else { continue };
                rounds.push(PlayedRound {
                    scenario: game.spec.scenario.name.clone(),
                    seed: game.spec.seed.clone(),
                    number: *round,
                    plan,
                    verdict: verdict.clone(),
                    spent: spent_on_defence(&game).minus(&spent),
                    n_cached,
                    mock: false,
                });
            }
            _ => {}
        }
    }
    let mock = game.has_mock();
    Ok(rounds.into_iter().map(|round| PlayedRound { mock, ..round }).collect())
}

/// A round that is being played.
struct Opened {
    plan: Plan,
    /// What was spent before it.
    spent: Spent,
    n_cached: u64,
}

fn spent_on_defence(game: &Match) -> Spent {
    game.spent_by(Seat::Blue).plus(game.spent_by(Seat::Target))
}

/// Whether Blue or the Target was answered by the cache.
fn is_cached_defence(event: &Event) -> bool {
    match event {
        Event::ModelReplied { seat: Seat::Blue | Seat::Target, reply, .. }
        | Event::GuardRuled { reply: Some(reply), .. } => reply.cached,
        _ => false,
    }
}
