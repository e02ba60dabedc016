//! How the server shall behave.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use arena_core::seed::Seed;

use super::rule::Rule;

/// How the server shall behave. The default answers at once, with tool calls where tools are offered, and without a fault.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; with port 0 the system chooses one.
    pub listen: SocketAddr,
    /// Whether it may listen where other machines can reach it.
    pub allow_remote: bool,
    /// Decides everything that is drawn.
    pub seed: Seed,
    /// How long it takes before it says anything.
    pub latency: Duration,
    /// At most so much longer, drawn for each request.
    pub latency_jitter: Duration,
    /// The pause between two pieces of a stream.
    pub between_tokens: Duration,
    /// How many words an answer has, at most [`MOST_TOKENS`].
    pub tokens: u32,
    /// What each answer says, instead of words.
    pub text: Option<String>,
    /// In which share of the answers a tool is called, if there are any; 0 to 1.
    pub tool_calls: f64,
    /// The one key that is right; without it any is, and none is needed.
    pub key: Option<RightKey>,
    /// How many questions it takes in a minute.
    pub requests_per_minute: Option<NonZeroU32>,
    /// What goes wrong; of several rules for one request the first counts.
    pub faults: Vec<Rule>,
}

/// The most words of an answer: a megabyte of them.
pub const MOST_TOKENS: u32 = 100_000;

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            allow_remote: false,
            seed: Seed::from_chance(0),
            latency: Duration::ZERO,
            latency_jitter: Duration::ZERO,
            between_tokens: Duration::ZERO,
            tokens: 20,
            text: None,
            tool_calls: 1.0,
            key: None,
            requests_per_minute: None,
            faults: Vec::new(),
        }
    }
}

/// A key that clients must send. It masks itself: somebody may have taken a real one.
#[derive(Clone, PartialEq, Eq)]
pub struct RightKey(String);

impl RightKey {
    /// This key.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    pub(super) fn is(&self, key: Option<&str>) -> bool {
        key == Some(self.0.as_str())
    }
}

impl fmt::Debug for RightKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RightKey(…)")
    }
}
