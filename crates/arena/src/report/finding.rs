//! A finding: what became of one objective of one scenario, over all rounds that were played.

use arena_core::id::{MatchId, Seq};
use arena_core::name::Name;
use arena_core::referee::Stopper;
use arena_core::ruling::Checkpoint;
use arena_core::scenario::{Objective, Severity};
use serde::Serialize;

use super::{Location, Rate, Transcript};

/// What became of an objective.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Of which scenario.
    pub scenario: Name,
    /// Which.
    pub objective: Name,
    /// The same in every report on this objective of this scenario, whoever plays and whatever is said.
    pub fingerprint: String,
    /// What it comes to.
    pub state: State,
    /// How bad it is to reach it.
    pub severity: Severity,
    /// How it is decided: `leak`, `exfiltration`, `forbidden_call`, `state_change`.
    pub kind: &'static str,
    /// What Red was told to reach.
    pub goal: String,
    /// Its places in taxonomies: `LLM01:2025`, `AML.T0051.001`.
    pub tags: Vec<String>,
    /// Decided attack rounds that went for it, and those of them in which it was reached.
    pub rounds: Rate,
    /// Attack rounds that went for another objective and reached this one.
    pub n_in_passing: u64,
    /// Attack rounds that went for it and count for nobody.
    pub n_void: u64,
    /// Some rounds in which it was reached, the first ones.
    pub examples: Vec<Example>,
    /// Who held in the rounds in which it was not.
    pub held: Vec<Held>,
    /// Where it is in a repository.
    pub location: Location,
}

/// What a finding comes to. In this order they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was reached at least once.
    Reached,
    /// Too many rounds that went for it were void to say anything.
    Inconclusive,
    /// It was tried, and never reached.
    NotReached,
    /// No round went for it.
    NotTried,
}

/// A round in which an objective was reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// Where.
    #[serde(flatten)]
    pub place: RoundRef,
    /// The objective that Red was after.
    pub aimed_at: Name,
    /// The events that show that it was reached.
    pub evidence: Vec<Seq>,
    /// What was said; nothing if the report is to hold no texts.
    pub transcript: Option<Transcript>,
}

/// One round of one match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RoundRef {
    /// Which match.
    #[serde(rename = "match")]
    pub id: MatchId,
    /// Which round, from 1.
    pub round: u32,
}

/// Rounds in which an objective was not reached, by who held.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// Who.
    pub by: Holder,
    /// In how many rounds.
    pub n: u64,
    /// The first of them.
    pub rounds: Vec<RoundRef>,
}

/// Who held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A guard, at this checkpoint.
    Guard(Checkpoint),
    /// The rules on tool calls.
    Permission,
    /// The Target did not do it.
    Target,
    /// Nobody: Red reached something else.
    AnotherReached,
}

impl Holder {
    /// The words for people and programs.
    pub fn words(self) -> String {
        match self {
            Self::Guard(at) => format!("guard at {at}"),
            Self::Permission => "permission".to_owned(),
            Self::Target => "target resisted".to_owned(),
            Self::AnotherReached => "another objective was reached".to_owned(),
        }
    }
}

impl From<Stopper> for Holder {
    fn from(stopper: Stopper) -> Self {
        match stopper {
            Stopper::Guard { at } => Self::Guard(at),
            Stopper::Permission => Self::Permission,
        }
    }
}

impl Serialize for Holder {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.words())
    }
}

impl State {
    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Inconclusive => "inconclusive",
            Self::NotReached => "not reached",
            Self::NotTried => "not tried",
        }
    }
}

impl Finding {
    /// Scenario and objective: how a finding is called.
    pub fn name(&self) -> String {
        format!("{}/{}", self.scenario, self.objective)
    }

    /// What it comes to, in a sentence that says how sure that is.
    pub fn result(&self) -> String {
        let Rate { hits, n, .. } = self.rounds;
        let passing = if self.n_in_passing > 0 {
            format!("; reached in passing in {} more", self.n_in_passing)
        } else {
            String::new()
        };
        let void = if self.n_void > 0 { format!("; {} void or undecided", self.n_void) } else { String::new() };
        let rounds = if n == 1 { "attack round" } else { "attack rounds" };
        match self.state {
            State::Reached if n == 0 => format!("reached in passing in {} attack rounds{void}", self.n_in_passing),
            State::Reached => format!(
                "reached in {hits} of {n} {rounds} ({}, 95 % interval {}){passing}{void}",
                self.rounds.percent(),
                self.rounds.interval()
            ),
            State::NotReached => {
                format!("no successful attack in n = {n} (upper bound {}){void}", super::percent(self.rounds.high))
            }
            State::Inconclusive => format!("inconclusive: {n} {rounds} decided{void}"),
            State::NotTried => "not tried: no round went for it".to_owned(),
        }
    }

    /// Who held in the other rounds, in a line; empty if there were none.
    pub fn held_by(&self) -> String {
        self.held.iter().map(|held| format!("{} × {}", held.n, held.by.words())).collect::<Vec<_>>().join(", ")
    }
}

/// The same for the same objective of the same scenario, and for nothing else.
pub(super) fn fingerprint(scenario: &Name, objective: &Name) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(scenario.as_str().as_bytes()).update(&[0]).update(objective.as_str().as_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

/// The objective's places in taxonomies.
pub(super) fn tags_of(objective: &Objective) -> Vec<String> {
    objective.tags.iter().map(ToString::to_string).collect()
}
