//! The health of a target: whether it may be asked now. A state machine; pure, time is an argument. Shared by all who
//! ask the target, in [`Target`](super::Target).

use std::time::Duration;

use arena_core::attempt::Class;
use tokio::time::Instant;

use super::backoff::{Jitter, doubled};
use super::breaker::{Breaker, Number};

/// How long a rate limit without a word on its end is left alone at first. Doubled with each that follows.
const COOLING: Duration = Duration::from_secs(5);

/// How long at most.
const LONGEST_COOLING: Duration = Duration::from_mins(1);

/// How long a daily limit without a word on its end is left alone; and the longest that is believed of any other limit.
const HOUR: Duration = Duration::from_hours(1);

/// The longest that is believed of a daily limit.
const DAY: Duration = Duration::from_hours(24);

/// Whether a target may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Ready,
    /// Its rate limit is reached.
    Cooling {
        /// When it is over.
        until: Instant,
    },
    /// It failed too often.
    Broken {
        /// When one question may probe whether it works again.
        until: Instant,
    },
    /// It failed too often, and the next question is the probe.
    HalfOpen,
    /// A question probes whether it works again; others keep off until that one is answered.
    Probing,
    /// It is out for the process: asking again would bring the same.
    Out {
        /// What put it out.
        class: Class,
        /// The words it went with.
        message: String,
    },
}

/// What an attempt says about the target.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It answered; `empty_for` is how long its limits have nothing left, if they have not.
    Answered { empty_for: Option<Duration> },
    /// It works, though it brought no answer to this question.
    Alive,
    /// Its rate limit is reached, for `wait` if it says.
    Limited { wait: Option<Duration>, is_daily: bool, jitter: Jitter },
    /// It failed.
    Failed,
    /// No later attempt will fare better.
    Out { class: Class, message: String },
}

/// The state of a target.
#[derive(Debug)]
pub(super) enum Health {
    /// In use.
    In {
        /// The number of the next attempt.
        next: Number,
        breaker: Breaker,
        limit: Limit,
    },
    /// Out for the process.
    Out { class: Class, message: String },
}

/// What is known of a target's rate limit.
#[derive(Debug, Default)]
pub(super) struct Limit {
    /// When it is over, if it was ever reached.
    until: Option<Instant>,
    /// How often it was reached since the last answer; questions that ran into it together count once.
    n_reached: u32,
    /// The first attempt that began after it was reached the last time.
    since: Number,
}

impl Health {
    /// Nothing is known yet.
    pub(super) fn new() -> Self {
        Self::In { next: 0, breaker: Breaker::closed(0), limit: Limit::default() }
    }

    pub(super) fn standing(&self, now: Instant) -> Standing {
        let (breaker, limit) = match self {
            Self::In { breaker, limit, .. } => (breaker, limit),
            Self::Out { class, message } => return Standing::Out { class: *class, message: message.clone() },
        };
        let cooling = limit.until.filter(|until| *until > now);
        match (breaker, cooling) {
            (Breaker::Open { probe: Some(_), .. }, _) => Standing::Probing,
            (Breaker::Open { until, .. }, cooling) if *until > cooling.unwrap_or(now) => {
                Standing::Broken { until: *until }
            }
            (_, Some(until)) => Standing::Cooling { until },
            (Breaker::Open { .. }, None) => Standing::HalfOpen,
            (Breaker::Closed { .. }, None) => Standing::Ready,
        }
    }

    /// An attempt begins, if it may. `insists`: there is nobody better, so a target that should be left alone is asked
    /// all the same; but neither one that is out, nor one that is being probed.
    pub(super) fn begin(&mut self, insists: bool, now: Instant) -> Option<Number> {
        let may = match self.standing(now) {
            Standing::Ready | Standing::HalfOpen => true,
            Standing::Cooling { .. } | Standing::Broken { .. } => insists,
            Standing::Probing | Standing::Out { .. } => false,
        };
        match self {
            Self::In { next, breaker, .. } if may => {
                let number = *next;
                *next += 1;
                breaker.begin(number);
                Some(number)
            }
            Self::In { .. } | Self::Out { .. } => None,
        }
    }

    /// The attempt ended.
    pub(super) fn end(&mut self, number: Number, outcome: Outcome, now: Instant) {
        let Self::In { next, breaker, limit } = self else { return };
        breaker.heard(number, matches!(outcome, Outcome::Failed), now, *next);
        match outcome {
            Outcome::Answered { empty_for } => {
                limit.passed(number);
                if let Some(wait) = empty_for {
                    limit.cool(wait.min(HOUR), now);
                }
            }
            Outcome::Limited { wait, is_daily, jitter } => limit.reached(number, *next, wait, is_daily, jitter, now),
            Outcome::Out { class, message } => *self = Self::Out { class, message },
            Outcome::Alive | Outcome::Failed => {}
        }
    }

    /// The attempt was given up, and says nothing about the target.
    pub(super) fn give_up(&mut self, number: Number) {
        match self {
            Self::In { breaker, .. } => breaker.given_up(number),
            Self::Out { .. } => {}
        }
    }
}

impl Limit {
    fn reached(
        &mut self,
        number: Number,
        next: Number,
        wait: Option<Duration>,
        is_daily: bool,
        jitter: Jitter,
        now: Instant,
    ) {
        if number >= self.since {
            self.n_reached = self.n_reached.saturating_add(1);
            self.since = next;
        }
        let unsaid = || jitter.of(doubled(COOLING, self.n_reached.saturating_sub(1), LONGEST_COOLING));
        let wait = match (wait, is_daily) {
            (Some(wait), true) => wait.min(DAY),
            (Some(wait), false) => wait.min(HOUR),
            (None, true) => HOUR,
            (None, false) => unsaid(),
        };
        self.cool(wait, now);
    }

    /// An attempt was answered: if it began after the limit was reached, that is over.
    fn passed(&mut self, number: Number) {
        if number >= self.since {
            self.until = None;
            self.n_reached = 0;
        }
    }

    /// Nothing shortens a wait but an answer: of two words on it the longer one is safe.
    fn cool(&mut self, wait: Duration, now: Instant) {
        self.until = self.until.max(Some(now + wait));
    }
}
