//! What a provider's error body says, whatever its shape. Pure; between a decoder and the caller's [`crate::Error`].
//!
//! Here it is read; `kind` says which error it makes.

mod kind;

use std::time::Duration;

use serde_json::Value;

pub(crate) use self::kind::Kind;
use crate::error::Scope;
use crate::retry_after;

/// An error body, whatever its shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said {
    /// Its code and type, the more telling first.
    pub(crate) codes: Vec<String>,
    pub(crate) message: String,
    /// A numeric code that is an HTTP status.
    pub(crate) status: Option<u16>,
    /// The wait that the body asks for.
    pub(crate) retry_after: Option<Duration>,
    /// The limit that it speaks of, if it speaks of one.
    pub(crate) scope: Scope,
    /// The parameter that it is about.
    pub(crate) parameter: Option<String>,
    /// Moderation refused the content.
    pub(crate) is_flagged: bool,
}

impl Said {
    /// Reads `{"error": {…}}`, `{"error": "…"}`, `{"message": …}`, `{"detail": …}` and any of them in a list.
    pub(crate) fn read(body: &Value) -> Self {
        let top = body.as_array().and_then(|list| list.first()).unwrap_or(body);
        let inner = match top.get("error") {
            Some(error @ Value::Object(_)) => error,
            _ => top,
        };
        let message =
            [top.get("error"), inner.get("message"), inner.get("detail"), inner.get("title"), inner.get("msg")]
                .into_iter()
                .flatten()
                .find_map(Value::as_str)
                .map_or_else(|| inner.to_string(), str::to_owned);
        let upstream = inner.pointer("/metadata/raw").and_then(Value::as_str);
        let message = upstream.map_or(message.clone(), |raw| format!("{message}: {raw}"));
        let details = inner.get("details").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let reason = details.iter().find_map(|detail| detail.get("reason"));
        let codes: Vec<String> = [reason, inner.get("code"), inner.get("type"), inner.get("status")]
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let in_details = details.iter().find_map(|detail| retry_after::of_span(detail.get("retryDelay")?.as_str()?));
        let quotas = details.iter().filter_map(|detail| detail.get("violations")?.as_array()).flatten();
        let quotas = quotas.filter_map(|violation| violation.get("quotaId")?.as_str());
        let of_limits: Vec<&str> = codes.iter().map(String::as_str).chain([message.as_str()]).chain(quotas).collect();
        Self {
            scope: match scope(&of_limits.join(" ")) {
                // OpenAI's types.
                Scope::Unknown if codes.iter().any(|code| code == "tokens") => Scope::Tokens,
                Scope::Unknown if codes.iter().any(|code| code == "requests") => Scope::Requests,
                scope => scope,
            },
            parameter: inner
                .get("param")
                // FastAPI's way: where in the body it is.
                .or_else(|| inner.pointer("/detail/0/loc")?.as_array()?.last())
                .and_then(Value::as_str)
                .map(str::to_owned),
            codes,
            status: inner
                .get("code")
                .and_then(|code| match code {
                    Value::String(text) => text.parse().ok(),
                    code => u16::try_from(code.as_u64()?).ok(),
                })
                .filter(|status| (400..600).contains(status)),
            retry_after: in_details.or_else(|| retry_after::of_words(&message)),
            is_flagged: inner.pointer("/metadata/reasons").is_some(),
            message,
        }
    }

    /// A body that is no JSON.
    pub(crate) fn plain(text: &str) -> Self {
        Self {
            message: text.to_owned(),
            retry_after: retry_after::of_words(text),
            scope: scope(text),
            ..Self::default()
        }
    }

    /// The most telling code, if there is one.
    pub(crate) fn code(&self) -> Option<String> {
        self.codes.first().cloned().or_else(|| self.status.map(|status| status.to_string()))
    }
}

/// What the limit counts that `text` speaks of, as in Gemini's `…PerDay…` and OpenAI's "tokens per min (TPM)".
fn scope(text: &str) -> Scope {
    let text = text.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let has_word = |known: &[&str]| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| known.contains(&word));
    if says(&["per day", "per-day", "perday"]) || has_word(&["rpd", "tpd", "daily"]) {
        Scope::Daily
    } else if says(&["tokens per", "tokensper"]) || has_word(&["tpm"]) {
        Scope::Tokens
    } else if says(&["requests per", "requestsper"]) || has_word(&["rpm"]) {
        Scope::Requests
    } else {
        Scope::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_says_what_it_counts() {
        for (body, scope) in [
            (r#"{"error":{"message":"slow down"}}"#, Scope::Unknown),
            (r#"{"error":{"message":"Too many requests"}}"#, Scope::Unknown),
            (r#"{"error":{"message":"no","type":"tokens"}}"#, Scope::Tokens),
            (r#"{"error":{"message":"no","type":"requests"}}"#, Scope::Requests),
            (r#"{"error":{"message":"on tokens per min (TPM): Limit 9, Used 8, Requested 2"}}"#, Scope::Tokens),
            (r#"{"error":{"message":"on requests per min (RPM): Limit 3","type":"tokens"}}"#, Scope::Requests),
            (r#"{"error":{"message":"on tokens per day (TPD): Limit 9","type":"tokens"}}"#, Scope::Daily),
            (r#"{"error":{"message":"Rate limit exceeded: free-models-per-day"}}"#, Scope::Daily),
            (r#"{"error":{"message":"your daily quota is used up"}}"#, Scope::Daily),
            (
                r#"{"error":{"details":[{"violations":[{"quotaId":"GenerateRequestsPerMinutePerProject"}]}]}}"#,
                Scope::Requests,
            ),
            (
                r#"{"error":{"details":[{"violations":[{"quotaId":"InputTokensPerModelPerMinute"},{"quotaId":"RequestsPerDayPerProject"}]}]}}"#,
                Scope::Daily,
            ),
        ] {
            assert_eq!(Said::read(&serde_json::from_str(body).unwrap()).scope, scope, "{body}");
        }
        assert_eq!(Said::plain("100 requests per minute").scope, Scope::Requests);
    }

    #[test]
    fn a_body_is_read_whatever_its_shape() {
        let said = |codes: &[&str], message: &str| Said {
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            message: message.to_owned(),
            ..Said::default()
        };
        for (body, expected) in [
            (r#"{"error":{"message":"m","type":"T","code":"C"}}"#, said(&["C", "T"], "m")),
            (r#"{"code":"c","error":"m"}"#, said(&["c"], "m")),
            (r#"{"detail":"m"}"#, said(&[], "m")),
            (r#"{"detail":[1]}"#, said(&[], r#"{"detail":[1]}"#)),
            (r#""m""#, said(&[], r#""m""#)),
            (
                r#"{"error":{"code":429,"message":"m","details":[{"retryDelay":"34.4s"}]}}"#,
                Said { status: Some(429), retry_after: Some(Duration::from_millis(34_400)), ..said(&[], "m") },
            ),
            (
                r#"{"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"try again in 2s"}}}"#,
                Said {
                    status: Some(429),
                    retry_after: Some(Duration::from_secs(2)),
                    ..said(&[], "Provider returned error: try again in 2s")
                },
            ),
        ] {
            assert_eq!(Said::read(&serde_json::from_str(body).unwrap()), expected, "{body}");
        }
    }
}
