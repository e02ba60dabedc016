//! What is played: a scenario, who sits where, the seed, the length, the limits. Fixed when a match is created.

use std::num::NonZeroU32;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::budget::{Budgets, Price};
use crate::event::Plan;
use crate::id::Seat;
use crate::interned;
use crate::message::ToolSpec;
use crate::model::ModelSpec;
use crate::name::Name;
use crate::real_tool::RealTool;
use crate::scenario::{Channel, Objective, Scenario};
use crate::seed::Seed;
use crate::strategy::Strategy;

/// Everything that decides how a match goes, but for what the models answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// What is played.
    #[serde(deserialize_with = "interned::deserialize")]
    pub scenario: Arc<Scenario>,
    /// Who attacks.
    pub red: Contestant,
    /// Who defends; `None` plays with the guards off.
    pub blue: Option<Contestant>,
    /// Who is under test.
    pub target: Contestant,
    /// Who is asked what facts cannot decide. Objectives of kind `judged` are undecided without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judges: Vec<Contestant>,
    /// What the match is a part of, for whoever looks for it: `no-guard`, `nightly`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Name>,
    /// What chance is derived from.
    pub seed: Seed,
    /// How many rounds; `None` plays until stopped.
    pub n_rounds: Option<NonZeroU32>,
    /// Rest between rounds, milliseconds.
    pub delay_ms: u64,
    /// What the match may use.
    pub budgets: Budgets,
    /// The real tools that the scenario gives the Target, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<RealTool>,
}

/// An agent in a seat, with the model that speaks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contestant {
    /// Who.
    #[serde(deserialize_with = "interned::deserialize")]
    pub agent: Arc<Agent>,
    /// Its model in this match.
    pub model: ModelSpec,
}

/// How long a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 5 rounds.
    Quick,
    /// 20 rounds.
    Standard,
    /// 50 rounds.
    Deep,
    /// Until stopped.
    Continuous,
}

/// The parts do not make a match.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An agent for another seat.
    #[error("agent {agent:?} plays {plays}, it cannot sit on {seat}")]
    WrongSeat {
        /// Who.
        agent: Name,
        /// Its own seat.
        plays: Seat,
        /// Where it was put.
        seat: Seat,
    },
    /// A pack without an attack on some objective.
    #[error(
        "agent {agent:?} plays attacks that are written down, and scenario {scenario:?} has none on objective \
             {objective:?}; add [[attacks]] to it, or attacks = [\"... {{{{goal}}}} ...\"] to the agent's strategy"
    )]
    NoAttacks {
        /// Who.
        agent: Name,
        /// Where.
        scenario: Name,
        /// On what.
        objective: Name,
    },
    /// An escalation with nowhere to go.
    #[error(
        "agent {agent:?} leads a conversation, and scenario {scenario:?} has one message a round; it needs red.max_turns of \
             2 or more"
    )]
    OneTurn {
        /// Who.
        agent: Name,
        /// Where.
        scenario: Name,
    },
    /// A seat for which no scenario has a script.
    #[error("a scenario has a script for red and target, not for {seat}; agent {agent:?} needs a model")]
    NoScript {
        /// Which seat.
        seat: Seat,
        /// Who sits there.
        agent: Name,
    },
    /// A judge that would judge itself.
    #[error("{model} plays in this match, it cannot judge it; name another model with --judge")]
    OwnJudge {
        /// The model.
        model: ModelSpec,
    },
    /// A cost limit that could not bind.
    #[error("a cost budget cannot bind: {}", why_not(*seat, agent, model, unpriced))]
    NoPrice {
        /// Which seat.
        seat: Seat,
        /// Who sits there.
        agent: Name,
        /// Its model.
        model: ModelSpec,
        /// Itself, or those of a chain whose price is not known.
        unpriced: Vec<ModelSpec>,
    },
}

