//! Why a model gave no answer: a variant for each thing that the caller can do next. Holds no key.

use std::fmt;
use std::time::Duration;

use arena_core::attempt::Class;
use arena_core::message::ModelFailure;
use arena_core::model::ModelSpec;

use crate::timeouts::Phase;

/// A call brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key is missing, wrong or may not use this model. Set another key.
    #[error("{0}; is the key right, and may it use this model?")]
    Auth(Box<Refusal>),
    /// The account cannot pay. Pay, or take another provider.
    #[error("{0}; the account has no credit or quota left")]
    Billing(Box<Refusal>),
    /// There is no such model, or no such path beneath the base URL. Name another.
    #[error("{0}; is the model's name right, and the base URL?")]
    NotFound(Box<Refusal>),
    /// What listens at the base URL is no API of this kind. Set another base URL.
    #[error(
        "{model}: {url} answered {status} with {found}, not with an API's JSON; is the base URL right? for OpenAI's API it usually ends in /v1"
    )]
    NotAnApi {
        /// Who was asked.
        model: ModelSpec,
        /// What was called, without credentials and query.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What came: an excerpt of a page, or where a redirect points.
        found: String,
    },
    /// The provider refuses the question's form or content. Change the question.
    #[error("{0}")]
    BadRequest(Box<Refusal>),
    /// The provider does not know a parameter of the question, or this value of it. Ask again if it is left out from
    /// now on, or ask another.
    #[error("{refusal}; it does not take {parameter}{}", if *left_out { ", which is left out from now on" } else { "" })]
    Unsupported {
        /// What the provider said.
        refusal: Box<Refusal>,
        /// Which, in the provider's words.
        parameter: String,
        /// The next question to this model does without it, or calls it by its other name.
        left_out: bool,
    },
    /// The question is longer than the model's context. Shorten it, or take a model with a larger one.
    #[error("{0}; the question is too long for it")]
    ContextOverflow(Box<Refusal>),
    /// The question is larger than the rate limit of a whole minute, or than the provider's door. Waiting does not
    /// help: ask another.
    #[error("{0}; the question alone is larger than the limit")]
    TooLarge(Box<Refusal>),
    /// The rate limit is reached. Wait and ask again.
    #[error("{refusal}{}{}", scope.reached(), waiting(*retry_after))]
    Busy {
        /// What the provider said.
        refusal: Box<Refusal>,
        /// How long it asks us to wait, if it says; not checked for sense.
        retry_after: Option<Duration>,
        /// Which limit.
        scope: Scope,
    },
    /// The provider has more work than it can do. Ask another, or later.
    #[error("{refusal}{}", waiting(*retry_after))]
    Overloaded {
        /// What the provider said.
        refusal: Box<Refusal>,
        /// How long it asks us to wait, if it says; not checked for sense.
        retry_after: Option<Duration>,
    },
    /// The provider failed by its own fault. Ask again, or another.
    #[error("{refusal}{}", waiting(*retry_after))]
    Server {
        /// What the provider said.
        refusal: Box<Refusal>,
        /// How long it asks us to wait, if it says; not checked for sense.
        retry_after: Option<Duration>,
        /// Its own word on asking again (`x-should-retry`), if it has one.
        should_retry: Option<bool>,
    },
    /// Nobody answered: no such host, refused, TLS, or a connection lost before the answer. Ask again, or another.
    #[error("{model}: could not reach {url}")]
    Unreachable {
        /// Who was asked.
        model: ModelSpec,
        /// What was called, without credentials and query.
        url: String,
        /// What the client says.
        #[source]
        cause: reqwest::Error,
    },
    /// A limit of [`Timeouts`](crate::Timeouts) was reached. Ask again, or another.
    #[error("{model}: waited {limit:?} for the {phase}")]
    Timeout {
        /// Who was asked.
        model: ModelSpec,
        /// What was waited for.
        phase: Phase,
        /// For how long.
        limit: Duration,
    },
    /// The answer broke off. Ask again; the pieces that came are void.
    #[error("{model}: the answer broke off{}", of_request(request_id.as_deref()))]
    Truncated {
        /// Who was asked.
        model: ModelSpec,
        /// The provider's id of this call.
        request_id: Option<String>,
        /// What broke the connection; nothing if it ended in good order, only too early.
        #[source]
        cause: Option<reqwest::Error>,
    },
    /// The answer cannot be read. Ask again, or another.
    #[error("{model}: {what}{}: \"{excerpt}\"", of_request(request_id.as_deref()))]
    Malformed {
        /// Who was asked.
        model: ModelSpec,
        /// The provider's id of this call.
        request_id: Option<String>,
        /// What is wrong with it.
        what: String,
        /// The beginning of the part that is wrong.
        excerpt: String,
    },
}

