//! Errors as Anthropic writes them: `{"type": "error", "error": {"type", "message"}}`.

use serde_json::json;

use crate::mock_llm::refusal::Refusal;
use crate::mock_llm::vendor::Said;

/// What Anthropic says about `refusal` to a question to `model`.
pub(crate) fn refuse(refusal: &Refusal, model: &str) -> Said {
    const INVALID: &str = "invalid_request_error";
    let (status, kind, message) = match refusal {
        Refusal::RateLimit(form, wait) => {
            let message = format!(
                "This request would exceed your organization's rate limit of 50 requests per minute.{}",
                form.words(*wait)
            );
            (429, "rate_limit_error", message)
        }
        Refusal::DailyQuota => (
            429,
            "rate_limit_error",
            "This request would exceed your organization's rate limit of 1000000 tokens per day.".to_owned(),
        ),
        Refusal::RequestTooLarge => (
            429,
            "rate_limit_error",
            "Request too large: it has 12903 input tokens, your rate limit is 7000 input tokens per minute.".to_owned(),
        ),
        Refusal::InsufficientQuota => {
            (400, INVALID, "Your credit balance is too low to access the Anthropic API.".to_owned())
        }
        Refusal::PaymentRequired => (402, "billing_error", "Your account has a billing problem.".to_owned()),
        Refusal::WrongKey => (401, "authentication_error", "invalid x-api-key".to_owned()),
        Refusal::Forbidden => {
            (403, "permission_error", "Your API key does not have permission to use this resource.".to_owned())
        }
        Refusal::NoSuchModel => (404, "not_found_error", format!("model: {model}")),
        Refusal::Decommissioned => {
            (400, INVALID, format!("The model {model} has been decommissioned and is no longer supported."))
        }
        Refusal::ContextOverflow => (400, INVALID, "prompt is too long: 212903 tokens > 200000 maximum".to_owned()),
        Refusal::UnsupportedTemperature => (400, INVALID, "temperature is not supported by this model".to_owned()),
        Refusal::UnsupportedMaxTokens => {
            let limit = "which is the maximum allowed number of output tokens for";
            (400, INVALID, format!("max_tokens: 64000 > 8192, {limit} {model}"))
        }
        Refusal::ToolUseFailed => (400, INVALID, "The model wrote a tool call that cannot be read.".to_owned()),
        Refusal::BodyTooLarge => (413, "request_too_large", "Request exceeds the maximum size".to_owned()),
        Refusal::RequestTimeout => (408, "timeout_error", "Request timed out".to_owned()),
        Refusal::Conflict => (409, "conflict_error", "The resource was changed by another request".to_owned()),
        Refusal::Internal | Refusal::DoNotRetry => (500, "api_error", "Internal server error".to_owned()),
        Refusal::BadGateway => (502, "api_error", "Bad gateway".to_owned()),
        Refusal::UnavailablePage => (503, "api_error", "Service unavailable".to_owned()),
        Refusal::GatewayTimeout => (504, "timeout_error", "Request timed out".to_owned()),
        Refusal::Overloaded => (529, "overloaded_error", "Overloaded".to_owned()),
        Refusal::BadQuestion(why) => (400, INVALID, why.clone()),
        Refusal::NoSuchPath => (404, "not_found_error", "Not Found".to_owned()),
    };
    Said { status, body: json!({"type": "error", "error": {"type": kind, "message": message}}) }
}
