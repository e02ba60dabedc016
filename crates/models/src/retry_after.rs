//! How long a provider asks us to wait, out of headers and words. Pure; the moment is an argument.
//!
//! Only failures are asked: Anthropic sends `retry-after` with answers too. When a limit is reached and nothing here
//! says how long, [`Room`](crate::Room) does.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap};

/// Headers in milliseconds; the second is Azure's.
const IN_MILLISECONDS: [&str; 2] = ["retry-after-ms", "x-ms-retry-after-ms"];

/// The wait that the headers ask for. An HTTP date is measured from the server's own `date`, or else from `now`;
/// one that is past is zero. What makes no sense is nothing.
pub(crate) fn of_headers(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(ms) = IN_MILLISECONDS.into_iter().find_map(|name| text(name)?.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    let value = text("retry-after")?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    Some(Duration::try_from(server_time(headers, now).duration_until(http_date(value)?)).unwrap_or(Duration::ZERO))
}

/// The moment by the server's own clock, which may be wrong by hours, if it says it; or else `now`.
pub(crate) fn server_time(headers: &HeaderMap, now: Timestamp) -> Timestamp {
    headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?)).unwrap_or(now)
}

fn http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

/// The wait in words such as "Please try again in 1m0.363s" (Groq) or "in 644ms" (OpenAI).
pub(crate) fn of_words(message: &str) -> Option<Duration> {
    let (_, rest) = message.split_once("try again in ")?;
    of_span(rest.split(|c: char| c.is_whitespace()).next()?.trim_end_matches(['.', ',']))
}

/// A span such as `1m0.36s`, `644ms` or `34.4s`.
pub(crate) fn of_span(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let seconds = match unit {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn headers_ask_for_a_wait_or_for_nothing() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let seconds = |s: f64| Some(Duration::from_secs_f64(s));
        for (headers, wait) in [
            (&[][..], None),
            (&[("retry-after", "7")], seconds(7.0)),
            (&[("retry-after", "1.5")], seconds(1.5)),
            (&[("retry-after", "0")], seconds(0.0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "NaN")], None),
            (&[("retry-after", "1e9")], seconds(1e9)),
            (&[("retry-after", "1e99")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT")], seconds(30.0)),
            (&[("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")], seconds(0.0)),
            (
                &[("retry-after", "Sun, 22 Nov 2026 15:00:30 GMT"), ("date", "Sun, 22 Nov 2026 15:00:00 GMT")],
                seconds(30.0),
            ),
            (&[("retry-after-ms", "250"), ("retry-after", "7")], seconds(0.25)),
            (&[("x-ms-retry-after-ms", "90")], seconds(0.09)),
        ] {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(of_headers(&map, now), wait, "{headers:?}");
        }
    }

    #[test]
    fn words_ask_for_a_wait_or_for_nothing() {
        for (words, ms) in [
            ("Please try again in 1m0.363s. Visit", Some(60_363)),
            ("Please try again in 644ms.", Some(644)),
            ("try again in 2h0m1s", Some(7_201_000)),
            ("try again in a moment", None),
            ("try again in 5", None),
            ("try again in ", None),
            ("try again in 1e9d", None),
            ("slow down", None),
        ] {
            assert_eq!(of_words(words), ms.map(Duration::from_millis), "{words}");
        }
    }
}
