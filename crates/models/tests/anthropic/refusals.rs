//! Rate limits and refusals (C4, 1 to 18 and 33 to 39), as Anthropic says them.

use crate::case::{check_all, error, misconfigured, rejected, said, unavailable};

#[tokio::test]
async fn refusals_say_what_to_change() {
    let auth = "; is the key right, and may it use this model?";
    let absent = "; is the model's name right, and the base URL?";
    let unpaid = "; the account has no credit or quota left";
    let too_long = "; the question is too long for it";
    check_all(vec![
        (
            "10 no credit, as 400",
            said(400, "", &error("invalid_request_error", "Your credit balance is too low to access the Anthropic API.")),
            misconfigured("Billing", &format!("anthropic:m answered 400 invalid_request_error: \"Your credit balance is too low to access the Anthropic API.\"{unpaid}")),
        ),
        (
            "10 the limit that the account set itself",
            said(400, "", &error("invalid_request_error", "You have reached your specified API usage limits.")),
            misconfigured("Billing", &format!("anthropic:m answered 400 invalid_request_error: \"You have reached your specified API usage limits.\"{unpaid}")),
        ),
        (
            "11 payment required",
            said(402, "", &error("billing_error", "pay")),
            misconfigured("Billing", &format!("anthropic:m answered 402 billing_error: \"pay\"{unpaid}")),
        ),
        (
            "33 wrong key",
            said(401, "request-id: req_1\r\n", &error("authentication_error", "API key is invalid.")),
            misconfigured("Auth", &format!("anthropic:m answered 401 authentication_error (request req_1): \"API key is invalid.\"{auth}")),
        ),
        (
            "34 not permitted",
            said(403, "", &error("permission_error", "no")),
            misconfigured("Auth", &format!("anthropic:m answered 403 permission_error: \"no\"{auth}")),
        ),
        (
            "34 not permitted, mid-stream",
            said(200, "", &error("permission_error", "no")),
            misconfigured("Auth", &format!("anthropic:m answered 200 permission_error: \"no\"{auth}")),
        ),
        (
            "35 no such model",
            said(404, "", &error("not_found_error", "model: m")),
            misconfigured("NotFound", &format!("anthropic:m answered 404 not_found_error: \"model: m\"{absent}")),
        ),
        (
            "36 too long",
            said(400, "", &error("invalid_request_error", "prompt is too long: 209752 tokens > 200000 maximum")),
            rejected("ContextOverflow", &format!("anthropic:m answered 400 invalid_request_error: \"prompt is too long: 209752 tokens > 200000 maximum\"{too_long}")),
        ),
        (
            "36 too long with its answer",
            said(400, "", &error("invalid_request_error", "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000")),
            rejected("ContextOverflow", &format!("anthropic:m answered 400 invalid_request_error: \"input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000\"{too_long}")),
        ),
        (
            "37 no temperature",
            said(400, "", &error("invalid_request_error", "`temperature` is deprecated for this model.")),
            rejected("Unsupported", "anthropic:m answered 400 invalid_request_error: \"`temperature` is deprecated for this model.\"; it does not take temperature, which is left out from now on"),
        ),
        (
            "37 no temperature above the API's: our own mistake",
            said(400, "", &error("invalid_request_error", "temperature: range: 0..1")),
            rejected("BadRequest", "anthropic:m answered 400 invalid_request_error: \"temperature: range: 0..1\""),
        ),
        (
            "38 too large",
            said(413, "", &error("request_too_large", "Request exceeds the maximum size")),
            rejected("TooLarge", "anthropic:m answered 413 request_too_large: \"Request exceeds the maximum size\"; the question alone is larger than the limit"),
        ),
        (
            "39 a page",
            said(404, "", "<html>404"),
            misconfigured("NotAnApi", "anthropic:m: http://HOST/v1/messages answered 404 with a web page (\"<html>404\"), not with an API's JSON…"),
        ),
        (
            "our own mistake",
            said(400, "", &error("invalid_request_error", "messages.1.content: Field required")),
            rejected("BadRequest", "anthropic:m answered 400 invalid_request_error: \"messages.1.content: Field required\""),
        ),
    ])
    .await;
}

#[tokio::test]
async fn limits_and_failures_say_how_long_to_wait() {
    let busy = error("rate_limit_error", "This request would exceed your organization's rate limit");
    let line =
        "anthropic:m answered 429 rate_limit_error: \"This request would exceed your organization's rate limit\"";
    let server =
        |status: u16, kind: &str| unavailable("Server", &format!("anthropic:m answered {status} {kind}: \"no\""));
    check_all(vec![
        ("1 no header", said(429, "", &busy), unavailable("Busy", line)),
        (
            "2 seconds",
            said(429, "retry-after: 7\r\n", &busy),
            unavailable("Busy", &format!("{line}; it asks us to wait 7s")),
        ),
        (
            "4 milliseconds",
            said(429, "retry-after-ms: 250\r\nretry-after: 1\r\n", &busy),
            unavailable("Busy", &format!("{line}; it asks us to wait 250ms")),
        ),
        (
            "15 overloaded",
            said(529, "retry-after: 3\r\n", &error("overloaded_error", "Overloaded")),
            unavailable(
                "Overloaded",
                "anthropic:m answered 529 overloaded_error: \"Overloaded\"; it asks us to wait 3s",
            ),
        ),
        ("17 500", said(500, "", &error("api_error", "no")), server(500, "api_error")),
        ("17 504", said(504, "", &error("timeout_error", "no")), server(504, "timeout_error")),
        ("17 inside a stream", said(200, "", &error("api_error", "no")), server(200, "api_error")),
    ])
    .await;
}
