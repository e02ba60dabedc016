//! The breaker of a target: opens when asking it is of no use, and lets one question probe whether it is again. Pure;
//! part of a target's health.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::backoff::doubled;

/// So many failures in a row open it.
const FAILED_IN_A_ROW: u32 = 3;

/// Or more than half of the attempts of [`WINDOW`], if there were as many.
const FEWEST_FOR_A_RATE: usize = 5;

/// What is older says nothing of now.
const WINDOW: Duration = Duration::from_mins(1);

/// The most attempts that are remembered; the rate of these is the rate of more.
const MAX_REMEMBERED: usize = 100;

/// How long it stays open at first. Doubled with each probe that fails.
const OPEN: Duration = Duration::from_secs(30);

/// How long it stays open at most.
const LONGEST_OPEN: Duration = Duration::from_mins(5);

/// The number of an attempt, in the order in which a target's attempts began.
pub(super) type Number = u64;

/// Whether a target fails so often that it is better left alone.
#[derive(Debug)]
pub(super) enum Breaker {
    /// It is asked.
    Closed {
        /// The first attempt of this phase. One that began before tells of a time that is over, and is not heard.
        since: Number,
        /// Failures in a row.
        n_failed: u32,
        /// The first attempt that began after the last success. One that began before and fails late is old news, and
        /// no more than one of the minute's.
        row: Number,
        /// When attempts ended, and whether in failure; oldest first.
        recent: VecDeque<(Instant, bool)>,
    },
    /// It is not asked, but for probes from `until` on.
    Open {
        /// When a probe may be sent.
        until: Instant,
        /// Probes that failed, one after the other.
        n_probes: u32,
        /// The attempt that is the probe.
        probe: Option<Number>,
    },
}

impl Breaker {
    /// One that has heard nothing yet; attempts before `since` do not count.
    pub(super) fn closed(since: Number) -> Self {
        Self::Closed { since, n_failed: 0, row: since, recent: VecDeque::new() }
    }

    /// An attempt begins. While the breaker is open, it is the probe.
    pub(super) fn begin(&mut self, number: Number) {
        match self {
            Self::Closed { .. } => {}
            Self::Open { probe, .. } => *probe = Some(number),
        }
    }

    /// An attempt ended. `next` is the number of the next that will begin.
    pub(super) fn heard(&mut self, number: Number, is_failure: bool, now: Instant, next: Number) {
        match self {
            Self::Closed { since, .. } if number < *since => {}
            Self::Closed { n_failed, row, recent, .. } => {
                if !is_failure {
                    (*n_failed, *row) = (0, next);
                } else if number >= *row {
                    *n_failed += 1;
                }
                recent.push_back((now, is_failure));
                while recent.len() > MAX_REMEMBERED || recent.front().is_some_and(|(at, _)| now - *at > WINDOW) {
                    recent.pop_front();
                }
                let n_recent_failed = recent.iter().filter(|(_, is_failure)| *is_failure).count();
                let is_rate = recent.len() >= FEWEST_FOR_A_RATE && n_recent_failed * 2 > recent.len();
                // A success opens nothing, whatever was before it.
                if is_failure && (*n_failed >= FAILED_IN_A_ROW || is_rate) {
                    *self = Self::Open { until: now + OPEN, n_probes: 0, probe: None };
                }
            }
            Self::Open { probe, .. } if *probe != Some(number) => {}
            Self::Open { n_probes, .. } if is_failure => {
                let n_probes = *n_probes + 1;
                *self = Self::Open { until: now + doubled(OPEN, n_probes, LONGEST_OPEN), n_probes, probe: None };
            }
            Self::Open { .. } => *self = Self::closed(next),
        }
    }

    /// An attempt was given up: if it was the probe, another may be.
    pub(super) fn given_up(&mut self, number: Number) {
        match self {
            Self::Open { probe, .. } if *probe == Some(number) => *probe = None,
            Self::Open { .. } | Self::Closed { .. } => {}
        }
    }
}
