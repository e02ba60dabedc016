//! What is sent and heard: the question's body, the pieces, the key that nobody sees, and many calls at once.

use std::sync::Arc;

use arena_core::message::{Message, Reply, Request, Sampling, ToolSpec};
use arena_models::{Http, Model};
use serde_json::{Value, json};

use crate::case::{DONE, KEY, USAGE, call, finish, generous, model_at, question, said, says, send, text, whole};
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
    let reply = model.ask(&question(), &deltas).await.unwrap();
    assert_eq!((reply.text.as_str(), heard.into_inner().unwrap()), ("ab", vec!["a".to_owned(), "b".to_owned()]));
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
        assert_eq!(model.ask(&question(), &|_| {}).await.unwrap().text, "hi");
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
        let reply = asking.join_next().await.unwrap().unwrap();
        assert_eq!(Reply { elapsed_ms: 0, ..reply }, text("ab"));
    }
}
