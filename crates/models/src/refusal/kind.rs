//! Which error a refusal makes. Pure.
//!
//! The status alone misleads: a wrong key is 400 at some providers and 403 at others, a full quota is 429, and an error
//! may stand inside an answer of status 200. So the code is read first, then the words, then the status.

use super::Said;
use crate::dialect::Parameter;

/// The kinds of [`Error`](crate::Error) that a refusal can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Auth,
    Billing,
    NotFound,
    BadRequest,
    /// It does not take this parameter.
    Unsupported(String),
    ContextOverflow,
    TooLarge,
    Busy,
    Overloaded,
    Server,
    /// The model wrote what its provider could not read.
    Malformed,
}

impl Said {
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
                "billing_error",
            ])
            || says(&[
                "credit balance is too low",
                "reached your specified api usage limits",
                "prepayment credits are depleted",
            ])
            || says(&["free_tier"]) && says(&["limit: 0,", "limit: 0\n"])
        {
            return Kind::Billing;
        }
        let blames_question = matches!(status, 200 | 400 | 413 | 422 | 429);
        if self.has_code(&["context_length_exceeded", "exceed_context_size_error"]) || blames_question && says(TOO_LONG)
        {
            return Kind::ContextOverflow;
        }
        if status == 413
            || self.has_code(&["request_too_large"])
            || blames_question && (says(&["request too large"]) || asks_beyond_limit(&words))
        {
            return Kind::TooLarge;
        }
        if self.has_code(&["model_not_found", "model_decommissioned", "not_found_error", "invalid_model"])
            || blames_question && says(NO_MODEL)
        {
            return Kind::NotFound;
        }
        let is_wrong_key =
            self.has_code(&["invalid_api_key", "api_key_invalid", "authentication_error", "permission_error"]);
        if is_wrong_key || says(&["incorrect api key", "invalid api key", "api key not valid"]) {
            return Kind::Auth;
        }
        if self.has_code(&["tool_use_failed"]) {
            return Kind::Malformed;
        }
        let is_unsupported = self.has_code(UNSUPPORTED_CODES) || says(UNSUPPORTED);
        if matches!(status, 200 | 400 | 422)
            && is_unsupported
            && let Some(parameter) = self.parameter.clone().or_else(|| parameter_in(&words))
        {
            return Kind::Unsupported(parameter);
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

    fn has_code(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.iter().any(|known| code.eq_ignore_ascii_case(known)))
    }
}

/// Words for a question that is longer than the model's context: OpenAI's and its likes', Anthropic's, Gemini's, xAI's.
const TOO_LONG: &[&str] = &[
    "maximum context length",
    "context window",
    "context length",
    "context size",
    "exceed context limit",
    "prompt is too long",
    "input token count",
    "maximum prompt length",
];

/// Words for a model that there is not, where the code says nothing: `OpenRouter`'s and `DeepSeek`'s.
const NO_MODEL: &[&str] = &["is not a valid model id", "supported api model names are", "has been decommissioned"];

/// Codes for a parameter that is not taken; the last is `FastAPI`'s.
const UNSUPPORTED_CODES: &[&str] =
    &["unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"];

/// Words for the same, which mean it only beside the name of a parameter.
const UNSUPPORTED: &[&str] = &[
    "not supported",
    "unsupported",
    "does not support",
    "doesn't support",
    "unrecognized request argument",
    "unknown parameter",
    "unknown name",
    "extra inputs are not permitted",
    "is deprecated",
    "is unavailable now",
    "is the maximum allowed number of output tokens",
];

/// The first parameter in `words` that could be left out.
fn parameter_in(words: &str) -> Option<String> {
    let mut words = words.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.find(|word| Parameter::named(word).is_some()).map(str::to_owned)
}

