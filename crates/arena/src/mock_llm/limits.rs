//! The limit of requests a minute, and the headers in which vendors say how much of it is left.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::refusal::{Span, later, rfc_3339};
use super::vendor::Vendor;

const MINUTE: Duration = Duration::from_mins(1);

/// What is said where no limit is set. It never shrinks: a client that heeds it would wait for nothing.
const REQUESTS: u32 = 10_000;

/// The limit of tokens that is said. Nothing is counted against it but the request itself.
const TOKENS: u64 = 2_000_000;

/// Counts the requests of a minute, which begins with the first.
#[derive(Debug)]
pub(super) struct Limits {
    per_minute: Option<NonZeroU32>,
    window: Mutex<Option<Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    begun: Instant,
    n_requests: u32,
}

/// What is left after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    limit: u32,
    remaining: u32,
    /// Until the limit is whole again.
    pub(super) reset: Duration,
    /// This request is over the limit.
    pub(super) is_over: bool,
}

impl Limits {
    pub(super) fn new(per_minute: Option<NonZeroU32>) -> Self {
        Self { per_minute, window: Mutex::new(None) }
    }

    /// Counts a request.
    pub(super) fn take(&self, now: Instant) -> Standing {
        let Some(limit) = self.per_minute.map(NonZeroU32::get) else {
            return Standing { limit: REQUESTS, remaining: REQUESTS - 1, reset: MINUTE, is_over: false };
        };
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let current = window.filter(|window| now.duration_since(window.begun) < MINUTE);
        let mut current = current.unwrap_or(Window { begun: now, n_requests: 0 });
        let is_over = current.n_requests >= limit;
        if !is_over {
            current.n_requests = current.n_requests.saturating_add(1);
        }
        *window = Some(current);
        let remaining = limit.saturating_sub(current.n_requests);
        Standing { limit, remaining, reset: MINUTE.saturating_sub(now.duration_since(current.begun)), is_over }
    }
}

impl Standing {
    /// What a vendor's clients can read about it, for a request of so many tokens. Gemini says nothing.
    pub(super) fn headers(self, vendor: Vendor, n_tokens: u64, now: Timestamp) -> Vec<(&'static str, String)> {
        let (limit, remaining) = (self.limit.to_string(), self.remaining.to_string());
        let left = TOKENS.saturating_sub(n_tokens).to_string();
        match vendor {
            Vendor::OpenAi => vec![
                ("x-ratelimit-limit-requests", limit),
                ("x-ratelimit-limit-tokens", TOKENS.to_string()),
                ("x-ratelimit-remaining-requests", remaining),
                ("x-ratelimit-remaining-tokens", left),
                ("x-ratelimit-reset-requests", Span(self.reset).to_string()),
                ("x-ratelimit-reset-tokens", "6ms".to_owned()),
            ],
            Vendor::Anthropic => {
                let reset = rfc_3339(later(now, self.reset));
                vec![
                    ("anthropic-ratelimit-requests-limit", limit),
                    ("anthropic-ratelimit-requests-remaining", remaining),
                    ("anthropic-ratelimit-requests-reset", reset.clone()),
                    ("anthropic-ratelimit-tokens-limit", TOKENS.to_string()),
                    ("anthropic-ratelimit-tokens-remaining", left.clone()),
                    ("anthropic-ratelimit-tokens-reset", reset.clone()),
                    ("anthropic-ratelimit-input-tokens-limit", TOKENS.to_string()),
                    ("anthropic-ratelimit-input-tokens-remaining", left),
                    ("anthropic-ratelimit-input-tokens-reset", reset.clone()),
                    ("anthropic-ratelimit-output-tokens-limit", TOKENS.to_string()),
                    ("anthropic-ratelimit-output-tokens-remaining", TOKENS.to_string()),
                    ("anthropic-ratelimit-output-tokens-reset", reset),
                ]
            }
            Vendor::Gemini => vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_takes_so_many_and_then_begins_again() {
        let limits = Limits::new(NonZeroU32::new(2));
        let begun = Instant::now();
        let take = |after_s| {
            let standing = limits.take(begun + Duration::from_secs(after_s));
            (standing.remaining, standing.reset.as_secs(), standing.is_over)
        };
        assert_eq!(take(0), (1, 60, false));
        assert_eq!(take(10), (0, 50, false));
        assert_eq!(take(20), (0, 40, true));
        assert_eq!(take(59), (0, 1, true));
        assert_eq!(take(60), (1, 60, false));
    }

    #[test]
    fn without_a_limit_there_is_always_as_much_left() {
        let limits = Limits::new(None);
        let now = Instant::now();
        assert!((0..20_000).all(|_| limits.take(now).remaining == REQUESTS - 1));
    }
}
