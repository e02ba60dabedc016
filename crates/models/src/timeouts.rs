//! How long one call may take, and the watch that holds it to that. Touches the clock; every wait of a call goes by it.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// The limits of one call. Each ends it with its own [`Phase`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Finding the host, connecting and TLS. 10 s.
    pub connect: Duration,
    /// From the question to the first byte of the answer's body: a queue, a long prompt, a model that thinks
    /// before it speaks. 120 s.
    pub first_byte: Duration,
    /// Between two pieces of the answer; a comment that keeps the stream alive is a piece too. 60 s.
    pub idle: Duration,
    /// From the question to the end of the answer. Nothing extends it. 600 s.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(2),
            idle: Duration::from_mins(1),
            total: Duration::from_mins(10),
        }
    }
}

/// What a call was waiting for when its time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// [`Timeouts::connect`].
    Connect,
    /// [`Timeouts::first_byte`].
    FirstByte,
    /// [`Timeouts::idle`].
    Idle,
    /// [`Timeouts::total`].
    Total,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Connect => "connection",
            Self::FirstByte => "first byte",
            Self::Idle => "next byte",
            Self::Total => "end of the answer",
        })
    }
}

/// Times one call from the moment it is made.
#[derive(Debug)]
pub(crate) struct Watch {
    started: Instant,
    timeouts: Timeouts,
}

/// A wait was longer than its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Elapsed {
    pub(crate) phase: Phase,
    pub(crate) limit: Duration,
}

impl Watch {
    pub(crate) fn start(timeouts: Timeouts) -> Self {
        Self { started: Instant::now(), timeouts }
    }

    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits for `work`, which leads to the first byte.
    pub(crate) async fn until_first_byte<F: Future>(&self, work: F) -> Result<F::Output, Elapsed> {
        let limit = self.timeouts.first_byte;
        self.until(self.started + limit, Elapsed { phase: Phase::FirstByte, limit }, work).await
    }

    /// Waits for `work`, which brings the next piece.
    pub(crate) async fn until_next_piece<F: Future>(&self, work: F) -> Result<F::Output, Elapsed> {
        let limit = self.timeouts.idle;
        self.until(Instant::now() + limit, Elapsed { phase: Phase::Idle, limit }, work).await
    }

    async fn until<F: Future>(&self, at: Instant, late: Elapsed, work: F) -> Result<F::Output, Elapsed> {
        let limit = self.timeouts.total;
        let end = self.started + limit;
        let (at, late) = if at < end { (at, late) } else { (end, Elapsed { phase: Phase::Total, limit }) };
        timeout_at(at, work).await.map_err(|_| late)
    }
}
