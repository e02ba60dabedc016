//! What is sent and heard: the question's body, the pieces, the key that nobody sees, and many calls at once.

use std::sync::Arc;
use std::time::Duration;

use arena_core::message::{Message, Reply, Request, Sampling, ToolSpec};
use arena_models::{Answered, Endpoint, Http, Key, Model, OpenAi, Room};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::case::{DONE, KEY, USAGE, call, finish, generous, model_at, question, said, says, send, spec, text, whole};
use crate::fault_server::{FaultServer, Step, chunked, http, stream};

#[tokio::test]
async fn spectators_hear_the_text_as_it_is_written() {
    let script =
        vec![Step::Send(stream(&says("a"))), Step::Wait, Step::Send([says("b"), finish("stop")].concat().into())];
    let server = FaultServer::start(script).await;
    let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
    let heard = std::sync::Mutex::new(Vec::new());
    // The server goes on only when the first piece was heard.
    let deltas = |text: &str| {
        heard.lock().unwrap().push(text.to_owned());
        server.go_on();
    };
    let Answered { reply, .. } = model.ask(&question(), &deltas).await.unwrap();
    assert_eq!((reply.text.as_str(), heard.into_inner().unwrap()), ("ab", vec!["a".to_owned(), "b".to_owned()]));
}

#[tokio::test]
async fn no_half_of_a_key_is_heard() {
    let (first, second) = KEY.split_at(12);
    let pieces = [says(&format!("you sent {first}")), says(&format!("{second}, and sk-")), finish("stop")];
    let server = FaultServer::start(vec![Step::Send(stream(&pieces.concat()))]).await;
    let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
    let heard = std::sync::Mutex::new(Vec::new());
    let deltas = |text: &str| heard.lock().unwrap().push(text.to_owned());
    let Answered { reply, .. } = model.ask(&question(), &deltas).await.unwrap();
    assert!(server.requests()[0].contains(KEY), "the key was sent");
    let heard = heard.into_inner().unwrap();
    assert_eq!((heard.concat(), heard.len()), (reply.text, 3));
    assert_eq!(heard.concat(), "you sent [key], and sk-");
}

#[tokio::test]
async fn a_question_is_written_as_the_api_wants_it() {
    let server = FaultServer::start(whole(&[says("hi")], "stop")).await;
    let model = model_at(&format!("{}/", server.base_url()), &Http::new(generous()).unwrap());
    let request = Request {
        messages: vec![
            Message::System { text: "be brief".into() },
            Message::User { text: "hé".into() },
            Message::Assistant {
                text: String::new(),
                calls: vec![call("a", "x", json!({"n": 1})), call("b", "y", json!("{oops"))],
            },
            Message::Tool { id: "a".into(), text: "one".into() },
            Message::Tool { id: "b".into(), text: "no".into() },
            Message::Assistant { text: "well".into(), calls: vec![] },
            Message::Assistant { text: String::new(), calls: vec![] },
        ],
        tools: vec![ToolSpec {
            name: "x".parse().unwrap(),
            description: "does x".into(),
            parameters: json!({"type": "object"}),
        }],
        sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
        ..question()
    };
    model.ask(&request, &|_| {}).await.unwrap();
    let sent = server.requests().remove(0);
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: Bearer {KEY}")), "{head}");
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": "be brief"},
                {"role": "user", "content": "hé"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "a", "type": "function", "function": {"name": "x", "arguments": "{\"n\":1}"}},
                    {"id": "b", "type": "function", "function": {"name": "y", "arguments": "\"{oops\""}},
                ]},
                {"role": "tool", "tool_call_id": "a", "content": "one"},
                {"role": "tool", "tool_call_id": "b", "content": "no"},
                {"role": "assistant", "content": "well"},
                {"role": "assistant", "content": ""},
            ],
            "tools": [{"type": "function", "function": {"name": "x", "description": "does x", "parameters": {"type": "object"}}}],
            "temperature": 0.5,
            "max_tokens": 64,
            "seed": 7,
            "stream": true,
            "stream_options": {"include_usage": true},
        })
    );
}

#[tokio::test]
async fn a_whole_answer_is_asked_for_where_streams_are_off() {
    let server = FaultServer::start(said(200, "", "{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}")).await;
    let endpoint = Endpoint::parse(&server.base_url(), None).unwrap();
    let model = OpenAi::new(spec("m"), "m", endpoint, Http::new(generous()).unwrap(), false);
    assert_eq!(model.ask(&question(), &|_| {}).await.unwrap().reply.text, "hi");
    let sent = server.requests().remove(0);
    let (_, body) = sent.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["stream"], body.get("stream_options")), (&json!(false), None));
}

#[tokio::test]
async fn what_a_provider_says_beside_an_answer_is_handed_on() {
    let limits = "x-ratelimit-remaining-requests: 59\r\nx-ratelimit-remaining-tokens: 149984\r\nx-ratelimit-reset-requests: 1s\r\nx-ratelimit-reset-tokens: 6m0s\r\nretry-after: 7\r\n";
    let answer = |usage: &str| {
        format!("{{\"choices\":[{{\"message\":{{\"content\":\"hi\"}},\"finish_reason\":\"stop\"}}],\"usage\":{usage}}}")
    };
    let room = Room { requests: Some(59), tokens: Some(149_984), reset_after: Some(Duration::from_mins(6)) };
    let tokens = "\"prompt_tokens\":3,\"completion_tokens\":4";
    for (case, headers, usage, expected) in [
        ("nothing", "", format!("{{{tokens}}}"), Answered::from(text("hi"))),
        ("12 a limit", limits, format!("{{{tokens}}}"), Answered { room: Some(room), ..text("hi").into() }),
        (
            "a cost",
            "",
            format!("{{{tokens},\"cost\":0.00006045}}"),
            Reply { cost_nanousd: Some(60_450), ..text("hi") }.into(),
        ),
    ] {
        let server = FaultServer::start(said(200, headers, &answer(&usage))).await;
        let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
        let mut answered = model.ask(&question(), &|_| {}).await.unwrap();
        answered.reply.elapsed_ms = 0;
        assert_eq!(answered, expected, "{case}");
    }
}

