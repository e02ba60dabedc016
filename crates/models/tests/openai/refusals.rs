//! Rate limits and refusals (C4, 1 to 12 and 31 to 49): whether to wait, to pay, to change the key or the question.

use crate::case::{check_all, generous, misconfigured, rejected, said, unavailable};

#[tokio::test]
async fn rate_limits_say_how_long_to_wait() {
    let busy = "{\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}";
    let line = "openai:m answered 429 rate_limit_exceeded: \"slow down\"";
    let waits = |wait: &str| unavailable("Busy", &format!("{line}; it asks us to wait {wait}"));
    check_all(
        generous(),
        vec![
            ("1 no header", said(429, "", busy), unavailable("Busy", line)),
            ("2 seconds", said(429, "retry-after: 7\r\n", busy), waits("7s")),
            (
                "3 HTTP date by the server's clock",
                said(429, "date: Sun, 22 Nov 2026 12:00:00 GMT\r\nretry-after: Sun, 22 Nov 2026 12:00:09 GMT\r\n", busy),
                waits("9s"),
            ),
            ("3 HTTP date past", said(429, "retry-after: Sun, 22 Nov 2020 12:00:00 GMT\r\n", busy), waits("0ns")),
            ("3 garbage", said(429, "retry-after: soon\r\n", busy), unavailable("Busy", line)),
            ("4 milliseconds", said(429, "retry-after-ms: 250\r\nretry-after: 1\r\n", busy), waits("250ms")),
            ("5 zero", said(429, "retry-after: 0\r\n", busy), waits("0ns")),
            ("5 negative", said(429, "retry-after: -3\r\n", busy), unavailable("Busy", line)),
            ("5 huge", said(429, "retry-after: 1e9\r\n", busy), waits("1000000000s")),
            (
                "6 Gemini's RetryInfo",
                said(429, "", "[{\"error\":{\"code\":429,\"message\":\"quota\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"retryDelay\":\"34.4s\"}]}}]"),
                unavailable("Busy", "openai:m answered 429 RESOURCE_EXHAUSTED: \"quota\"; it asks us to wait 34.4s"),
            ),
            (
                "7 only words",
                said(429, "", "{\"error\":{\"message\":\"Please try again in 1m0.5s.\"}}"),
                unavailable("Busy", "openai:m answered 429: \"Please try again in 1m0.5s.\"; it asks us to wait 60.5s"),
            ),
            (
                "8 larger than the limit",
                said(413, "", "{\"error\":{\"message\":\"Request too large: Limit 7000, Requested 12903\",\"code\":\"rate_limit_exceeded\"}}"),
                rejected("ContextOverflow", "openai:m answered 413 rate_limit_exceeded: \"Request too large: Limit 7000, Requested 12903\"; the question is too long for it"),
            ),
            (
                "9 OpenRouter's wrapping",
                said(429, "", "{\"error\":{\"code\":429,\"message\":\"Provider returned error\",\"metadata\":{\"raw\":\"m is busy\"}}}"),
                unavailable("Busy", "openai:m answered 429 429: \"Provider returned error: m is busy\""),
            ),
            (
                "9 inside a 200",
                said(200, "", "{\"error\":{\"code\":429,\"message\":\"busy\"}}"),
                unavailable("Busy", "openai:m answered 200 429: \"busy\""),
            ),
            (
                "10 no quota",
                said(429, "retry-after: 7\r\n", "{\"error\":{\"message\":\"pay\",\"code\":\"insufficient_quota\"}}"),
                misconfigured("Billing", "openai:m answered 429 insufficient_quota: \"pay\"; the account has no credit or quota left"),
            ),
            (
                "11 payment required",
                said(402, "", "{\"error\":{\"message\":\"pay\"}}"),
                misconfigured("Billing", "openai:m answered 402: \"pay\"; the account has no credit or quota left"),
            ),
            (
                "12 retry-after on a 200",
                said(200, "retry-after: 7\r\n", "{\"error\":{\"code\":429,\"message\":\"busy\"}}"),
                unavailable("Busy", "openai:m answered 200 429: \"busy\""),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn refusals_say_what_to_change() {
    let error = |code: &str| format!("{{\"error\":{{\"message\":\"no\",\"code\":\"{code}\"}}}}");
    let auth = "; is the key right, and may it use this model?";
    let absent = "; is the model's name right, and the base URL?";
    check_all(
        generous(),
        vec![
            (
                "33 wrong key",
                said(401, "x-request-id: req_1\r\n", &error("invalid_api_key")),
                misconfigured("Auth", &format!("openai:m answered 401 invalid_api_key (request req_1): \"no\"{auth}")),
            ),
            (
                "34 wrong key as 400",
                said(400, "", "[{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"status\":\"INVALID_ARGUMENT\"}}]"),
                misconfigured("Auth", &format!("openai:m answered 400 INVALID_ARGUMENT: \"API key not valid.\"{auth}")),
            ),
            ("34 wrong key as 403", said(403, "", &error("forbidden")), misconfigured("Auth", &format!("openai:m answered 403 forbidden: \"no\"{auth}"))),
            ("35 no such model", said(404, "", &error("model_not_found")), misconfigured("NotFound", &format!("openai:m answered 404 model_not_found: \"no\"{absent}"))),
            ("35 model retired", said(400, "", &error("model_decommissioned")), misconfigured("NotFound", &format!("openai:m answered 400 model_decommissioned: \"no\"{absent}"))),
            (
                "36 too long",
                said(400, "", "{\"error\":{\"code\":400,\"message\":\"too long\",\"type\":\"exceed_context_size_error\"}}"),
                rejected("ContextOverflow", "openai:m answered 400 exceed_context_size_error: \"too long\"; the question is too long for it"),
            ),
            ("37 unsupported parameter", said(400, "", &error("unsupported_parameter")), rejected("BadRequest", "openai:m answered 400 unsupported_parameter: \"no\"")),
            ("38 too large", said(413, "", "too large"), rejected("ContextOverflow", "openai:m answered 413: \"too large\"; the question is too long for it")),
            ("38 too large, as a page", said(413, "", "<html>"), rejected("ContextOverflow", "openai:m answered 413: \"<html>\"; the question is too long for it")),
            ("39 a bare string", said(404, "", "{\"error\":\"gone\"}"), misconfigured("NotFound", &format!("openai:m answered 404: \"gone\"{absent}"))),
            ("39 a detail", said(401, "", "{\"detail\":\"who?\"}"), misconfigured("Auth", &format!("openai:m answered 401: \"who?\"{auth}"))),
            (
                "39 a page",
                said(404, "", "<html>\n404</html>"),
                misconfigured("NotAnApi", "openai:m: http://HOST/v1/chat/completions answered 404 with a web page (\"<html>\\n404</html>\"), not with an API's JSON; is OPENAI_BASE_URL right? it usually ends in /v1"),
            ),
            (
                "39 text",
                said(404, "", "404 page not found"),
                misconfigured("NotAnApi", "openai:m: http://HOST/v1/chat/completions answered 404 with text (\"404 page not found\"), not with an API's JSON; is OPENAI_BASE_URL right? it usually ends in /v1"),
            ),
            (
                "49 tool_use_failed",
                said(400, "", &error("tool_use_failed")),
                unavailable("Malformed", "openai:m: the model wrote a call that its provider cannot read: \"no\""),
            ),
            (
                "31 redirect to another host",
                said(302, "location: https://evil.example/login?next=1\r\n", ""),
                misconfigured("NotAnApi", "openai:m: http://HOST/v1/chat/completions answered 302 with a redirect to https://evil.example/login, not with an API's JSON; is OPENAI_BASE_URL right? it usually ends in /v1"),
            ),
        ],
    )
    .await;
}
