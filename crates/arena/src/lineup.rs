//! From what somebody asks for to a match: who plays what, with which models and limits. Everything is checked before a
//! match is made. The command line and the API come here with what they read.

use std::num::NonZeroU32;
use std::sync::Arc;

use arena_core::agent::Agent;
use arena_core::budget::{Budget, Budgets};
use arena_core::id::Seat;
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::scenario::{Reached, Scenario};
use arena_core::seed::Seed;
use arena_core::spec::{self, Contestant, Spec};

use crate::roster::{self, Roster};
use crate::tools::{self, Workshop};
use crate::{catalog, chance};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What is played.
    pub scenario: Arc<Scenario>,
    /// Who attacks.
    pub red: Arc<Agent>,
    /// Who defends; `None` plays with the guards off.
    pub blue: Option<Arc<Agent>>,
    /// Who is under test.
    pub target: Arc<Agent>,
    /// Who is asked what facts cannot decide.
    pub judges: Vec<Arc<Agent>>,
    /// Which models speak. Of several for the same seat the last counts.
    pub models: Vec<SeatModel>,
    /// What the match is a part of.
    pub label: Option<Name>,
    /// What chance is derived from; `None` draws one.
    pub seed: Option<Seed>,
    /// How many rounds; `None` plays until stopped.
    pub n_rounds: Option<NonZeroU32>,
    /// Rest between rounds, milliseconds.
    pub delay_ms: u64,
    /// What the match may use, before what its scenario says.
    pub budget: Budget,
}

/// A model for one seat, or for all.
#[derive(Clone, Debug)]
pub struct SeatModel {
    /// `None` is all seats for which nothing else is said.
    pub seat: Option<Seat>,
    /// The model.
    pub model: ModelSpec,
}

/// Where the models' answers are to come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// The models are asked: they have to be there.
    Asked,
    /// A cassette has them, and what they cost: no model has to be there, or to have a price.
    Played,
}

/// What somebody asks for makes no match.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A scenario that asks for a judge, and none is named.
    #[error(
        "objective {objective:?} of scenario {scenario:?} is decided by a judge; name one with --judge, for example --judge \
             judge --model judge=openai:gpt-5-mini"
    )]
    NoJudge {
        /// Which scenario.
        scenario: Name,
        /// What of it.
        objective: Name,
    },
    /// A label that means something else already.
    #[error("label {0:?} names the latest match wherever a match is named; choose another")]
    Label(Name),
    /// A scenario whose referee cannot tell right from wrong.
    #[error(transparent)]
    Scenario(#[from] catalog::Error),
    /// Real tools that are not to be had.
    #[error(transparent)]
    Tools(#[from] tools::Error),
    /// A model that is not to be had.
    #[error(transparent)]
    Model(#[from] roster::Error),
    /// Parts that do not fit together.
    #[error(transparent)]
    Spec(#[from] spec::Error),
    /// No random bytes for a seed.
    #[error(transparent)]
    Chance(#[from] chance::NoChance),
}

/// The match that `wanted` asks for, with models of `roster` and tools of `workshop`. Plays the scenario's controls.
///
/// # Errors
/// [`Error`] says which part is not to be had or does not fit.
pub async fn spec(wanted: Wanted, roster: &Roster, workshop: &Arc<Workshop>, answers: Answers) -> Result<Spec, Error> {
    let Wanted { scenario, models, .. } = wanted;
    if let Some(label) = wanted.label.as_ref().filter(|label| label.as_str() == "last") {
        return Err(Error::Label(label.clone()));
    }
    catalog::passed(&scenario, workshop.controls(&scenario).await?)?;
    let asks_judge = scenario.objectives.iter().find(|objective| matches!(objective.reached, Reached::Judged { .. }));
    let judges = match asks_judge {
        Some(objective) if wanted.judges.is_empty() => {
            return Err(Error::NoJudge { scenario: scenario.name.clone(), objective: objective.id.clone() });
        }
        Some(_) | None => wanted.judges,
    };
    let contestant = |seat: Seat, agent: Arc<Agent>| {
        let model = model(&models, seat, &agent);
        Contestant { agent, model }
    };
    let spec = Spec {
        red: contestant(Seat::Red, wanted.red),
        blue: wanted.blue.map(|blue| contestant(Seat::Blue, blue)),
        target: contestant(Seat::Target, wanted.target),
        judges: judges.into_iter().map(|judge| contestant(Seat::Judge, judge)).collect(),
        label: wanted.label,
        seed: wanted.seed.map_or_else(chance::seed, Ok)?,
        n_rounds: wanted.n_rounds,
        delay_ms: wanted.delay_ms,
        budgets: Budgets { whole: wanted.budget, ..Budgets::default() }.or(scenario.budgets),
        tools: workshop.tools(&scenario).await?,
        scenario,
    };
    if answers == Answers::Asked {
        roster.check(&spec)?;
    }
    workshop.check(&spec).await?;
    let unpriced = |model: &ModelSpec| match answers {
        Answers::Asked => roster.unpriced(model),
        Answers::Played => vec![],
    };
    Ok(spec.checked(unpriced)?)
}

/// What was said for the seat, then for all seats, then by the agent itself; else the mock.
fn model(models: &[SeatModel], seat: Seat, agent: &Agent) -> ModelSpec {
    let said = |wanted: Option<Seat>| {
        models.iter().rev().find(|SeatModel { seat, .. }| *seat == wanted).map(|said| said.model.clone())
    };
    said(Some(seat)).or_else(|| said(None)).or_else(|| agent.model.clone()).unwrap_or(ModelSpec::MOCK)
}