impl Spec {
    /// The match, if its parts fit together. `unpriced` gives, of all models that may answer for one, those whose
    /// answers may come without a cost.
    ///
    /// # Errors
    /// [`Error`] says which part does not fit and what would.
    pub fn checked(self, unpriced: impl Fn(&ModelSpec) -> Vec<ModelSpec>) -> Result<Self, Error> {
        self.check_strategy()?;
        let contestants = Seat::ALL.into_iter().filter_map(|seat| Some((seat, self.contestant(seat)?)));
        let judges = self.judges.iter().map(|judge| (Seat::Judge, judge));
        for (seat, contestant) in contestants.chain(judges) {
            let agent = &contestant.agent;
            if agent.seat != seat {
                return Err(Error::WrongSeat { agent: agent.name.clone(), plays: agent.seat, seat });
            }
            if contestant.model == ModelSpec::Script && !matches!(seat, Seat::Red | Seat::Target) {
                return Err(Error::NoScript { seat, agent: agent.name.clone() });
            }
            let is_own = |of: &Contestant| of.model == contestant.model && !of.model.is_mock();
            if seat == Seat::Judge && Seat::ALL.into_iter().filter_map(|seat| self.contestant(seat)).any(is_own) {
                return Err(Error::OwnJudge { model: contestant.model.clone() });
            }
            if self.budgets.limits_cost() && contestant.price().is_none() {
                let unpriced = unpriced(&contestant.model);
                if !unpriced.is_empty() {
                    let (agent, model) = (agent.name.clone(), contestant.model.clone());
                    return Err(Error::NoPrice { seat, agent, model, unpriced });
                }
            }
        }
        Ok(self)
    }

    /// Whether Red's strategy finds in the scenario what it needs.
    fn check_strategy(&self) -> Result<(), Error> {
        let (agent, scenario) = (&self.red.agent, &self.scenario);
        let names = || (agent.name.clone(), scenario.name.clone());
        match &agent.strategy {
            Strategy::Pack(pack) => {
                let lacks = |objective: &&Objective| {
                    pack.attacks.is_empty() && !scenario.attacks.iter().any(|attack| attack.objective == objective.id)
                };
                match scenario.objectives.iter().find(lacks) {
                    None => Ok(()),
                    Some(objective) => {
                        let (agent, scenario) = names();
                        Err(Error::NoAttacks { agent, scenario, objective: objective.id.clone() })
                    }
                }
            }
            Strategy::Crescendo(_) if scenario.red.max_turns < 2 => {
                let (agent, scenario) = names();
                Err(Error::OneTurn { agent, scenario })
            }
            Strategy::Model | Strategy::Search(_) | Strategy::Crescendo(_) => Ok(()),
        }
    }

    /// Who sits there.
    pub fn contestant(&self, seat: Seat) -> Option<&Contestant> {
        match seat {
            Seat::Red => Some(&self.red),
            Seat::Blue => self.blue.as_ref(),
            Seat::Target => Some(&self.target),
            // Judges speak one after the other; see `Match::speaker`.
            Seat::Judge => None,
        }
    }

    /// What the Target is told of its tools, simulated ones first.
    pub fn tool_specs(&self) -> impl Iterator<Item = &ToolSpec> {
        self.scenario.tools.iter().map(|tool| &tool.spec).chain(self.tools.iter().map(RealTool::spec))
    }

    /// The real tool of this name.
    pub fn real_tool(&self, name: &str) -> Option<&RealTool> {
        self.tools.iter().find(|tool| tool.spec().name.as_str() == name)
    }

    /// Whether the mock speaks for some seat: then the whole match is labelled so.
    pub fn has_mock(&self) -> bool {
        let mut contestants = Seat::ALL.iter().filter_map(|seat| self.contestant(*seat));
        contestants.any(|sits| sits.model.is_mock() && sits.agent.relies_on_model())
    }

