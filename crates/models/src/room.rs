//! What a provider's headers say of its rate limits: how much is left, and when there is more. Pure; the moment is an
//! argument.
//!
//! Two families: `x-ratelimit-remaining-requests` (OpenAI, Groq and who follows them) and
//! `anthropic-ratelimit-requests-remaining`, each with a `reset` beside it.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use crate::error::Scope;
use crate::retry_after::{of_span, server_time};

/// What is left of a rate limit after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Requests that may still be sent.
    pub requests: Option<u64>,
    /// Tokens that may still be used; the least, where a provider counts them in several ways.
    pub tokens: Option<u64>,
    /// Until what is used up is there again; if nothing is used up, until everything is.
    pub reset_after: Option<Duration>,
}

/// The headers of one limit: what remains, when it is full again, and what it counts.
const LIMITS: [(&str, &str, Scope); 6] = [
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", Scope::Requests),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", Scope::Tokens),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", Scope::Requests),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset", Scope::Tokens),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset", Scope::Tokens),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset", Scope::Tokens),
];

impl Room {
    /// `None` if the headers say nothing of any limit.
    pub(crate) fn of_headers(headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let now = server_time(headers, now);
        let limits = LIMITS.map(|(remaining, reset, counts)| {
            let remaining = text(remaining).and_then(|remaining| remaining.parse::<u64>().ok());
            (counts, remaining, text(reset).and_then(|reset| until(reset, now)))
        });
        let least = |scope| limits.iter().filter(|limit| limit.0 == scope).filter_map(|limit| limit.1).min();
        let used_up = limits.iter().filter(|limit| limit.1 == Some(0)).filter_map(|limit| limit.2).max();
        let room = Self {
            requests: least(Scope::Requests),
            tokens: least(Scope::Tokens),
            reset_after: used_up.or_else(|| limits.iter().filter_map(|limit| limit.2).max()),
        };
        (room != Self { requests: None, tokens: None, reset_after: None }).then_some(room)
    }

    /// What is used up.
    pub(crate) fn exhausted(&self) -> Scope {
        match (self.requests, self.tokens) {
            (Some(0), _) => Scope::Requests,
            (_, Some(0)) => Scope::Tokens,
            _ => Scope::Unknown,
        }
    }
}

/// How long it is until `reset`: a span such as `2m59.56s` or `6ms`, seconds, a time as RFC 3339 has it, or Unix seconds.
/// What is past is zero.
fn until(reset: &str, now: Timestamp) -> Option<Duration> {
    /// More seconds than any limit is long, and fewer than have passed since 1970.
    const UNIX_TIMES: f64 = 1e9;
    let seconds = match reset.parse::<Timestamp>() {
        Ok(moment) => now.duration_until(moment).as_secs_f64(),
        Err(_) => match reset.parse::<f64>() {
            Ok(seconds) if seconds > UNIX_TIMES => seconds - now.as_duration().as_secs_f64(),
            Ok(seconds) => seconds,
            Err(_) => return of_span(reset),
        },
    };
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn headers_say_how_much_is_left() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let room = |requests, tokens, ms: Option<u64>| {
            Some(Room { requests, tokens, reset_after: ms.map(Duration::from_millis) })
        };
        for (headers, expected) in [
            (&[][..], None),
            (&[("x-ratelimit-limit-requests", "60"), ("x-ratelimit-remaining-requests", "many")], None),
            (
                &[("x-ratelimit-remaining-requests", "59"), ("x-ratelimit-reset-requests", "1s")],
                room(Some(59), None, Some(1000)),
            ),
            // Groq, C3: nothing is used up, so the longest counts.
            (
                &[
                    ("x-ratelimit-remaining-requests", "14370"),
                    ("x-ratelimit-remaining-tokens", "17997"),
                    ("x-ratelimit-reset-requests", "2m59.56s"),
                    ("x-ratelimit-reset-tokens", "7.66s"),
                ],
                room(Some(14_370), Some(17_997), Some(179_560)),
            ),
            // The tokens are used up; that requests are back later does not matter.
            (
                &[
                    ("x-ratelimit-remaining-requests", "3"),
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-requests", "2m"),
                    ("x-ratelimit-reset-tokens", "6ms"),
                ],
                room(Some(3), Some(0), Some(6)),
            ),
            (
                &[
                    ("anthropic-ratelimit-requests-remaining", "49"),
                    ("anthropic-ratelimit-requests-reset", "2026-11-22T12:10:00Z"),
                    ("anthropic-ratelimit-tokens-remaining", "900"),
                    ("anthropic-ratelimit-input-tokens-remaining", "0"),
                    ("anthropic-ratelimit-input-tokens-reset", "2026-11-22T12:00:07.5Z"),
                    ("anthropic-ratelimit-output-tokens-remaining", "800"),
                    ("anthropic-ratelimit-output-tokens-reset", "2026-11-22T12:01:00Z"),
                ],
                room(Some(49), Some(0), Some(7500)),
            ),
            // Unix seconds, past and to come; seconds; by the server's own clock.
            (&[("anthropic-ratelimit-tokens-reset", "1795348809")], room(None, None, Some(9000))),
            (&[("anthropic-ratelimit-tokens-reset", "1795348000")], room(None, None, Some(0))),
            (&[("x-ratelimit-reset-tokens", "12.5")], room(None, None, Some(12_500))),
            (
                &[
                    ("anthropic-ratelimit-tokens-reset", "2026-11-22T15:00:04Z"),
                    ("date", "Sun, 22 Nov 2026 15:00:00 GMT"),
                ],
                room(None, None, Some(4000)),
            ),
            (&[("x-ratelimit-reset-tokens", "soon")], None),
            (&[("x-ratelimit-reset-tokens", "NaN")], room(None, None, Some(0))),
            (&[("x-ratelimit-reset-tokens", "1e99")], None),
        ] {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(Room::of_headers(&map, now), expected, "{headers:?}");
        }
    }
}
