//! Errors instead of answers: each vendor's status, shape and headers, and every form of a wait.

use crate::client::{Api, ask, ask_with, server};

/// A fault, and the status and a part of the body with OpenAI, Anthropic and Gemini.
const REFUSALS: &[(&str, [(u16, &str); 3])] = &[
    ("429", [(429, "rate_limit_exceeded"), (429, "rate_limit_error"), (429, "\"retryDelay\":\"2s\"")]),
    ("daily-quota", [(429, "(RPD)"), (429, "tokens per day"), (429, "GenerateRequestsPerDayPerProject")]),
    ("request-too-large", [(429, "Requested 12903"), (429, "Request too large"), (429, "Requested 12903")]),
    ("insufficient-quota", [(429, "insufficient_quota"), (400, "credit balance is too low"), (429, "credits")]),
    ("400", [(400, "invalid_request_error"), (400, "invalid_request_error"), (400, "INVALID_ARGUMENT")]),
    ("401", [(401, "invalid_api_key"), (401, "authentication_error"), (400, "API_KEY_INVALID")]),
    ("402", [(402, "balance"), (402, "billing_error"), (402, "Billing")]),
    ("403", [(403, "permission"), (403, "permission_error"), (403, "PERMISSION_DENIED")]),
    ("404", [(404, "model_not_found"), (404, "not_found_error"), (404, "NOT_FOUND")]),
    ("408", [(408, "timeout"), (408, "timeout_error"), (408, "DEADLINE_EXCEEDED")]),
    ("409", [(409, "conflict"), (409, "conflict_error"), (409, "ABORTED")]),
    ("413", [(413, "8 MiB"), (413, "request_too_large"), (413, "payload")]),
    ("decommissioned", [(400, "model_decommissioned"), (400, "decommissioned"), (400, "decommissioned")]),
    ("context-overflow", [(400, "context_length_exceeded"), (400, "prompt is too long"), (400, "token count")]),
    ("unsupported", [(400, "'temperature'"), (400, "temperature"), (400, "temperature")]),
    ("unsupported:max_tokens", [(400, "max_completion_tokens"), (400, "max_tokens"), (400, "max_output_tokens")]),
    ("tool-use-failed", [(400, "tool_use_failed"), (400, "tool call"), (400, "function call")]),
    ("500", [(500, "server_error"), (500, "api_error"), (500, "INTERNAL")]),
    ("no-retry", [(500, "server_error"), (500, "api_error"), (500, "INTERNAL")]),
    ("502", [(502, "server_error"), (502, "api_error"), (502, "UNAVAILABLE")]),
    ("503", [(503, "<html>"), (503, "<html>"), (503, "<html>")]),
    ("504", [(504, "server_error"), (504, "timeout_error"), (504, "DEADLINE_EXCEEDED")]),
    ("529", [(529, "overloaded"), (529, "overloaded_error"), (503, "UNAVAILABLE")]),
    ("error-in-200", [(200, "rate_limit_exceeded"), (200, "rate_limit_error"), (200, "RESOURCE_EXHAUSTED")]),
    ("html", [(200, "<html>"), (200, "<html>"), (200, "<html>")]),
    ("redirect", [(302, "<html>"), (302, "<html>"), (302, "<html>")]),
];

#[tokio::test]
async fn a_refusal_is_the_vendor_s_own() {
    let server = server().await;
    for (fault, expected) in REFUSALS {
        for ((api, streamed), (status, part)) in Api::WHOLE.into_iter().zip(Api::STREAMS).zip(expected) {
            let heard = ask(&server, api, fault).await;
            assert_eq!(heard.status, *status, "{fault} {api:?}");
            assert!(heard.text().contains(part), "{fault} {api:?}: {}", heard.text());
            let is_page = heard.header("content-type").unwrap().starts_with("text/html");
            assert_eq!(is_page, *part == "<html>", "{fault} {api:?}");
            if let (Api::Anthropic, false) = (api, is_page) {
                assert_eq!(heard.json()["request_id"], heard.header("request-id").unwrap(), "{fault}");
            }
            let in_stream = ask(&server, streamed, fault).await;
            assert_eq!((in_stream.status, in_stream.body.is_empty()), (*status, false), "{fault} {streamed:?}");
        }
    }
    let in_list = ask(&server, Api::GeminiList, "500").await;
    assert_eq!((in_list.status, &in_list.json()[0]["error"]["status"]), (500, &"INTERNAL".into()));
    let names: std::collections::BTreeSet<_> =
        REFUSALS.iter().map(|(fault, _)| fault.split(':').next().unwrap()).collect();
    let stats = server.stats();
    assert_eq!(stats.by_fault.keys().copied().collect::<Vec<_>>(), names.into_iter().collect::<Vec<_>>());
    assert_eq!(stats.by_fault["unsupported"], 12);
}

