//! What a provider's error body says, and which error it makes. Pure; between a decoder and the caller's [`crate::Error`].
//!
//! The status alone misleads: a wrong key is 400 at some providers and 403 at others, a full quota is 429, and an error
//! may stand inside an answer of status 200. So the code is read first, then the words, then the status.

use std::time::Duration;

use serde_json::Value;

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
    /// Moderation refused the content.
    pub(crate) is_flagged: bool,
}

/// The kinds of [`Error`](crate::Error) that a refusal can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Auth,
    Billing,
    NotFound,
    BadRequest,
    ContextOverflow,
    Busy,
    Overloaded,
    Server,
    /// The model wrote what its provider could not read.
    Malformed,
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
        let codes = [reason, inner.get("code"), inner.get("type"), inner.get("status")]
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let in_details = details.iter().find_map(|detail| retry_after::of_span(detail.get("retryDelay")?.as_str()?));
        Self {
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
        Self { message: text.to_owned(), retry_after: retry_after::of_words(text), ..Self::default() }
    }

    /// The most telling code, if there is one.
    pub(crate) fn code(&self) -> Option<String> {
        self.codes.first().cloned().or_else(|| self.status.map(|status| status.to_string()))
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.iter().any(|known| code.eq_ignore_ascii_case(known)))
    }

    /// Which error this is, said with the HTTP status `status`.
    pub(crate) fn kind(&self, status: u16) -> Kind {
        // Inside an answer that began well the code is the only status there is.
        let status = if status < 400 { self.status.unwrap_or(status) } else { status };
        let words = self.message.to_lowercase();
        let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
        if status == 402
            || self.has_code(&[
                "insufficient_quota",
                "billing_not_active",
                "billing_hard_limit_reached",
                "insufficient_credits",
            ])
        {
            return Kind::Billing;
        }
        let may_be_too_long = matches!(status, 200 | 400 | 413 | 422 | 429);
        if status == 413
            || self.has_code(&["context_length_exceeded", "exceed_context_size_error", "request_too_large"])
            || may_be_too_long
                && says(&["maximum context length", "context window", "context length", "request too large"])
        {
            return Kind::ContextOverflow;
        }
        if self.has_code(&["model_not_found", "model_decommissioned", "not_found_error", "invalid_model"]) {
            return Kind::NotFound;
        }
        let is_wrong_key = self.has_code(&["invalid_api_key", "api_key_invalid", "authentication_error"]);
        if is_wrong_key || says(&["incorrect api key", "invalid api key", "api key not valid"]) {
            return Kind::Auth;
        }
        if self.has_code(&["tool_use_failed"]) {
            return Kind::Malformed;
        }
        if self.has_code(&["overloaded_error", "overloaded", "engine_overloaded"]) {
            return Kind::Overloaded;
        }
        if self.has_code(&["rate_limit_exceeded", "rate_limit_error", "resource_exhausted"]) {
            return Kind::Busy;
        }
        match status {
            403 if self.is_flagged => Kind::BadRequest,
            401 | 403 => Kind::Auth,
            404 | 405 => Kind::NotFound,
            429 => Kind::Busy,
            503 | 529 => Kind::Overloaded,
            408 | 409 | 425 => Kind::Server,
            400..500 => Kind::BadRequest,
            _ if self.has_code(&["invalid_request_error"]) && status < 400 => Kind::BadRequest,
            _ => Kind::Server,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSALS: &[(u16, &str, Kind)] = &[
        (
            401,
            r#"{"error":{"code":"invalid_api_key","message":"Invalid API Key","type":"invalid_request_error"}}"#,
            Kind::Auth,
        ),
        (
            400,
            r#"[{"error":{"code":400,"message":"API key not valid. Please pass","status":"INVALID_ARGUMENT"}}]"#,
            Kind::Auth,
        ),
        (400, r#"{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}],"message":"no"}}"#, Kind::Auth),
        (400, r#"{"code":"invalid-argument","error":"Incorrect API key provided."}"#, Kind::Auth),
        (403, r#"{"error":{"code":"forbidden","message":"Forbidden"}}"#, Kind::Auth),
        (403, r#"{"error":{"code":403,"message":"flagged","metadata":{"reasons":["violence"]}}}"#, Kind::BadRequest),
        (402, r#"{"error":{"message":"Insufficient Balance"}}"#, Kind::Billing),
        (
            429,
            r#"{"error":{"code":"insufficient_quota","type":"insufficient_quota","message":"exceeded"}}"#,
            Kind::Billing,
        ),
        (
            429,
            r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
            Kind::Busy,
        ),
        (
            413,
            r#"{"error":{"message":"Request too large for model","code":"rate_limit_exceeded"}}"#,
            Kind::ContextOverflow,
        ),
        (
            429,
            r#"{"error":{"message":"Request too large: Limit 7000, Requested 12903","code":"rate_limit_exceeded"}}"#,
            Kind::ContextOverflow,
        ),
        (
            400,
            r#"{"error":{"message":"too long","type":"exceed_context_size_error","code":400}}"#,
            Kind::ContextOverflow,
        ),
        (400, r#"{"error":{"message":"This model's maximum context length is 8192 tokens"}}"#, Kind::ContextOverflow),
        (404, r#"{"error":"Specified model not found: x"}"#, Kind::NotFound),
        (404, r#"{"detail":"Not Found"}"#, Kind::NotFound),
        (400, r#"{"error":{"code":"model_decommissioned","message":"gone"}}"#, Kind::NotFound),
        (
            400,
            r#"{"code":"1500","message":"Invalid model: x","object":"error","type":"invalid_model"}"#,
            Kind::NotFound,
        ),
        (400, r#"{"error":{"code":"unsupported_parameter","message":"use max_completion_tokens"}}"#, Kind::BadRequest),
        (400, r#"{"error":{"code":"tool_use_failed","message":"Failed to call a function"}}"#, Kind::Malformed),
        (422, r#"{"detail":[{"loc":["body","seed"],"msg":"extra"}]}"#, Kind::BadRequest),
        (408, "{}", Kind::Server),
        (409, "{}", Kind::Server),
        (500, "{}", Kind::Server),
        (503, "{}", Kind::Overloaded),
        (529, r#"{"error":{"type":"overloaded_error","message":"Overloaded"}}"#, Kind::Overloaded),
        (200, r#"{"error":{"code":429,"message":"Provider returned error"}}"#, Kind::Busy),
        (200, r#"{"error":{"code":"502","message":"Upstream"}}"#, Kind::Server),
        (200, r#"{"error":{"type":"invalid_request_error","message":"no"}}"#, Kind::BadRequest),
        (200, r#"{"error":{"type":"server_error","message":"no"}}"#, Kind::Server),
        (200, r#"{"error":"boom"}"#, Kind::Server),
    ];

    #[test]
    fn a_refusal_is_what_its_code_its_words_and_its_status_say() {
        for &(status, body, kind) in REFUSALS {
            let said = Said::read(&serde_json::from_str(body).unwrap());
            assert_eq!(said.kind(status), kind, "{status} {body}");
        }
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
