//! The labels of figures. Their values are bounded: routes, seats, configured models and guards, tools that a scenario has.
//! No id, and nothing that an agent wrote.

use std::fmt::Write as _;

use arena_core::engine::Match;
use arena_core::id::Seat;
use arena_core::model::ModelSpec;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

/// A word, as a label has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Word(pub(super) String);

impl EncodeLabelValue for Word {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(&self.0)
    }
}

impl From<&str> for Word {
    fn from(word: &str) -> Self {
        Self(word.to_owned())
    }
}

impl From<Seat> for Word {
    fn from(seat: Seat) -> Self {
        seat.word().into()
    }
}

impl From<&ModelSpec> for Word {
    fn from(model: &ModelSpec) -> Self {
        Self(model.to_string())
    }
}

impl Word {
    /// The tool, if the match has it; a model may ask for anything.
    pub(super) fn tool(game: &Match, tool: &str) -> Self {
        if game.spec.tool_specs().any(|spec| spec.name.as_str() == tool) { tool.into() } else { "unknown".into() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Request {
    pub(super) route: Word,
    pub(super) method: Word,
    pub(super) status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Route {
    pub(super) route: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) outcome: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Asked {
    pub(super) model: Word,
    pub(super) seat: Word,
    pub(super) outcome: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Speaker {
    pub(super) model: Word,
    pub(super) seat: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Tokens {
    pub(super) model: Word,
    pub(super) seat: Word,
    pub(super) direction: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Guarded {
    pub(super) guard: Word,
    pub(super) checkpoint: Word,
    pub(super) decision: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Called {
    pub(super) tool: Word,
    pub(super) outcome: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Build {
    pub(super) version: Word,
}