#[tokio::test]
async fn headers_say_what_to_do_next() {
    let server = server().await;
    for (api, fault, name, expected) in [
        (Api::OpenAi, "429", "retry-after", Some("2")),
        (Api::Anthropic, "429", "retry-after", Some("2")),
        (Api::Gemini, "429", "retry-after", None),
        (Api::OpenAi, "429:none", "retry-after", None),
        (Api::OpenAi, "429:seconds=7", "retry-after", Some("7")),
        (Api::OpenAi, "429:float=1.5", "retry-after", Some("1.5")),
        (Api::OpenAi, "429:ms=250", "retry-after-ms", Some("250")),
        (Api::OpenAi, "429:x-ratelimit-reset=179.56s", "x-ratelimit-reset-tokens", Some("2m59.56s")),
        (Api::Anthropic, "429:anthropic-reset", "anthropic-ratelimit-requests-remaining", Some("0")),
        (Api::OpenAi, "429:garbage", "retry-after", Some("soon")),
        (Api::OpenAi, "429:zero", "retry-after", Some("0")),
        (Api::OpenAi, "429:negative", "retry-after", Some("-3")),
        (Api::OpenAi, "429:huge", "retry-after", Some("1e9")),
        (Api::OpenAi, "500", "x-should-retry", None),
        (Api::OpenAi, "no-retry", "x-should-retry", Some("false")),
        (Api::OpenAi, "redirect", "location", Some("http://elsewhere.invalid/v1")),
        (Api::OpenAi, "redirect:http://localhost:1/x", "location", Some("http://localhost:1/x")),
        (Api::OpenAi, "", "x-ratelimit-remaining-tokens", Some("1999950")),
    ] {
        let heard = ask(&server, api, fault).await;
        let expected = expected.map(str::to_owned);
        let found = heard.header(name).map(str::to_owned);
        if name == "x-ratelimit-remaining-tokens" {
            assert!(found.is_some_and(|left| left.parse::<u32>().unwrap() < 2_000_000));
        } else {
            assert_eq!(found, expected, "{api:?} {fault}: {}", heard.head);
        }
    }
    let text = ask(&server, Api::OpenAi, "429:text=60.363").await;
    assert!(text.text().contains("Please try again in 1m0.363s."), "{}", text.text());
    for (fault, is_later) in [("429:date=3600", true), ("429:date-past=3600", false)] {
        let heard = ask(&server, Api::OpenAi, fault).await;
        let moment = |name: &str| jiff::fmt::rfc2822::parse(heard.header(name).unwrap()).unwrap();
        assert_eq!(moment("retry-after") > moment("date"), is_later, "{}", heard.head);
    }
}

#[tokio::test]
async fn a_model_s_name_asks_for_a_fault_in_every_form() {
    let server = server().await;
    for api in Api::ALL {
        let path = api.path("fault-404");
        let question = api.question("fault-404", "hi", &[]).to_string();
        assert_eq!(crate::client::post(&server, &path, &[], question.as_bytes()).await.status, 404, "{api:?}");
    }
    let behind_a_prefix = Api::OpenAi.question("openai/fault-429:ms=1", "hi", &[]);
    assert_eq!(ask_with(&server, Api::OpenAi, "", &behind_a_prefix).await.status, 429);
    let unknown = ask(&server, Api::OpenAi, "stal").await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text().contains("did you mean \\\"stall\\\"?"), "{}", unknown.text());
}
