//! Rate limits and refusals (C4, 5 to 12 and 33 to 39): whether to wait, to pay, to change the key or the question.

use serde_json::{Value, json};

use crate::case::check_all;
use crate::fault_server::Step;
use crate::outcome::{misconfigured, rejected, said, unavailable};

/// A refusal in Google's words.
fn error(code: u16, status: &str, message: &str, details: &Value) -> Vec<Step> {
    let error = json!({"error": {"code": code, "message": message, "status": status, "details": details}});
    said(code, "content-type: application/json; charset=UTF-8\r\n", &error.to_string())
}

fn quota(ids: &[&str], delay: &str) -> Value {
    let violations: Vec<_> = ids.iter().map(|id| json!({"quotaId": id})).collect();
    json!([
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
    ])
}

#[tokio::test]
async fn rate_limits_say_how_long_to_wait() {
    let exceeded = "You exceeded your current quota, please check your plan and billing details.";
    let line = format!("gemini:m answered 429 RESOURCE_EXHAUSTED: \"{exceeded}\"");
    let of_requests = "; the limit of requests is reached";
    let waits = |wait: &str| unavailable("Busy", &format!("{line}{of_requests}; it asks us to wait {wait}"));
    let limited = |ids: &[&str], delay: &str| error(429, "RESOURCE_EXHAUSTED", exceeded, &quota(ids, delay));
    let a_minute = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
    let a_day = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
    check_all(vec![
        ("1 no details", error(429, "RESOURCE_EXHAUSTED", exceeded, &json!([])), unavailable("Busy", &line)),
        ("5 zero", limited(&[a_minute], "0s"), waits("0ns")),
        ("5 negative", limited(&[a_minute], "-3s"), unavailable("Busy", &format!("{line}{of_requests}"))),
        ("5 huge", limited(&[a_minute], "1000000000s"), waits("1000000000s")),
        ("6 RetryInfo", limited(&[a_minute], "34.4s"), waits("34.4s")),
        (
            "6 a day's quota",
            limited(&[a_minute, a_day], "34.074824224s"),
            unavailable("Busy", &format!("{line}; the limit of the day is reached; it asks us to wait 34.074824224s")),
        ),
        (
            "12 a wait beside an answer's error",
            said(200, "retry-after: 7\r\n", "{\"error\":{\"code\":429,\"message\":\"no\"}}"),
            unavailable("Busy", "gemini:m answered 200 429: \"no\""),
        ),
    ])
    .await;
}

#[tokio::test]
async fn refusals_say_what_to_change() {
    let info = |reason: &str| json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]);
    let auth = "; is the key right, and may it use this model?";
    let none = json!([]);
    check_all(vec![
        (
            "33 no key",
            error(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.", &none),
            misconfigured("Auth", &format!("gemini:m answered 403 PERMISSION_DENIED: \"Method doesn't allow unregistered callers.\"{auth}")),
        ),
        (
            "34 wrong key",
            error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", &info("API_KEY_INVALID")),
            misconfigured("Auth", &format!("gemini:m answered 400 API_KEY_INVALID: \"API key not valid. Please pass a valid API key.\"{auth}")),
        ),
        (
            "34 expired key",
            error(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", &info("API_KEY_INVALID")),
            misconfigured("Auth", &format!("gemini:m answered 400 API_KEY_INVALID: \"API key expired. Please renew the API key.\"{auth}")),
        ),
        (
            "34 in a list",
            said(400, "", "[{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"status\":\"INVALID_ARGUMENT\"}}]"),
            misconfigured("Auth", &format!("gemini:m answered 400 INVALID_ARGUMENT: \"API key not valid.\"{auth}")),
        ),
        (
            "35 no such model",
            error(404, "NOT_FOUND", "models/m is not found for API version v1beta", &none),
            misconfigured("NotFound", "gemini:m answered 404 NOT_FOUND: \"models/m is not found for API version v1beta\"; is the model's name right, and the base URL?"),
        ),
        (
            "36 too long",
            error(400, "INVALID_ARGUMENT", "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).", &none),
            rejected("ContextOverflow", "gemini:m answered 400 INVALID_ARGUMENT: \"The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).\"; the question is too long for it"),
        ),
        (
            "a form that is refused",
            error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.", &none),
            rejected("BadRequest", "gemini:m answered 400 INVALID_ARGUMENT: \"Request contains an invalid argument.\""),
        ),
        (
            "11 nothing is paid",
            error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", &none),
            misconfigured("Billing", "gemini:m answered 429 RESOURCE_EXHAUSTED: \"Your prepayment credits are depleted.\"; the account has no credit or quota left"),
        ),
        (
            "11 no free tier",
            error(429, "RESOURCE_EXHAUSTED", "* Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: m\nPlease retry in 25s.", &quota(&["GenerateRequestsPerDayPerProjectPerModel-FreeTier"], "25s")),
            misconfigured("Billing", "gemini:m answered 429 RESOURCE_EXHAUSTED: \"* Quota…"),
        ),
        ("15 overloaded", error(503, "UNAVAILABLE", "The model is overloaded.", &none), unavailable("Overloaded", "gemini:m answered 503 UNAVAILABLE: \"The model is overloaded.\"")),
        ("17 500", error(500, "INTERNAL", "An internal error has occurred.", &none), unavailable("Server", "gemini:m answered 500 INTERNAL: \"An internal error has occurred.\"")),
        ("17 504", error(504, "DEADLINE_EXCEEDED", "Deadline expired.", &none), unavailable("Server", "gemini:m answered 504 DEADLINE_EXCEEDED: \"Deadline expired.\"")),
    ])
    .await;
}
