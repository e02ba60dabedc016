//! Errors as Gemini writes them: `{"error": {"code", "message", "status", "details"}}`. A wrong key is a 400.

use std::time::Duration;

use serde_json::{Value, json};

use crate::mock_llm::refusal::{Refusal, WaitForm};
use crate::mock_llm::vendor::Said;

/// What Gemini says about `refusal` to a question to `model`.
pub(crate) fn refuse(refusal: &Refusal, model: &str) -> Said {
    const INVALID: &str = "INVALID_ARGUMENT";
    const EXHAUSTED: &str = "RESOURCE_EXHAUSTED";
    let quota = || "You exceeded your current quota, please check your plan and billing details.".to_owned();
    let (status, word, message, details) = match refusal {
        Refusal::RateLimit(form, wait) => {
            let message = format!("{}{}", quota(), form.words(*wait));
            let mut details = vec![quota_failure("PerMinute", model)];
            if matches!(form, WaitForm::Vendor | WaitForm::RetryInfo) {
                details.push(retry_info(*wait));
            }
            (429, EXHAUSTED, message, details)
        }
        Refusal::DailyQuota => {
            let details = vec![quota_failure("PerDay", model), retry_info(Duration::from_millis(34_400))];
            (429, EXHAUSTED, quota(), details)
        }
        Refusal::RequestTooLarge => (
            429,
            EXHAUSTED,
            "Request too large: Limit 7000 input tokens per minute, Requested 12903.".to_owned(),
            vec![quota_failure("PerMinute", model)],
        ),
        Refusal::InsufficientQuota => (
            429,
            EXHAUSTED,
            "Your prepayment credits are depleted, please check your billing details.".to_owned(),
            vec![reason("insufficient_quota")],
        ),
        Refusal::PaymentRequired => (402, "FAILED_PRECONDITION", "Billing is not enabled.".to_owned(), vec![]),
        Refusal::WrongKey => (
            400,
            INVALID,
            "API key not valid. Please pass a valid API key.".to_owned(),
            vec![reason("API_KEY_INVALID")],
        ),
        Refusal::Forbidden => (403, "PERMISSION_DENIED", "The caller does not have permission".to_owned(), vec![]),
        Refusal::NoSuchModel => (
            404,
            "NOT_FOUND",
            format!("models/{model} is not found for API version v1beta, or is not supported for generateContent."),
            vec![],
        ),
        Refusal::Decommissioned => {
            (400, INVALID, format!("models/{model} has been decommissioned."), vec![reason("model_decommissioned")])
        }
        Refusal::ContextOverflow => (
            400,
            INVALID,
            "The input token count (1212903) exceeds the maximum number of tokens allowed, the context window of 1048576."
                .to_owned(),
            vec![],
        ),
        Refusal::UnsupportedTemperature => {
            (400, INVALID, "temperature is not supported by this model.".to_owned(), vec![])
        }
        Refusal::UnsupportedMaxTokens => {
            (400, INVALID, "max_output_tokens is not supported by this model.".to_owned(), vec![])
        }
        Refusal::ToolUseFailed => (400, INVALID, "The model wrote a function call that cannot be read.".to_owned(), vec![]),
        Refusal::BodyTooLarge => (413, INVALID, "Request payload size exceeds the limit.".to_owned(), vec![]),
        Refusal::RequestTimeout => (408, "DEADLINE_EXCEEDED", "The request timed out.".to_owned(), vec![]),
        Refusal::Conflict => (409, "ABORTED", "The operation was aborted.".to_owned(), vec![]),
        Refusal::Internal | Refusal::DoNotRetry => (500, "INTERNAL", "An internal error has occurred.".to_owned(), vec![]),
        Refusal::BadGateway => (502, "UNAVAILABLE", "Bad gateway.".to_owned(), vec![]),
        Refusal::UnavailablePage | Refusal::Overloaded => {
            (503, "UNAVAILABLE", "The model is overloaded. Please try again later.".to_owned(), vec![])
        }
        Refusal::GatewayTimeout => (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.".to_owned(), vec![]),
        Refusal::BadQuestion(why) => (400, INVALID, why.clone(), vec![]),
        Refusal::NoSuchPath => (404, "NOT_FOUND", "There is nothing at this path.".to_owned(), vec![]),
    };
    let mut error = json!({"code": status, "message": message, "status": word});
    if !details.is_empty() {
        error["details"] = details.into();
    }
    Said { status, body: json!({"error": error}) }
}

fn reason(reason: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"})
}

fn retry_info(wait: Duration) -> Value {
    let delay = format!("{}s", wait.as_secs_f64());
    json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
}

fn quota_failure(per: &str, model: &str) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": format!("GenerateRequests{per}PerProjectPerModel-FreeTier"),
            "quotaDimensions": {"location": "global", "model": model},
            "quotaValue": "50",
        }],
    })
}
