//! Errors as OpenAI writes them: `{"error": {"message", "type", "param", "code"}}`.

use serde_json::json;

use crate::mock_llm::refusal::Refusal;
use crate::mock_llm::vendor::Said;

/// What OpenAI says about `refusal` to a question to `model`.
pub(crate) fn refuse(refusal: &Refusal, model: &str) -> Said {
    const INVALID: &str = "invalid_request_error";
    let invalid = |param, code, message| (400, INVALID, Some(param), Some(code), message);
    let (status, kind, param, code, message) = match refusal {
        Refusal::RateLimit(form, wait) => {
            let message = format!("Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3.{}", form.words(*wait));
            (429, "requests", None, Some("rate_limit_exceeded"), message)
        }
        Refusal::DailyQuota => (
            429,
            "requests",
            None,
            Some("rate_limit_exceeded"),
            format!("Rate limit reached for {model} on requests per day (RPD): Limit 200, Used 200. Please try again in 7h12m0s."),
        ),
        Refusal::RequestTooLarge => (
            429,
            "tokens",
            None,
            Some("rate_limit_exceeded"),
            format!("Request too large for {model} on tokens per min (TPM): Limit 7000, Requested 12903."),
        ),
        Refusal::InsufficientQuota => (
            429,
            "insufficient_quota",
            None,
            Some("insufficient_quota"),
            "You exceeded your current quota, please check your plan and billing details.".to_owned(),
        ),
        Refusal::PaymentRequired => {
            (402, INVALID, None, Some("payment_required"), "Insufficient balance: add credits and try again.".to_owned())
        }
        Refusal::WrongKey => (401, INVALID, None, Some("invalid_api_key"), "Incorrect API key provided.".to_owned()),
        Refusal::Forbidden => (
            403,
            "permission_error",
            None,
            Some("forbidden"),
            format!("This project does not have access to model `{model}`."),
        ),
        Refusal::NoSuchModel => (
            404,
            INVALID,
            Some("model"),
            Some("model_not_found"),
            format!("The model `{model}` does not exist or you do not have access to it."),
        ),
        Refusal::Decommissioned => invalid("model", "model_decommissioned", format!("The model `{model}` has been decommissioned and is no longer supported.")),
        Refusal::ContextOverflow => invalid("messages", "context_length_exceeded", "This model's maximum context length is 8192 tokens. However, your messages resulted in 12903 tokens.".to_owned()),
        Refusal::UnsupportedTemperature => invalid("temperature", "unsupported_value", "Unsupported value: 'temperature' is not supported with this model. Only the default (1) is.".to_owned()),
        Refusal::UnsupportedMaxTokens => invalid("max_tokens", "unsupported_parameter", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
                .to_owned()),
        Refusal::ToolUseFailed => (
            400,
            INVALID,
            None,
            Some("tool_use_failed"),
            "Failed to call a function. Please adjust your prompt.".to_owned(),
        ),
        Refusal::BodyTooLarge => (413, INVALID, None, None, "The request is larger than 8 MiB.".to_owned()),
        Refusal::RequestTimeout => (408, "timeout", None, None, "The request took too long to arrive.".to_owned()),
        Refusal::Conflict => (409, "conflict", None, None, "The resource was changed by another request.".to_owned()),
        Refusal::Internal | Refusal::DoNotRetry => {
            (500, "server_error", None, None, "The server had an error while processing your request.".to_owned())
        }
        Refusal::BadGateway => (502, "server_error", None, None, "Bad gateway.".to_owned()),
        Refusal::UnavailablePage => (503, "server_error", None, None, "The engine is unavailable.".to_owned()),
        Refusal::GatewayTimeout => (504, "server_error", None, None, "Gateway timeout.".to_owned()),
        Refusal::Overloaded => (
            529,
            "overloaded_error",
            None,
            Some("overloaded"),
            "The engine is currently overloaded, please try again later.".to_owned(),
        ),
        Refusal::BadQuestion(why) => (400, INVALID, None, None, why.clone()),
        Refusal::NoSuchPath => (404, INVALID, None, None, "Unknown request URL.".to_owned()),
    };
    Said { status, body: json!({"error": {"message": message, "type": kind, "param": param, "code": code}}) }
}
