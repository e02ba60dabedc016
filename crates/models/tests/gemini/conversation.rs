//! What is sent and heard: the question's path, headers and body, the pieces, and the key that nobody sees.

use arena_core::message::{AnswerSchema, Message, Request, Sampling, ToolSpec};
use arena_models::{Answered, Http, Model};
use serde_json::{Value, json};

use crate::case::{finish, model_at, says, whole};
use crate::fault_server::{FaultServer, Step, stream};
use crate::outcome::{KEY, call, generous, question, said, send};

/// The head and the body of the request that asks `model` this.
async fn sent(model: &str, request: &Request, stream: bool) -> (String, Value) {
    let server = FaultServer::start(whole(&[says("hi")], "STOP")).await;
    let model = model_at(&server.base_url(), model, &Http::new(generous()).expect("the client builds"), stream);
    model.ask(request, &|_| {}).await.expect("the server answers");
    let sent = server.requests().remove(0);
    let (head, body) = sent.split_once("\r\n\r\n").expect("a request has a head");
    (head.to_owned(), serde_json::from_str(body).expect("the body is JSON"))
}

fn conversation() -> Request {
    Request {
        messages: vec![
            Message::System { text: "be brief".into() },
            Message::User { text: "hé".into() },
            Message::User { text: "and".into() },
            Message::Assistant {
                text: String::new(),
                calls: vec![call("a", "x", json!({"n": 1})), call("b", "y", json!("{oops"))],
            },
            Message::Tool { id: "a".into(), text: "one".into() },
            Message::Tool { id: "b".into(), text: "{\"error\": 1}".into() },
            Message::Assistant { text: "well".into(), calls: vec![call("a", "z", json!({}))] },
            Message::Tool { id: "a".into(), text: String::new() },
            Message::Assistant { text: String::new(), calls: vec![] },
            Message::User { text: "so?".into() },
        ],
        tools: vec![ToolSpec {
            name: "x".parse().expect("it is a name"),
            description: "does x".into(),
            parameters: json!({"type": "object", "properties": {}, "additionalProperties": false}),
        }],
        sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
        seed: 7 << 31 | 8,
        ..question()
    }
}

#[tokio::test]
async fn a_question_is_written_as_the_api_wants_it() {
    let (head, body) = sent("models/gemini-2.5-flash", &conversation(), true).await;
    assert!(head.starts_with("POST /v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nx-goog-api-key: {KEY}")), "{head}");
    assert_eq!(
        body,
        json!({
            "systemInstruction": {"parts": [{"text": "be brief"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "hé"}, {"text": "and"}]},
                {"role": "model", "parts": [
                    {"functionCall": {"name": "x", "args": {"n": 1}}},
                    {"functionCall": {"name": "y", "args": {"input": "{oops"}}},
                ]},
                {"role": "user", "parts": [
                    {"functionResponse": {"name": "x", "response": {"output": "one"}}},
                    {"functionResponse": {"name": "y", "response": {"output": "{\"error\": 1}"}}},
                ]},
                {"role": "model", "parts": [{"text": "well"}, {"functionCall": {"name": "z", "args": {}}}]},
                {"role": "user", "parts": [
                    {"functionResponse": {"name": "z", "response": {"output": ""}}},
                    {"text": "so?"},
                ]},
            ],
            "tools": [{"functionDeclarations": [{
                "name": "x",
                "description": "does x",
                "parametersJsonSchema": {"type": "object", "properties": {}, "additionalProperties": false},
            }]}],
            "generationConfig": {"temperature": 0.5, "maxOutputTokens": 64, "seed": 15},
        })
    );
}

#[tokio::test]
async fn the_third_series_gets_a_signature_with_the_first_call_of_each_answer() {
    let (_, body) = sent("gemini-3-pro-preview", &conversation(), true).await;
    let signed = |content: usize, part: usize| {
        let part = &body["contents"][content]["parts"][part];
        (part["functionCall"]["name"].clone(), part["thoughtSignature"].clone())
    };
    assert_eq!(signed(1, 0), (json!("x"), json!("skip_thought_signature_validator")));
    assert_eq!(signed(1, 1), (json!("y"), Value::Null));
    assert_eq!(signed(3, 1), (json!("z"), json!("skip_thought_signature_validator")));
}

#[tokio::test]
async fn a_schema_is_asked_for_where_no_tools_are() {
    let schema = Some(AnswerSchema { name: "ruling", schema: json!({"type": "object"}) });
    let (head, body) = sent("m/1", &Request { schema: schema.clone(), ..question() }, false).await;
    assert!(head.starts_with("POST /v1/models/m%2F1:generateContent HTTP/1.1\r\n"), "{head}");
    let config = json!({"maxOutputTokens": 64, "seed": 7, "responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}});
    assert_eq!(
        body,
        json!({"contents": [{"role": "user", "parts": [{"text": "12345678"}]}], "generationConfig": config})
    );
    let (_, body) = sent("m", &Request { schema, ..conversation() }, true).await;
    assert_eq!(body["generationConfig"], json!({"temperature": 0.5, "maxOutputTokens": 64, "seed": 15}));
}

#[tokio::test]
async fn spectators_hear_the_text_as_it_is_written() {
    let script =
        vec![Step::Send(stream(&says("a"))), Step::Wait, Step::Send([says("b"), finish("STOP")].concat().into())];
    let server = FaultServer::start(script).await;
    let model = model_at(&server.base_url(), "m", &Http::new(generous()).unwrap(), true);
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
async fn no_error_shows_the_key() {
    let client = Http::new(generous()).unwrap();
    let echo = format!("you sent {KEY}");
    for (case, script) in [
        ("refusal", said(400, "", &json!({"error": {"message": echo, "status": KEY}}).to_string())),
        ("in a list", said(200, "", &json!([{"error": {"message": echo}}]).to_string())),
        ("mid-stream", send(stream(&format!("data: {}\n\n", json!({"error": {"message": echo}}))))),
        (
            "a call that cannot be read",
            send(stream(&format!(
                "data: {}\n\n",
                json!({"candidates": [{"finishReason": "UNEXPECTED_TOOL_CALL", "finishMessage": echo}]})
            ))),
        ),
        ("no candidates", said(200, "", &json!({"x": KEY}).to_string())),
        ("wrong type", said(200, "", &json!({"candidates": KEY}).to_string())),
    ] {
        let server = FaultServer::start(script).await;
        let model = model_at(&server.base_url(), "m", &client, true);
        let error = model.ask(&question(), &|_| {}).await.unwrap_err();
        let request = server.requests().remove(0);
        assert!(request.contains(KEY) && !request.lines().next().unwrap().contains(KEY), "{case}: {request}");
        let shown = format!("{error} {error:?} {error:#?} {:?} {model:?}", error.failure());
        // Half a key is a key shown too.
        assert!(!shown.to_lowercase().contains(&KEY[..10].to_lowercase()), "{case}: {shown}");
    }
}
