//! What is sent and heard: the question's body, the pieces, and the key that nobody sees.

use arena_core::message::{AnswerSchema, Message, Request, Sampling, ToolSpec};
use arena_models::{Anthropic, Endpoint, Error, Http, Key, Model};
use serde_json::{Value, json};

use crate::case::{KEY, STOP, call, ends, error, generous, model_at, question, said, says, send, spec, start, whole};
use crate::fault_server::{FaultServer, Step, stream};

/// The head and the body of what is sent, whole or as a stream.
async fn sent(request: &Request, is_stream: bool) -> (String, Value) {
    let server = FaultServer::start(whole(&[says("hi")], "end_turn")).await;
    let endpoint = Endpoint::parse(&server.base_url(), Some(Key::new(KEY).unwrap())).unwrap();
    let http = Http::new(generous()).unwrap();
    Anthropic::new(spec("m"), "m", endpoint, http, is_stream).ask(request, &|_| {}).await.unwrap();
    let sent = server.requests().remove(0);
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn a_question_is_written_as_the_api_wants_it() {
    let schema = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let request = Request {
        messages: vec![
            Message::System { text: "be brief".into() },
            Message::User { text: "hé".into() },
            Message::Assistant { text: String::new(), calls: vec![call("a", "x", json!({"n": 1}))] },
            Message::Tool { id: "a".into(), text: "one".into() },
        ],
        tools: vec![ToolSpec {
            name: "x".parse().unwrap(),
            description: "does x".into(),
            parameters: json!({"type": "object"}),
        }],
        schema: Some(AnswerSchema { name: "ruling", schema: schema.clone() }),
        sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
        ..question()
    };
    let (head, body) = sent(&request, true).await;
    assert!(head.starts_with("POST /v1/messages HTTP/1.1\r\n"), "{head}");
    for header in [&format!("x-api-key: {KEY}"), "anthropic-version: 2023-06-01", "content-type: application/json"] {
        assert!(head.lines().any(|line| line == header), "{header}: {head}");
    }
    assert_eq!(
        body,
        json!({
            "model": "m",
            "system": "be brief",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hé"}]},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "call_1", "name": "x", "input": {"n": 1}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "one"}]},
            ],
            "tools": [{"name": "x", "description": "does x", "input_schema": {"type": "object"}}],
            "output_config": {"format": {"type": "json_schema", "schema": schema}},
            "temperature": 0.5,
            "max_tokens": 64,
            "stream": true,
        })
    );
}

#[tokio::test]
async fn the_last_step_of_a_target_defines_the_tools_it_called_and_lets_it_call_none() {
    let request = Request {
        messages: vec![
            Message::User { text: "go".into() },
            Message::Assistant {
                text: String::new(),
                calls: vec![call("a", "y", json!({})), call("b", "x", json!({}))],
            },
            Message::Tool { id: "a".into(), text: "one".into() },
            Message::Tool { id: "b".into(), text: "two".into() },
            Message::Assistant { text: String::new(), calls: vec![call("c", "x", json!({}))] },
            Message::Tool { id: "c".into(), text: "three".into() },
        ],
        sampling: Sampling { temperature: Some(2.0), max_output_tokens: 64 },
        ..question()
    };
    let (_, mut body) = sent(&request, false).await;
    body.as_object_mut().unwrap().remove("messages").unwrap();
    let tool = |name: &str| json!({"name": name, "input_schema": {"type": "object"}});
    assert_eq!(
        body,
        json!({
            "model": "m",
            "tools": [tool("x"), tool("y")],
            "tool_choice": {"type": "none"},
            "temperature": 1.0,
            "max_tokens": 64,
            "stream": false,
        })
    );
}

#[tokio::test]
async fn what_a_model_refuses_is_left_out_of_the_next_question() {
    let request = Request {
        schema: Some(AnswerSchema { name: "ruling", schema: json!({"type": "object"}) }),
        sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
        ..question()
    };
    for (gone, message) in [
        ("temperature", "`temperature` is deprecated for this model."),
        ("output_config", "output_config.format: Extra inputs are not permitted"),
        ("output_config", "'m' does not support output_config.format"),
    ] {
        let server = FaultServer::start(said(400, "", &error("invalid_request_error", message))).await;
        let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
        for asking_again_makes_sense in [true, false] {
            let error = model.ask(&request, &|_| {}).await.unwrap_err();
            let Error::Unsupported { left_out, .. } = error else { panic!("{message}: {error:?}") };
            assert_eq!(left_out, asking_again_makes_sense, "{message}");
        }
        let [mut first, second] = [0, 1].map(|n| {
            let requests = server.requests();
            let (_, body) = requests[n].split_once("\r\n\r\n").unwrap();
            serde_json::from_str::<Value>(body).unwrap()
        });
        assert!(first.as_object_mut().unwrap().remove(gone).is_some(), "{message}: {first}");
        assert_eq!(first, second, "{message}");
    }
}

#[tokio::test]
async fn spectators_hear_the_text_as_it_is_written() {
    let script = vec![
        Step::Send(stream(&[start("msg_1"), says("a")].concat())),
        Step::Wait,
        Step::Send([&says("b"), &ends("end_turn"), STOP].concat().into()),
    ];
    let server = FaultServer::start(script).await;
    let model = model_at(&server.base_url(), &Http::new(generous()).unwrap());
    let heard = std::sync::Mutex::new(Vec::new());
    // The server goes on only when the first piece was heard.
    let deltas = |text: &str| {
        heard.lock().unwrap().push(text.to_owned());
        server.go_on();
    };
    let reply = model.ask(&question(), &deltas).await.unwrap().reply;
    assert_eq!((reply.text.as_str(), heard.into_inner().unwrap()), ("ab", vec!["a".to_owned(), "b".to_owned()]));
}

#[tokio::test]
async fn no_error_shows_the_key() {
    let client = Http::new(generous()).unwrap();
    let echo = format!("you sent x-api-key {KEY}");
    for (case, script) in [
        ("refusal", said(401, &format!("request-id: {KEY}\r\n"), &error(KEY, &echo))),
        ("mid-stream", send(stream(&format!("event: error\ndata: {}\n\n", error("api_error", &echo))))),
        ("another start", send(stream(&[says("a"), start(KEY)].concat()))),
        ("no message", said(200, "", &json!({"key": KEY}).to_string())),
    ] {
        let server = FaultServer::start(script).await;
        let model = model_at(&server.base_url(), &client);
        let error = model.ask(&question(), &|_| {}).await.unwrap_err();
        assert!(server.requests()[0].contains(KEY), "{case}: the key was sent");
        let shown = format!("{error} {error:?} {:?} {model:?}", error.failure());
        assert!(!shown.contains(&KEY[..10]), "{case}: {shown}");
    }
}