/// Azure's way: a path for each model, a version in the query, the key in a header of its own.
#[tokio::test]
async fn what_an_endpoint_wants_is_sent_and_not_shown() {
    const TEAM: &str = "Basic team-secret-0123";
    let echo = json!({"error": {"message": format!("no {KEY}, no {TEAM}, no team-secret-0123, no ?sig=secret-4567, only v1 of 2024-10-21")}}).to_string();
    let server = FaultServer::start(said(401, "", &echo)).await;
    let base_url =
        format!("http://{}/openai/deployments/{{model}}?api-version=2024-10-21&sig=secret-4567", server.address());
    let endpoint = Endpoint::parse(&base_url, Some(Key::new(KEY).unwrap()))
        .unwrap()
        .with_key_header(HeaderName::from_static("api-key"))
        .with_header(HeaderName::from_static("x-team"), HeaderValue::from_static(TEAM))
        .with_header(HeaderName::from_static("x-version"), HeaderValue::from_static("v1"));
    let model = OpenAi::new(spec("m"), "org/m", endpoint, Http::new(generous()).unwrap(), true);
    let error = model.ask(&question(), &|_| {}).await.unwrap_err();
    let sent = server.requests().remove(0);
    assert!(
        sent.starts_with(
            "POST /openai/deployments/org%2Fm/chat/completions?api-version=2024-10-21&sig=secret-4567 HTTP/1.1\r\n"
        ),
        "{sent}"
    );
    for line in [format!("api-key: {KEY}\r\n"), format!("x-team: {TEAM}\r\n"), "x-version: v1\r\n".to_owned()] {
        assert!(sent.contains(&line), "{line} in {sent}");
    }
    assert!(!sent.contains("authorization"), "{sent}");
    let shown = format!("{error} {error:?} {model:?}");
    assert!(!shown.contains("secret") && !shown.contains(KEY), "{shown}");
    assert!(
        shown.contains("no [key], no [header], no [header], no ?sig=[parameter], only v1 of 2024-10-21"),
        "{shown}"
    );
}

#[tokio::test]
async fn no_error_shows_the_key() {
    let client = Http::new(generous()).unwrap();
    let echo = format!("you sent Bearer {KEY}");
    for (case, script) in [
        (
            "refusal",
            said(
                401,
                &format!("x-request-id: {KEY}\r\n"),
                &json!({"error": {"message": echo, "code": KEY}}).to_string(),
            ),
        ),
        ("of another shape", said(400, "", &json!({"key": KEY}).to_string())),
        ("page", said(404, "", &format!("<html>{echo}"))),
        ("text", said(200, "", &echo)),
        ("redirect", said(307, &format!("location: https://{KEY}@evil.example/{KEY}?{KEY}\r\n"), "")),
        ("no redirect", said(307, &format!("location: https://[{KEY}\r\n"), "")),
        ("mid-stream", send(stream(&format!("event: error\ndata: {echo}\n\n")))),
        ("wrong type", said(200, "", &json!({"choices": KEY}).to_string())),
        ("bad JSON", send(stream(&format!("data: {echo}\n\n")))),
        ("cut in the middle", said(500, "", &format!("{}{KEY}", "x".repeat(190)))),
        ("encoding", said(200, &format!("content-encoding: {KEY}\r\n"), "")),
        ("closed", vec![]),
        ("broken", send(chunked(&says(KEY)))),
    ] {
        let server = FaultServer::start(script).await;
        let model = model_at(&server.base_url(), &client);
        let error = model.ask(&question(), &|_| {}).await.unwrap_err();
        assert!(server.requests()[0].contains(KEY), "{case}: the key was sent");
        let shown = format!("{error} {error:?} {error:#?} {:?} {model:?}", error.failure());
        // Half a key is a key shown too; hosts come in lower case.
        assert!(!shown.to_lowercase().contains(&KEY[..10].to_lowercase()), "{case}: {shown}");
    }
}

#[tokio::test]
async fn calls_one_after_another_share_a_connection() {
    let answer = http(200, "", &[&says("hi"), &finish("stop"), USAGE, DONE].concat());
    let server = FaultServer::start(vec![Step::Send(answer), Step::KeepAlive]).await;
    let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
    for _ in 0..5 {
        assert_eq!(model.ask(&question(), &|_| {}).await.unwrap().reply.text, "hi");
    }
    assert_eq!((server.requests().len(), server.n_connections()), (5, 1));
}

#[tokio::test]
async fn two_hundred_calls_go_at_once() {
    const CALLS: usize = 200;
    let answer = [says("b"), finish("stop"), USAGE.into(), DONE.into()].concat();
    let script = vec![Step::Send(stream(&says("a"))), Step::Wait, Step::Send(answer.into())];
    let server = FaultServer::start(script).await;
    let model = Arc::new(model_at(&server.base_url(), &Http::new(generous()).unwrap()));
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..CALLS {
        let model = Arc::clone(&model);
        asking.spawn(async move { model.ask(&question(), &|_| {}).await.unwrap() });
    }
    // None is answered before all have asked.
    for _ in 0..CALLS {
        server.asked().await;
    }
    for _ in 0..CALLS {
        server.go_on();
        let Answered { reply, .. } = asking.join_next().await.unwrap().unwrap();
        assert_eq!(Reply { elapsed_ms: 0, ..reply }, text("ab"));
    }
}