/// What a rate limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Requests of a minute or so.
    Requests,
    /// Tokens of a minute or so.
    Tokens,
    /// Either, of a whole day: hours may pass.
    Daily,
    /// The provider does not say.
    #[default]
    Unknown,
}

impl Scope {
    fn reached(self) -> &'static str {
        match self {
            Self::Requests => "; the limit of requests is reached",
            Self::Tokens => "; the limit of tokens is reached",
            Self::Daily => "; the limit of the day is reached",
            Self::Unknown => "",
        }
    }
}

/// What a provider says when it refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who was asked.
    pub model: ModelSpec,
    /// The HTTP status; 200 if the refusal stood inside an answer that had begun well.
    pub status: u16,
    /// The provider's code or type of the error.
    pub code: Option<String>,
    /// Its words, an excerpt.
    pub message: String,
    /// Its id of this call.
    pub request_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, status, code, message, request_id } = self;
        write!(f, "{model} answered {status}")?;
        if let Some(code) = code {
            write!(f, " {code}")?;
        }
        write!(f, "{}", of_request(request_id.as_deref()))?;
        if !message.is_empty() {
            write!(f, ": \"{message}\"")?;
        }
        Ok(())
    }
}

fn of_request(id: Option<&str>) -> String {
    id.map(|id| format!(" (request {id})")).unwrap_or_default()
}

fn waiting(retry_after: Option<Duration>) -> String {
    retry_after.map(|wait| format!("; it asks us to wait {wait:?}")).unwrap_or_default()
}

impl Error {
    /// The failure as a match records it: what follows from it, and this error with its causes in one line.
    pub fn failure(&self) -> ModelFailure {
        let mut message = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        ModelFailure::unasked(self.class().failure(), message)
    }

    /// How long the provider asks us to wait, if it says; not checked for sense.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. }
            | Self::Overloaded { retry_after, .. }
            | Self::Server { retry_after, .. } => *retry_after,
            Self::Auth(_)
            | Self::Billing(_)
            | Self::NotFound(_)
            | Self::NotAnApi { .. }
            | Self::BadRequest(_)
            | Self::Unsupported { .. }
            | Self::ContextOverflow(_)
            | Self::TooLarge(_)
            | Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::Truncated { .. }
            | Self::Malformed { .. } => None,
        }
    }

    /// What went wrong, as a record names it.
    pub fn class(&self) -> Class {
        match self {
            Self::Auth(_) => Class::Auth,
            Self::Billing(_) => Class::Billing,
            Self::NotFound(_) => Class::NotFound,
            Self::NotAnApi { .. } => Class::NotAnApi,
            Self::BadRequest(_) => Class::BadRequest,
            Self::Unsupported { .. } => Class::Unsupported,
            Self::ContextOverflow(_) => Class::ContextOverflow,
            Self::TooLarge(_) => Class::TooLarge,
            Self::Busy { .. } => Class::RateLimited,
            Self::Overloaded { .. } => Class::Overloaded,
            Self::Server { .. } => Class::Server,
            Self::Unreachable { .. } => Class::Network,
            Self::Timeout { .. } => Class::Timeout,
            Self::Truncated { .. } => Class::Truncated,
            Self::Malformed { .. } => Class::Malformed,
        }
    }
}
