//! Answers that are cut, stalled, mangled, or say the wrong thing: compared with the good one, byte for byte.

use std::io::Read as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Api, DEADLINE, End, ask, ask_with, send, server};

#[tokio::test]
async fn a_broken_stream_is_the_good_one_up_to_where_it_breaks() {
    let server = server().await;
    for api in Api::STREAMS {
        let good = ask(&server, api, "").await;
        assert_eq!(good.end, End::Good);
        let finish = match api {
            Api::OpenAiStream => "\"finish_reason\":\"stop\"",
            Api::AnthropicStream => "\"stop_sequence\":null},\"usage\"",
            _ => "totalTokenCount",
        };
        for (fault, end, is_finished) in [
            ("reset-mid", End::Reset, false),
            ("truncated", End::Good, false),
            ("no-terminator", End::Early, true),
            ("half-event", End::Good, false),
            ("no-done", End::Good, true),
        ] {
            let heard = ask(&server, api, fault).await;
            assert_eq!((heard.status, heard.end), (200, end), "{api:?} {fault}");
            assert!(good.body.starts_with(&heard.body) && heard.body.len() > 100, "{api:?} {fault}: {}", heard.text());
            assert_eq!(heard.text().contains(finish), is_finished, "{api:?} {fault}: {}", heard.text());
            assert_eq!(heard.body.ends_with(b"\n\n"), fault != "half-event", "{api:?} {fault}");
        }
    }
    let whole = ask(&server, Api::OpenAi, "truncated").await;
    assert!(whole.end == End::Good && serde_json::from_slice::<Value>(&whole.body).is_err());
    let whole = ask(&server, Api::OpenAi, "reset-mid").await;
    assert!(whole.end == End::Reset && !whole.body.is_empty());
}

#[tokio::test]
async fn before_the_head_there_is_a_reset_or_nothing() {
    let server = server().await;
    let silent = async |api: Api, fault: &str, patience_ms: u64| {
        let question = api.question("mock", "hi", &[]).to_string();
        let patience = Duration::from_millis(patience_ms);
        send(&server, "POST", &api.path("m"), &[("x-mock-fault", fault)], question.as_bytes(), patience).await
    };
    let check = async |api: Api| {
        let heard = ask(&server, api, "reset").await;
        assert_eq!((heard.status, heard.end), (0, End::Reset), "{api:?}");
        let heard = silent(api, "stall", 200).await;
        assert_eq!((heard.status, heard.end), (0, End::Silence), "{api:?}");
        // Long enough for the first half on a busy machine.
        let heard = silent(api, "stall-mid", 2_000).await;
        assert_eq!((heard.status, heard.end), (200, End::Silence), "{api:?}");
    };
    futures_util::future::join_all(Api::ALL.map(check)).await;
    // Who has gone is no longer in flight.
    let deadline = tokio::time::Instant::now() + DEADLINE;
    while server.stats().in_flight > 0 {
        assert!(tokio::time::Instant::now() < deadline, "{:?}", server.stats());
        tokio::task::yield_now().await;
    }
    for fault in ["stall:1", "stall-mid:1", "drip:1"] {
        let heard = ask(&server, Api::OpenAiStream, fault).await;
        assert_eq!(heard.body, ask(&server, Api::OpenAiStream, "").await.body, "{fault}");
    }
}

