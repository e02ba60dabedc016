//! From arguments to matches: who plays what, with which models and limits. Everything is checked before anything is made;
//! each match is made when its turn comes.

use std::sync::Arc;

use arena_core::agent::Agent;
use arena_core::budget::{Budget, Budgets};
use arena_core::id::Seat;
use arena_core::model::ModelSpec;
use arena_core::scenario::{Reached, Scenario};
use arena_core::spec::{Contestant, Spec};

use super::args::Play;
use super::exit::Failure;
use super::values::SeatModel;
use crate::roster::Roster;
use crate::tools::Workshop;
use crate::{catalog, chance};

/// The matches that somebody asked for. They differ by their seeds alone.
pub(super) struct Lineup {
    /// The first, with the seed as it was given.
    template: Spec,
    /// Whether the seed was given: then those of several matches are numbered.
    seeded: bool,
    pub(super) n_matches: u32,
    /// Whether nobody named a model for any seat: then the mock plays all of them.
    pub(super) names_no_model: bool,
}

impl Lineup {
    /// The matches that `play` asks for, with models of `roster` and tools of `workshop`.
    pub(super) async fn of(play: &Play, roster: &Roster, workshop: &Arc<Workshop>) -> Result<Self, Failure> {
        let scenario = catalog::scenario(&play.scenario)?;
        catalog::passed(&scenario, workshop.controls(&scenario).await?)?;
        let blue = match play.blue.as_str() {
            "none" => None,
            name => Some(contestant(play, Seat::Blue, name)?),
        };
        let template = Spec {
            red: contestant(play, Seat::Red, &play.red)?,
            blue,
            target: contestant(play, Seat::Target, &play.target)?,
            label: play.label.clone(),
            seed: play.seed.clone().map_or_else(chance::seed, Ok)?,
            n_rounds: play.rounds.or(play.mode.n_rounds()),
            delay_ms: delay_ms(play.delay),
            budgets: budgets(play, &scenario),
            tools: workshop.tools(&scenario).await?,
            judges: judges(play, &scenario)?,
            scenario,
        };
        // A cassette brings its answers and what they cost: no model has to be there, or to have a price.
        let is_played = play.tape.cassette.is_some();
        if !is_played {
            roster.check(&template)?;
        }
        workshop.check(&template).await?;
        let template = template
            .checked(|model| if is_played { vec![] } else { roster.unpriced(model) })
            .map_err(|error| Failure::usage(error.to_string()))?;
        let names_no_model = play.models.is_empty()
            && Seat::ALL.iter().filter_map(|seat| template.contestant(*seat)).all(|sits| sits.agent.model.is_none());
        let lineup = Self { template, seeded: play.seed.is_some(), n_matches: play.matches, names_no_model };
        // If the last seed can be written, all can.
        lineup.spec(lineup.n_matches)?;
        Ok(lineup)
    }

    /// The match of this number, from 1.
    pub(super) fn spec(&self, number: u32) -> Result<Arc<Spec>, Failure> {
        let seed = match (self.seeded, self.n_matches) {
            (_, 1) => self.template.seed.clone(),
            (false, _) => chance::seed()?,
            (true, _) => format!("{}-{number}", self.template.seed).parse().map_err(|error| {
                Failure::usage(format!("--seed is too long to number {} matches: {error}", self.n_matches))
            })?,
        };
        Ok(Arc::new(Spec { seed, ..self.template.clone() }))
    }
}

fn contestant(play: &Play, seat: Seat, name: &str) -> Result<Contestant, Failure> {
    let agent = catalog::agent(name)?;
    let model = model(play, seat, &agent);
    Ok(Contestant { agent, model })
}

/// Who judges what facts cannot decide; somebody has to, if the scenario asks for it.
fn judges(play: &Play, scenario: &Scenario) -> Result<Vec<Contestant>, Failure> {
    let judged = scenario.objectives.iter().find(|objective| matches!(objective.reached, Reached::Judged { .. }));
    match judged {
        Some(objective) if play.judges.is_empty() => Err(Failure::usage(format!(
            "objective {:?} of scenario {:?} is decided by a judge; name one with --judge, for example --judge judge \
             --model judge=openai:gpt-5-mini",
            objective.id.as_str(),
            scenario.name.as_str()
        ))),
        Some(_) | None => play.judges.iter().map(|name| contestant(play, Seat::Judge, name)).collect(),
    }
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

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 86400 s")]
fn delay_ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}