/// "Limit 7000, Requested 12903" (Groq and OpenAI): no wait makes room for it.
fn asks_beyond_limit(words: &str) -> bool {
    let number_after = |word: &str| {
        words.match_indices(word).find_map(|(at, word)| {
            let rest = words[at + word.len()..].trim_start_matches([' ', ':']);
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse::<u64>().ok()
        })
    };
    matches!((number_after("limit"), number_after("requested")), (Some(limit), Some(requested)) if requested > limit)
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
            r#"{"error":{"code":429,"message":"Your prepayment credits are depleted.","status":"RESOURCE_EXHAUSTED"}}"#,
            Kind::Billing,
        ),
        (
            429,
            r#"{"error":{"code":429,"message":"* metric: a_free_tier_requests, limit: 0, model: m","status":"RESOURCE_EXHAUSTED"}}"#,
            Kind::Billing,
        ),
        (
            429,
            r#"{"error":{"code":429,"message":"check your plan and billing details\n* metric: a_free_tier_requests, limit: 20, model: m","status":"RESOURCE_EXHAUSTED"}}"#,
            Kind::Busy,
        ),
        (
            429,
            r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
            Kind::Busy,
        ),
        (413, r#"{"error":{"message":"Request too large for model","code":"rate_limit_exceeded"}}"#, Kind::TooLarge),
        (
            429,
            r#"{"error":{"message":"on tokens per minute (TPM): Limit 7000, Requested 12903","code":"rate_limit_exceeded"}}"#,
            Kind::TooLarge,
        ),
        (
            429,
            r#"{"error":{"message":"on tokens per minute (TPM): Limit 7000, Used 6900, Requested 500","code":"rate_limit_exceeded"}}"#,
            Kind::Busy,
        ),
        (413, r#"{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#, Kind::TooLarge),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","message":"prompt is too long: 2 tokens > 1 maximum"}}"#,
            Kind::ContextOverflow,
        ),
        (
            400,
            r#"{"error":{"code":400,"message":"The input token count (2) exceeds the maximum number of tokens allowed (1)."}}"#,
            Kind::ContextOverflow,
        ),
        (
            400,
            r#"{"error":{"message":"too long","type":"exceed_context_size_error","code":400}}"#,
            Kind::ContextOverflow,
        ),
        (400, r#"{"error":{"message":"This model's maximum context length is 8192 tokens"}}"#, Kind::ContextOverflow),
        (
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#,
            Kind::Billing,
        ),
        (
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}"#,
            Kind::Billing,
        ),
        (200, r#"{"type":"error","error":{"type":"billing_error","message":"pay"}}"#, Kind::Billing),
        (
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 2 tokens > 1 maximum"}}"#,
            Kind::ContextOverflow,
        ),
        (
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 1 + 2 > 2"}}"#,
            Kind::ContextOverflow,
        ),
        (200, r#"{"type":"error","error":{"type":"permission_error","message":"no"}}"#, Kind::Auth),
        (404, r#"{"error":"Specified model not found: x"}"#, Kind::NotFound),
        (404, r#"{"detail":"Not Found"}"#, Kind::NotFound),
        (400, r#"{"error":{"code":"model_decommissioned","message":"gone"}}"#, Kind::NotFound),
        (
            400,
            r#"{"code":"1500","message":"Invalid model: x","object":"error","type":"invalid_model"}"#,
            Kind::NotFound,
        ),
        (400, r#"{"error":{"code":"unsupported_parameter","message":"no"}}"#, Kind::BadRequest),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","message":"The model `m` has been decommissioned"}}"#,
            Kind::NotFound,
        ),
        (
            400,
            r#"{"error":{"message":"tools.0: For 'object' type, property 'properties' is not supported"}}"#,
            Kind::BadRequest,
        ),
        (400, r#"{"error":{"message":"temperature must be at most 1"}}"#, Kind::BadRequest),
        (400, r#"{"error":{"code":400,"message":"openai/x is not a valid model ID"}}"#, Kind::NotFound),
        (400, r#"{"error":{"message":"The supported API model names are a or b, but you passed c."}}"#, Kind::NotFound),
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
        for (status, body, kind) in REFUSALS {
            let said = Said::read(&serde_json::from_str(body).unwrap());
            assert_eq!(said.kind(*status), *kind, "{status} {body}");
        }
    }

    #[test]
    fn a_parameter_that_is_not_taken_is_named() {
        for (status, body, parameter) in [
            (400, r#"{"error":{"code":"unsupported_parameter","param":"max_tokens","message":"no"}}"#, "max_tokens"),
            (
                400,
                r#"{"error":{"code":"unsupported_value","param":"messages[0].role","message":"no"}}"#,
                "messages[0].role",
            ),
            (
                400,
                r#"{"error":{"code":"unsupported_parameter","message":"use max_completion_tokens"}}"#,
                "max_completion_tokens",
            ),
            (400, r#"{"error":{"param":null,"message":"Unrecognized request argument supplied: seed"}}"#, "seed"),
            (400, r#"{"error":{"message":"`temperature` is deprecated for this model."}}"#, "temperature"),
            (400, r#"{"error":{"message":"property 'stream_options' is unsupported"}}"#, "stream_options"),
            (
                400,
                r#"{"error":{"message":"max_tokens: 9 > 8, which is the maximum allowed number of output tokens for m"}}"#,
                "max_tokens",
            ),
            (400, r#"{"error":{"message":"This response_format type is unavailable now"}}"#, "response_format"),
            (
                422,
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}"#,
                "seed",
            ),
            (200, r#"{"error":{"code":400,"message":"Unknown name \"seed\" at 'generation_config'"}}"#, "seed"),
        ] {
            let said = Said::read(&serde_json::from_str(body).unwrap());
            assert_eq!(said.kind(status), Kind::Unsupported(parameter.to_owned()), "{status} {body}");
        }
    }
}
