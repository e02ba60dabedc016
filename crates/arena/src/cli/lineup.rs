//! From arguments to matches: who plays what, with which models and limits. Everything is checked before anything is made.

use std::sync::Arc;

use arena_core::agent::Agent;
use arena_core::budget::{Budget, Budgets};
use arena_core::id::Seat;
use arena_core::model::ModelSpec;
use arena_core::scenario::Scenario;
use arena_core::seed::Seed;
use arena_core::spec::{Contestant, Spec};

use super::args::{Play, SeatModel};
use super::exit::Failure;
use crate::{catalog, chance};

/// The matches that `play` asks for.
pub(super) fn specs(play: &Play) -> Result<Vec<Arc<Spec>>, Failure> {
    let scenario = catalog::scenario(&play.scenario)?;
    let red = contestant(play, Seat::Red, &play.red)?;
    let blue = match play.blue.as_str() {
        "none" => None,
        name => Some(contestant(play, Seat::Blue, name)?),
    };
    let target = contestant(play, Seat::Target, &play.target)?;
    let budgets = budgets(play, &scenario);
    let n_rounds = play.rounds.or(play.mode.n_rounds());
    let n_matches = play.matches.get();
    let mut specs = Vec::with_capacity(n_matches);
    for number in 1..=n_matches {
        let spec = Spec {
            scenario: Arc::clone(&scenario),
            red: red.clone(),
            blue: blue.clone(),
            target: target.clone(),
            seed: seed(play, number)?,
            n_rounds,
            delay_ms: delay_ms(play.delay),
            budgets,
        };
        specs.push(Arc::new(spec.checked().map_err(|error| Failure::usage(error.to_string()))?));
    }
    Ok(specs)
}

fn contestant(play: &Play, seat: Seat, name: &str) -> Result<Contestant, Failure> {
    let agent = catalog::agent(name)?;
    let model = model(play, seat, &agent);
    Ok(Contestant { agent, model })
}

/// What was said for the seat, then for all seats, then by the agent itself; else the mock.
fn model(play: &Play, seat: Seat, agent: &Agent) -> ModelSpec {
    let said = |wanted: Option<Seat>| {
        play.models.iter().rev().find(|SeatModel { seat, .. }| *seat == wanted).map(|said| said.model.clone())
    };
    said(Some(seat)).or_else(|| said(None)).or_else(|| agent.model.clone()).unwrap_or(ModelSpec::MOCK)
}

fn budgets(play: &Play, scenario: &Scenario) -> Budgets {
    let whole = Budget {
        calls: play.budget.calls,
        tokens: play.budget.tokens,
        cost_microusd: play.budget.cost,
        seconds: play.budget.seconds,
    };
    Budgets { whole, ..Budgets::default() }.or(scenario.budgets)
}

fn seed(play: &Play, number: usize) -> Result<Seed, Failure> {
    match &play.seed {
        None => Ok(chance::seed()?),
        Some(seed) if play.matches.get() == 1 => Ok(seed.clone()),
        Some(seed) => format!("{seed}-{number}")
            .parse()
            .map_err(|error| Failure::usage(format!("--seed is too long to number {} matches: {error}", play.matches))),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 86400 s")]
fn delay_ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}