#[tokio::test]
async fn framing_is_odd_and_still_the_same_answer() {
    let server = server().await;
    for api in Api::ALL {
        let good = ask(&server, api, "").await;
        let heard = ask(&server, api, "gzip").await;
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(heard.body.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!((heard.header("content-encoding"), &unpacked), (Some("gzip"), &good.body), "{api:?}");
        let heard = ask(&server, api, "bom").await;
        assert_eq!(heard.body, [b"\xef\xbb\xbf", good.body.as_slice()].concat(), "{api:?}");
        let heard = ask(&server, api, "comments").await;
        let kept = if Api::STREAMS.contains(&api) { ": still thinking\n\n" } else { "\n" };
        assert_ne!(heard.text(), good.text(), "{api:?}");
        assert_eq!(heard.text().replace(kept, ""), good.text().replace(kept, ""), "{api:?}");
    }
    for api in Api::STREAMS {
        let (good, heard) = (ask(&server, api, "").await, ask(&server, api, "crlf").await);
        assert_eq!(heard.text(), good.text().replace('\n', "\r\n"), "{api:?}");
        let events = api.events(&ask(&server, api, "malformed-line").await.body);
        assert_eq!(events.iter().filter(|event| event.as_str() == Some("{\"oops\": tru")).count(), 1, "{api:?}");
        let heard = ask(&server, api, "huge-line:3000000").await;
        assert!(heard.text().lines().any(|line| line.len() > 3_000_000), "{api:?}");
    }
}

#[tokio::test]
async fn errors_stand_inside_streams() {
    let server = server().await;
    for api in Api::STREAMS {
        let first = api.events(&ask(&server, api, "error-first").await.body);
        assert_eq!(first.len(), 1, "{api:?}");
        let good = api.events(&ask(&server, api, "").await.body);
        let middle = api.events(&ask(&server, api, "error-mid").await.body);
        let (error, begun) = middle.split_last().unwrap();
        assert!(begun.len() > 5 && good.starts_with(begun), "{api:?}");
        for error in [&first[0], error] {
            let message = error["error"]["message"].as_str().unwrap();
            assert!(message.to_lowercase().contains("overloaded"), "{api:?}: {error}");
        }
    }
    for api in Api::WHOLE {
        let whole = ask(&server, api, "error-mid").await;
        assert_eq!((whole.status, whole.json()["error"].is_object()), (200, true), "{api:?}");
    }
    let list = ask(&server, Api::GeminiList, "error-mid").await.json();
    assert!(list.as_array().unwrap().last().unwrap()["error"]["code"] == 503, "{list}");
}

/// What each whole answer says at a place, with OpenAI, Anthropic and Gemini.
#[tokio::test]
async fn content_is_not_what_was_hoped_for() {
    let server = server().await;
    let finish = ["/choices/0/finish_reason", "/stop_reason", "/candidates/0/finishReason"];
    let choices = ["/choices", "/content", "/candidates"];
    let usage = ["/usage", "/usage", "/usageMetadata"];
    let no = [Value::Null, Value::Null, Value::Null];
    let words = |words: [&str; 3]| words.map(|word| json!(word));
    for (fault, places, expected) in [
        ("empty-choices", choices, [json!([]), json!([]), json!([])]),
        ("no-usage", usage, no.clone()),
        ("unknown-finish", finish, words(["unheard_of", "unheard_of", "UNHEARD_OF"])),
        ("content-filter", finish, words(["content_filter", "refusal", "SAFETY"])),
        ("length", finish, words(["length", "max_tokens", "MAX_TOKENS"])),
        ("no-content", finish, words(["stop", "end_turn", "STOP"])),
        ("no-content", ["/choices/0/message/content", "/content/0", "/candidates/0/content/parts/0"], no.clone()),
        ("refusal", ["/choices/0/message/content", "/nothing", "/candidates"], no),
        (
            "refusal",
            ["/choices/0/message/refusal", "/stop_reason", "/promptFeedback/blockReason"],
            words(["I cannot help with that.", "refusal", "SAFETY"]),
        ),
    ] {
        for ((api, place), expected) in Api::WHOLE.into_iter().zip(places).zip(expected) {
            let body = ask(&server, api, fault).await.json();
            assert_eq!(body.pointer(place).unwrap_or(&Value::Null), &expected, "{api:?} {fault}: {body}");
        }
        for api in Api::STREAMS {
            let events = api.events(&ask(&server, api, fault).await.body);
            assert!(!events.is_empty() && events.iter().all(|event| event.is_object() || event == "[DONE]"), "{api:?}");
        }
    }
}

#[tokio::test]
async fn tool_calls_are_broken_in_each_way() {
    let server = server().await;
    let ask = async |api: Api, fault: &str| ask_with(&server, api, fault, &api.question("mock", "hi", &["find"])).await;
    let call = "/choices/0/message/tool_calls/0";
    let openai = ask(Api::OpenAi, "malformed-tool").await.json();
    assert_eq!(openai.pointer(call).unwrap()["function"]["arguments"], "{\"city\":\"Bern\"");
    assert_eq!(ask(Api::Anthropic, "malformed-tool").await.json()["content"][0]["input"], "{\"city\":\"Bern\"");
    let gemini = ask(Api::Gemini, "malformed-tool").await.json();
    assert_eq!(gemini["candidates"][0]["finishReason"], "MALFORMED_FUNCTION_CALL");
    for (api, place) in [
        (Api::OpenAiStream, "/choices/0/delta/tool_calls/0/function/arguments"),
        (Api::AnthropicStream, "/delta/partial_json"),
    ] {
        let events = api.events(&ask(api, "malformed-tool").await.body);
        let arguments: String = events.iter().filter_map(|event| event.pointer(place)?.as_str()).collect();
        assert_eq!(arguments, "{\"city\":\"Bern\"", "{api:?}");
    }
    for api in Api::WHOLE {
        let body = ask(api, "fenced-tool").await.text().to_owned();
        assert!(
            body.contains("```json\\n{\\\"name\\\":\\\"find\\\",\\\"arguments\\\":{\\\"city\\\":\\\"Bern\\\"}}\\n```"),
            "{body}"
        );
        assert!(!body.contains("tool_use") && !body.contains("functionCall"), "{body}");
    }
    let openai = ask(Api::OpenAi, "tool-without-index").await.json();
    assert_eq!(openai.pointer(call).unwrap().get("id"), None);
    let events = Api::OpenAiStream.events(&ask(Api::OpenAiStream, "tool-without-index").await.body);
    let piece = &events[1]["choices"][0]["delta"]["tool_calls"][0];
    assert_eq!((piece.get("id"), piece.get("index"), &piece["function"]["name"]), (None, None, &json!("find")));
    let events = Api::AnthropicStream.events(&ask(Api::AnthropicStream, "tool-without-index").await.body);
    assert_eq!((events[1].get("index"), events[1]["content_block"].get("id")), (None, None));
}
