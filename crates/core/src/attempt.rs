//! One attempt to get an answer that brought none. A turn may take several, on one model or along a chain.

use serde::{Deserialize, Serialize};

use crate::message::{FailureClass, Usage};
use crate::model::ModelSpec;

/// An attempt that brought no answer. What came of it is in no transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Who was asked.
    pub model: ModelSpec,
    /// What went wrong.
    pub class: Class,
    /// A sentence for people. Holds no secret.
    pub message: String,
    /// What was waited before it: for a limit to pass, for a free place. Milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waited_ms: u64,
    /// From the question to the failure, milliseconds.
    pub elapsed_ms: u64,
    /// The tokens it used all the same, if it used any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What those cost, billionths of a US dollar; `None` if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_nanousd: Option<u64>,
}

/// What can go wrong with an attempt, by what the caller can do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The key is missing, wrong, or may not use this model.
    Auth,
    /// The account cannot pay.
    Billing,
    /// There is no such model, or no longer.
    NotFound,
    /// What listens there is no API of this kind.
    NotAnApi,
    /// The provider refuses the question's form or content.
    BadRequest,
    /// This model does not take a parameter of the question.
    Unsupported,
    /// The question is longer than the model's window.
    ContextOverflow,
    /// The question alone is larger than the account's rate limit.
    TooLarge,
    /// The rate limit is reached.
    RateLimited,
    /// The provider has more work than it can do.
    Overloaded,
    /// The provider failed by its own fault.
    Server,
    /// Nobody answered.
    Network,
    /// A limit of time was reached.
    Timeout,
    /// The answer broke off.
    Truncated,
    /// The answer cannot be read.
    Malformed,
    /// It was not asked: it was known to be limited, broken or out for good.
    Skipped,
}

impl Class {
    /// What follows from it for the match, if no other model answers.
    pub fn failure(self) -> FailureClass {
        match self {
            Self::Auth | Self::Billing | Self::NotFound | Self::NotAnApi => FailureClass::Misconfigured,
            Self::BadRequest | Self::Unsupported | Self::ContextOverflow | Self::TooLarge => FailureClass::Rejected,
            Self::RateLimited
            | Self::Overloaded
            | Self::Server
            | Self::Network
            | Self::Timeout
            | Self::Truncated
            | Self::Malformed
            | Self::Skipped => FailureClass::Unavailable,
        }
    }

    /// The word for it in records and tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Billing => "billing",
            Self::NotFound => "not_found",
            Self::NotAnApi => "not_an_api",
            Self::BadRequest => "bad_request",
            Self::Unsupported => "unsupported",
            Self::ContextOverflow => "context_overflow",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::Server => "server",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Truncated => "truncated",
            Self::Malformed => "malformed",
            Self::Skipped => "skipped",
        }
    }
}

/// Whether a number that is usually zero may be left out of a record.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
pub(crate) fn is_zero(number: &u64) -> bool {
    *number == 0
}
