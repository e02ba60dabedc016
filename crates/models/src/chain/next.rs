//! What follows from an attempt, for the turn and for its target. Pure: the table of docs/models.md as code.

use std::time::Duration;

use super::backoff::{Jitter, backoff};
use super::health::Outcome;
use crate::{Error, Room, Scope};

/// What the walk does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask here again after this wait, whoever else is ready: the fault is a passing one, and a turn should be played
    /// by whom it was asked of.
    Here { after: Duration },
    /// Ask whoever is ready; here again, after this wait, if nobody else is.
    Whoever { after: Duration },
    /// Ask the next target.
    On,
    /// Ask the next target that takes a longer question.
    OnToLarger,
    /// Nobody will take this question.
    Fail,
}

/// What follows from `error`, the `n_asked`th attempt at its target out of `n_allowed`.
pub(super) fn next(error: &Error, n_asked: u32, n_allowed: u32, jitter: Jitter) -> Next {
    let wait = |said: Option<Duration>| said.unwrap_or_else(|| backoff(n_asked, jitter));
    let next = match error {
        Error::Auth(_) | Error::Billing(_) | Error::NotFound(_) | Error::NotAnApi { .. } | Error::TooLarge(_) => {
            Next::On
        }
        Error::BadRequest(_) => Next::Fail,
        Error::Unsupported { left_out: true, .. } => Next::Here { after: Duration::ZERO },
        Error::Unsupported { left_out: false, .. } | Error::Server { should_retry: Some(false), .. } => Next::On,
        Error::ContextOverflow(_) => Next::OnToLarger,
        // How long it is to be left alone, its health knows.
        Error::Busy { .. } | Error::Timeout { .. } => Next::Whoever { after: Duration::ZERO },
        Error::Overloaded { retry_after, .. } => Next::Whoever { after: wait(*retry_after) },
        Error::Server { retry_after: Some(after), .. } => Next::Whoever { after: *after },
        Error::Server { retry_after: None, .. }
        | Error::Unreachable { .. }
        | Error::Truncated { .. }
        | Error::Malformed { .. } => Next::Here { after: wait(None) },
    };
    match next {
        Next::Here { .. } | Next::Whoever { .. } if n_asked >= n_allowed => Next::On,
        next => next,
    }
}

/// What `error` says about its target.
pub(super) fn outcome(error: &Error, jitter: Jitter) -> Outcome {
    match error {
        Error::Auth(_) | Error::Billing(_) | Error::NotFound(_) | Error::NotAnApi { .. } => {
            Outcome::Out { class: error.class(), message: error.failure().message }
        }
        // What is wrong here is the question, or what the model made of it.
        Error::BadRequest(_)
        | Error::Unsupported { .. }
        | Error::ContextOverflow(_)
        | Error::TooLarge(_)
        | Error::Malformed { .. } => Outcome::Alive,
        Error::Busy { retry_after, scope, .. } => {
            Outcome::Limited { wait: *retry_after, is_daily: *scope == Scope::Daily, jitter }
        }
        Error::Overloaded { .. }
        | Error::Server { .. }
        | Error::Unreachable { .. }
        | Error::Timeout { .. }
        | Error::Truncated { .. } => Outcome::Failed,
    }
}

/// How long nothing is left of a provider's limits; `None` while there is something. Asking before that would run into
/// the limit, so the target is left alone as if it had. Where a little is left nothing is slowed down: the figures are
/// a moment old, others ask too, and a limit that is reached is no more than a wait.
pub(super) fn empty_for(room: Room) -> Option<Duration> {
    let is_empty = room.requests == Some(0) || room.tokens == Some(0);
    room.reset_after.filter(|_| is_empty)
}
