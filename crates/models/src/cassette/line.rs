//! The lines of a cassette: a header, then one turn a line. Pure.

use arena_core::id::Seat;
use arena_core::message::{ModelFailure, Reply};
use arena_core::model::ModelSpec;
use serde::{Deserialize, Serialize};

use crate::RequestKey;

/// The form of the lines; a cassette of another form is not played.
pub(super) const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) arena_cassette: u32,
    /// [`RequestKey::VERSION`] at the time: with another one, no question would be found.
    pub(super) request_key: u32,
}

/// One question and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Turn {
    /// The question, as [`RequestKey::of_turn`] has it.
    pub(super) key: RequestKey,
    /// Who asked.
    pub(super) seat: Seat,
    /// What was asked.
    pub(super) requested: ModelSpec,
    /// What came of it.
    pub(super) outcome: Outcome,
}

/// What came of a question, after every retry and fallback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// This answer, whole.
    Reply(Reply),
    /// None.
    Failure(ModelFailure),
}

impl Header {
    /// The header of what is recorded now.
    pub(super) const CURRENT: Self = Self { arena_cassette: VERSION, request_key: RequestKey::VERSION };
}

impl From<Result<Reply, ModelFailure>> for Outcome {
    fn from(result: Result<Reply, ModelFailure>) -> Self {
        match result {
            Ok(reply) => Self::Reply(reply),
            Err(failure) => Self::Failure(failure),
        }
    }
}

impl From<Outcome> for Result<Reply, ModelFailure> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Reply(reply) => Ok(reply),
            Outcome::Failure(failure) => Err(failure),
        }
    }
}
