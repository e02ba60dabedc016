//! Rate limits and refusals (C4, 1 to 12 and 31 to 49): whether to wait, to pay, to change the key or the question.

use std::time::Duration;

use arena_core::message::{Request, Sampling};
use arena_models::{Error, Http, Model};
use serde_json::{Value, json};

use crate::case::{check_all, generous, misconfigured, model_at, question, rejected, said, unavailable};
use crate::fault_server::FaultServer;

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
                "3 HTTP date, by the server's clock",
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
                "6 Gemini's quota of the day",
                said(429, "", "[{\"error\":{\"code\":429,\"message\":\"quota\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"violations\":[{\"quotaId\":\"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"}]},{\"retryDelay\":\"9s\"}]}}]"),
                unavailable("Busy", "openai:m answered 429 RESOURCE_EXHAUSTED: \"quota\"; the limit of the day is reached; it asks us to wait 9s"),
            ),
            (
                "7 only words",
                said(429, "", "{\"error\":{\"message\":\"tokens per day (TPD): Limit 9, Used 8, Requested 2. Please try again in 1m0.5s.\"}}"),
                unavailable("Busy", "openai:m answered 429: \"tokens per day (TPD): Limit 9, Used 8, Requested 2. Please try again in 1m0.5s.\"; the limit of the day is reached; it asks us to wait 60.5s"),
            ),
            (
                "7 only headers of the limits",
                said(429, "x-ratelimit-remaining-requests: 9\r\nx-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-requests: 2m59.56s\r\nx-ratelimit-reset-tokens: 7.66s\r\n", busy),
                unavailable("Busy", &format!("{line}; the limit of tokens is reached; it asks us to wait 7.66s")),
            ),
            (
                "7 the headers of the limits come last",
                said(429, "retry-after: 2\r\nx-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 1m\r\n", busy),
                unavailable("Busy", &format!("{line}; the limit of requests is reached; it asks us to wait 2s")),
            ),
            (
                "7 and mean nothing where no limit is reached",
                said(500, "x-ratelimit-remaining-requests: 9\r\nx-ratelimit-reset-requests: 1m\r\n", busy.replace("rate_limit_exceeded", "oops").as_str()),
                unavailable("Server", "openai:m answered 500 oops: \"slow down\""),
            ),
            (
                "8 larger than the limit",
                said(413, "", "{\"error\":{\"message\":\"Request too large: Limit 7000, Requested 12903\",\"code\":\"rate_limit_exceeded\"}}"),
                rejected("TooLarge", "openai:m answered 413 rate_limit_exceeded: \"Request too large: Limit 7000, Requested 12903\"; the question alone is larger than the limit"),
            ),
            (
                "8 larger than the limit, by its figures",
                said(429, "retry-after: 7\r\n", "{\"error\":{\"message\":\"Limit 7000, Requested 12903\",\"code\":\"rate_limit_exceeded\"}}"),
                rejected("TooLarge", "openai:m answered 429 rate_limit_exceeded: \"Limit 7000, Requested 12903\"; the question alone is larger than the limit"),
            ),
            (
                "8 not larger than the limit",
                said(429, "retry-after: 7\r\n", "{\"error\":{\"message\":\"Limit 7000, Requested 6903\",\"code\":\"rate_limit_exceeded\"}}"),
                unavailable("Busy", "openai:m answered 429 rate_limit_exceeded: \"Limit 7000, Requested 6903\"; it asks us to wait 7s"),
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
            (
                "36 too long, as 413",
                said(413, "", &error("context_length_exceeded")),
                rejected("ContextOverflow", "openai:m answered 413 context_length_exceeded: \"no\"; the question is too long for it"),
            ),
            (
                "37 a parameter that can be left out",
                said(400, "", "{\"error\":{\"message\":\"no\",\"code\":\"unsupported_value\",\"param\":\"temperature\"}}"),
                rejected("Unsupported", "openai:m answered 400 unsupported_value: \"no\"; it does not take temperature, which is left out from now on"),
            ),
            (
                "37 one that cannot",
                said(400, "", "{\"error\":{\"message\":\"no\",\"code\":\"unsupported_value\",\"param\":\"messages[0].role\"}}"),
                rejected("Unsupported", "openai:m answered 400 unsupported_value: \"no\"; it does not take messages[0].role"),
            ),
            ("37 one that is not named", said(400, "", &error("unsupported_parameter")), rejected("BadRequest", "openai:m answered 400 unsupported_parameter: \"no\"")),
            ("38 too large", said(413, "", "too big"), rejected("TooLarge", "openai:m answered 413: \"too big\"; the question alone is larger than the limit")),
            ("38 too large, as a page", said(413, "", "<html>"), rejected("TooLarge", "openai:m answered 413: \"<html>\"; the question alone is larger than the limit")),
            ("39 a bare string", said(404, "", "{\"error\":\"gone\"}"), misconfigured("NotFound", &format!("openai:m answered 404: \"gone\"{absent}"))),
            ("39 a detail", said(401, "", "{\"detail\":\"who?\"}"), misconfigured("Auth", &format!("openai:m answered 401: \"who?\"{auth}"))),
            (
                "39 a page",
                said(404, "", "<html>\n404</html>"),
                misconfigured("NotAnApi", "openai:m: http://HOST/v1/chat/completions answered 404 with a web page (\"<html>\\n404</html>\"), not with an API's JSON; is the base URL right? for OpenAI's API it usually ends in /v1"),
            ),
            (
                "39 text",
                said(404, "", "404 page not found"),
                misconfigured("NotAnApi", "openai:m: http://HOST/v1/chat/completions answered 404 with text (\"404 page not found\"), not with an API's JSON; is the base URL right? for OpenAI's API it usually ends in /v1"),
            ),
            (
                "49 tool_use_failed",
                said(400, "", &error("tool_use_failed")),
                unavailable("Malformed", "openai:m: the model wrote a call that its provider cannot read: \"no\""),
            ),
            (
                "31 redirect to another host",
                said(302, "location: https://evil.example/login?next=1\r\n", ""),
                misconfigured("NotAnApi", "openai:m: http://HOST/v1/chat/completions answered 302 with a redirect to https://evil.example/login, not with an API's JSON; is the base URL right? for OpenAI's API it usually ends in /v1"),
            ),
        ],
    )
    .await;
}