    /// What the round of this number (from 1) is about. Depends on the seed and the scenario alone, never on how the
    /// match goes: the same seed gives two defences the same rounds.
    ///
    /// `None` if the scenario has nothing to play, which no parsed scenario has.
    pub fn plan(&self, number: u32) -> Option<Plan> {
        let (is_benign, n_benign_before) = self.benign_rounds(number);
        let task = |nth: u32| {
            let tasks = self.scenario.tasks.iter().collect();
            pick(self.seed.shuffled("tasks", &[], tasks), nth)
        };
        if is_benign {
            let task = task(n_benign_before)?;
            return Some(Plan::Benign { task: task.id.clone(), request: task.request.clone() });
        }
        let n_attacks_before = number.saturating_sub(1) - n_benign_before;
        let objectives = self.seed.shuffled("objectives", &[], self.scenario.objectives.iter().collect());
        let objective = pick(objectives, n_attacks_before)?;
        let task = match self.scenario.channel {
            Channel::Chat => None,
            Channel::Indirect { .. } => Some(task(n_attacks_before)?),
        };
        Some(Plan::Attack {
            objective: objective.id.clone(),
            task: task.map(|task| task.id.clone()),
            request: task.map(|task| task.request.clone()),
        })
    }
}

impl Spec {
    /// How many attack rounds on the same objective come before this one, by the plan.
    pub fn nth_on_objective(&self, number: u32) -> u32 {
        let (_, n_benign_before) = self.benign_rounds(number);
        let n_attacks_before = number.saturating_sub(1) - n_benign_before;
        let n_objectives = u32::try_from(self.scenario.objectives.len()).unwrap_or(u32::MAX);
        n_attacks_before.checked_div(n_objectives).unwrap_or(0)
    }

    /// Whether the round of this number is benign, and how many benign rounds come before it.
    fn benign_rounds(&self, number: u32) -> (bool, u32) {
        let index = number.saturating_sub(1);
        let (block, place) = (index / 5, index % 5);
        // Which rounds of each five are benign is shuffled by the seed; how many is not left to chance.
        let order = self.seed.shuffled("benign rounds", &[&block.to_string()], (0..5).collect::<Vec<u32>>());
        let in_block: Vec<u32> = order.into_iter().take(self.scenario.benign_in_five as usize).collect();
        (in_block.contains(&place), block * self.scenario.benign_in_five + count(&in_block, place))
    }
}

/// Which price is missing, and where it can be said: an agent may price its own model, but not those of a chain.
fn why_not(seat: Seat, agent: &Name, model: &ModelSpec, unpriced: &[ModelSpec]) -> String {
    match model {
        ModelSpec::Mock { .. } | ModelSpec::Script | ModelSpec::Of { .. } => format!(
            "the price of {model} on {seat} is not known; add [prices.\"{model}\"] to arena.toml or \
             price = {{ input_usd_per_million = ..., output_usd_per_million = ... }} to agent {agent:?}, or limit tokens \
             instead"
        ),
        ModelSpec::Chain(_) => {
            let tables = unpriced.iter().map(|model| format!("[prices.\"{model}\"]")).collect::<Vec<_>>().join(" and ");
            format!(
                "{model} on {seat} has models of no known price; add {tables} to arena.toml, or limit tokens instead"
            )
        }
    }
}

/// How many of `places` come before `place`.
fn count(places: &[u32], place: u32) -> u32 {
    places.iter().map(|p| u32::from(*p < place)).sum()
}

/// The nth item, starting over at the end.
fn pick<T>(items: Vec<T>, nth: u32) -> Option<T> {
    let n = items.len();
    items.into_iter().nth((nth as usize).checked_rem(n)?)
}

impl Contestant {
    /// What its model costs, if the agent says so; what it says is no word on the models of a chain. The mock is free.
    pub fn price(&self) -> Option<Price> {
        match self.model {
            ModelSpec::Mock { .. } | ModelSpec::Script => Some(Price::FREE),
            ModelSpec::Of { .. } => self.agent.price,
            ModelSpec::Chain(_) => None,
        }
    }
}

impl Mode {
    /// How many rounds; `None` is until stopped.
    pub fn n_rounds(self) -> Option<NonZeroU32> {
        match self {
            Self::Quick => NonZeroU32::new(5),
            Self::Standard => NonZeroU32::new(20),
            Self::Deep => NonZeroU32::new(50),
            Self::Continuous => None,
        }
    }
}
