//! Why there is an error instead of an answer. Each vendor says it in its own way: see `refusal.rs` of each.

use std::fmt;
use std::time::Duration;

use super::vendor::Vendor;

/// Why there is an error instead of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// 429, with a wait that is told in this form.
    RateLimit(WaitForm, Duration),
    /// 429 until tomorrow.
    DailyQuota,
    /// 429 that no wait helps against: this one request is above the limit of a minute.
    RequestTooLarge,
    /// Nothing paid, nothing left.
    InsufficientQuota,
    PaymentRequired,
    WrongKey,
    Forbidden,
    NoSuchModel,
    Decommissioned,
    ContextOverflow,
    UnsupportedTemperature,
    UnsupportedMaxTokens,
    BodyTooLarge,
    /// The provider could not read the call that its model wrote.
    ToolUseFailed,
    RequestTimeout,
    Conflict,
    Internal,
    /// 500 that asks not to be asked again.
    DoNotRetry,
    BadGateway,
    /// 503 with a web page.
    UnavailablePage,
    GatewayTimeout,
    Overloaded,
    /// The question makes no sense, for this reason.
    BadQuestion(String),
    /// There is nothing at this path.
    NoSuchPath,
}

/// How a wait is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitForm {
    /// As the vendor does: a header, or Gemini's `RetryInfo`.
    Vendor,
    None,
    Seconds,
    Float,
    /// An HTTP date in the future.
    Date,
    /// An HTTP date that is over.
    DatePast,
    Milliseconds,
    XRatelimitReset,
    AnthropicReset,
    RetryInfo,
    /// Only in the message.
    Text,
    Garbage,
    Zero,
    Negative,
    Huge,
}

impl WaitForm {
    pub(super) const ALL: [Self; 15] = [
        Self::Vendor,
        Self::None,
        Self::Seconds,
        Self::Float,
        Self::Date,
        Self::DatePast,
        Self::Milliseconds,
        Self::XRatelimitReset,
        Self::AnthropicReset,
        Self::RetryInfo,
        Self::Text,
        Self::Garbage,
        Self::Zero,
        Self::Negative,
        Self::Huge,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::None => "none",
            Self::Seconds => "seconds",
            Self::Float => "float",
            Self::Date => "date",
            Self::DatePast => "date-past",
            Self::Milliseconds => "ms",
            Self::XRatelimitReset => "x-ratelimit-reset",
            Self::AnthropicReset => "anthropic-reset",
            Self::RetryInfo => "retry-info",
            Self::Text => "text",
            Self::Garbage => "garbage",
            Self::Zero => "zero",
            Self::Negative => "negative",
            Self::Huge => "huge",
        }
    }

    /// The headers that tell `wait` to a client of `vendor`, at `now`.
    pub(super) fn headers(self, vendor: Vendor, wait: Duration, now: jiff::Timestamp) -> Vec<(&'static str, String)> {
        let retry_after = |value: String| vec![("retry-after", value)];
        match self {
            // Gemini tells it in the body.
            Self::Vendor if vendor == Vendor::Gemini => vec![],
            Self::Vendor | Self::Seconds => retry_after(wait.as_secs_f64().ceil().to_string()),
            Self::Float => retry_after(format!("{:.1}", wait.as_secs_f64())),
            Self::Date => retry_after(http_date(later(now, wait))),
            Self::DatePast => retry_after(http_date(now.checked_sub(wait).unwrap_or(now))),
            Self::Milliseconds => vec![("retry-after-ms", wait.as_millis().to_string())],
            Self::XRatelimitReset => vec![
                ("x-ratelimit-remaining-requests", "0".to_owned()),
                ("x-ratelimit-reset-requests", Span(wait).to_string()),
                ("x-ratelimit-remaining-tokens", "0".to_owned()),
                ("x-ratelimit-reset-tokens", Span(wait).to_string()),
            ],
            Self::AnthropicReset => vec![
                ("anthropic-ratelimit-requests-remaining", "0".to_owned()),
                ("anthropic-ratelimit-requests-reset", rfc_3339(later(now, wait))),
            ],
            Self::Garbage => retry_after("soon".to_owned()),
            Self::Zero => retry_after("0".to_owned()),
            Self::Negative => retry_after("-3".to_owned()),
            Self::Huge => retry_after("1e9".to_owned()),
            Self::None | Self::RetryInfo | Self::Text => vec![],
        }
    }

    /// What the message says of `wait`, as a sentence to append.
    pub(super) fn words(self, wait: Duration) -> String {
        if self == Self::Text { format!(" Please try again in {}.", Span(wait)) } else { String::new() }
    }
}

/// A span of time as vendors write it: `2m59.56s`, `644ms`.
pub(super) struct Span(pub(super) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.as_secs() / 60;
        let rest = self.0.saturating_sub(Duration::from_mins(minutes));
        match (minutes, rest) {
            (0, rest) if rest < Duration::from_secs(1) => write!(f, "{}ms", rest.as_millis()),
            (0, rest) => write!(f, "{}s", rest.as_secs_f64()),
            (minutes, rest) => write!(f, "{minutes}m{}s", rest.as_secs_f64()),
        }
    }
}

/// `at` as HTTP writes it.
fn http_date(at: jiff::Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `at` to the second, as Anthropic writes it.
pub(super) fn rfc_3339(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `wait` after `now`, rounded up to the second, so that nobody comes too early.
pub(super) fn later(now: jiff::Timestamp, wait: Duration) -> jiff::Timestamp {
    now.checked_add(Duration::from_secs(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_every_form() {
        use WaitForm as F;
        let now: jiff::Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for (form, ms, expected) in [
            (F::Vendor, 2_000, "retry-after: 2"),
            (F::None, 2_000, ""),
            (F::Seconds, 1_500, "retry-after: 2"),
            (F::Float, 1_500, "retry-after: 1.5"),
            (F::Date, 30_000, "retry-after: Sun, 22 Nov 2026 12:00:30 GMT"),
            (F::DatePast, 30_000, "retry-after: Sun, 22 Nov 2026 11:59:30 GMT"),
            (F::Milliseconds, 250, "retry-after-ms: 250"),
            (
                F::XRatelimitReset,
                179_560,
                "x-ratelimit-remaining-requests: 0, x-ratelimit-reset-requests: 2m59.56s, \
                 x-ratelimit-remaining-tokens: 0, x-ratelimit-reset-tokens: 2m59.56s",
            ),
            (
                F::AnthropicReset,
                30_000,
                "anthropic-ratelimit-requests-remaining: 0, anthropic-ratelimit-requests-reset: 2026-11-22T12:00:30Z",
            ),
            (F::RetryInfo, 2_000, ""),
            (F::Text, 2_000, ""),
            (F::Garbage, 2_000, "retry-after: soon"),
            (F::Zero, 2_000, "retry-after: 0"),
            (F::Negative, 2_000, "retry-after: -3"),
            (F::Huge, 2_000, "retry-after: 1e9"),
        ] {
            let headers = form.headers(Vendor::OpenAi, Duration::from_millis(ms), now);
            let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            assert_eq!(headers.join(", "), expected, "{form:?}");
        }
        assert_eq!(Span(Duration::from_millis(644)).to_string(), "644ms");
        assert_eq!(Span(Duration::from_millis(7_660)).to_string(), "7.66s");
    }
}