/// 37: each refusal is met twice. The first is noted, the second question is written without it.
#[tokio::test]
async fn a_parameter_that_was_refused_is_left_out_of_the_next_question() {
    let client = Http::new(generous()).unwrap();
    let request = Request { sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 }, ..question() };
    for (refusal, gone, come) in [
        (json!({"code": "unsupported_value", "param": "temperature", "message": "no"}), "temperature", None),
        (json!({"message": "Unrecognized request argument supplied: seed"}), "seed", None),
        (json!({"message": "stream_options is not supported"}), "stream_options", None),
        (
            json!({
                "code": "unsupported_parameter",
                "param": "max_tokens",
                "message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            }),
            "max_tokens",
            Some("max_completion_tokens"),
        ),
    ] {
        let server = FaultServer::start(said(400, "", &json!({"error": refusal}).to_string())).await;
        let model = model_at(&server.base_url(), &client);
        for asking_again_makes_sense in [true, false] {
            let error = model.ask(&request, &|_| {}).await.unwrap_err();
            let Error::Unsupported { left_out, parameter, .. } = error else { panic!("{gone}: {error:?}") };
            assert_eq!((left_out, parameter.as_str()), (asking_again_makes_sense, gone));
        }
        let sent = server.requests();
        let [first, second] = [0, 1].map(|n| {
            let (_, body) = sent[n].split_once("\r\n\r\n").unwrap();
            serde_json::from_str::<Value>(body).unwrap()
        });
        let mut expected = first.clone();
        let value = expected.as_object_mut().unwrap().remove(gone).unwrap();
        if let Some(name) = come {
            expected[name] = value;
        }
        assert_eq!(second, expected, "{gone}");
    }
}

#[tokio::test]
async fn an_error_says_how_long_to_wait_whatever_its_kind() {
    let client = Http::new(generous()).unwrap();
    for (status, wait) in [(429, Some(7)), (503, Some(7)), (500, Some(7)), (408, Some(7)), (400, None), (401, None)] {
        let server = FaultServer::start(said(status, "retry-after: 7\r\n", "{}")).await;
        let error = model_at(&server.base_url(), &client).ask(&question(), &|_| {}).await.unwrap_err();
        assert_eq!(error.retry_after(), wait.map(Duration::from_secs), "{status}");
    }
}
