//! What is sent: the method, the URL, the headers and the body, and the key that nobody sees.

use arena_core::message::{Message, Request, Sampling, ToolSpec};
use arena_models::{Http, Model};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::agent::agent_at;
use crate::fault_server::FaultServer;
use crate::outcome::{KEY, call, generous, question, said};

/// The head and the body of the request that asks the agent of `draft` this.
async fn sent(draft: &Value, request: &Request) -> (String, String) {
    let server = FaultServer::start(said(200, "", "hi")).await;
    let agent = agent_at(&server.base_url(), draft, &Http::new(generous()).expect("the client builds"));
    agent.ask(request, &|_| {}).await.expect("the server answers");
    let sent = server.requests().remove(0);
    let (head, body) = sent.split_once("\r\n\r\n").expect("a request has a head");
    (head.to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_question_is_written_as_the_template_says() {
    let draft = json!({
        "url": "BASE/{model}/chat?seed={seed}",
        "method": "PUT",
        "headers": {"authorization": "Bearer {key}", "x-session": "match-{seed}", "content-type": "application/x-mine"},
        "body": r#"{"text": {message}, "turns": {messages}, "rules": {system}, "tools": {tools}, "heat": {temperature}, "max": {max_output_tokens}}"#,
    });
    let request = Request {
        messages: vec![
            Message::System { text: "be brief".into() },
            Message::User { text: "what?".into() },
            Message::Assistant { text: String::new(), calls: vec![call("a", "x", json!({"n": 1}))] },
            Message::Tool { id: "a".into(), text: "one".into() },
        ],
        tools: vec![ToolSpec {
            name: "x".parse().unwrap(),
            description: "does x".into(),
            parameters: json!({"type": "object"}),
        }],
        sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
        ..question()
    };
    let (head, body) = sent(&draft, &request).await;
    assert!(head.starts_with("PUT /v1/v%2F1/chat?seed=7 HTTP/1.1\r\n"), "{head}");
    for header in [&format!("authorization: Bearer {KEY}"), "x-session: match-7", "content-type: application/x-mine"] {
        assert!(head.contains(&format!("\r\n{header}")), "{header}: {head}");
    }
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({
            "text": "what?",
            "turns": [
                {"role": "system", "content": "be brief"},
                {"role": "user", "content": "what?"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "a", "type": "function", "function": {"name": "x", "arguments": "{\"n\":1}"}},
                ]},
                {"role": "tool", "tool_call_id": "a", "content": "one"},
            ],
            "rules": "be brief",
            "tools": [{"type": "function", "function": {"name": "x", "description": "does x", "parameters": {"type": "object"}}}],
            "heat": 0.5,
            "max": 64,
        })
    );
}

#[tokio::test]
async fn a_question_may_be_all_in_the_url() {
    let draft = json!({"url": "BASE/ask?q={message}", "method": "GET"});
    let (head, body) = sent(&draft, &question()).await;
    assert!(head.starts_with("GET /v1/ask?q=12345678 HTTP/1.1\r\n") && !head.contains("content-type"), "{head}");
    assert_eq!(body, "");
}

#[test]
fn no_text_leaves_its_place_in_the_url() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let draft = json!({"url": "BASE/ask?q={message}&end=1", "method": "GET"});
    proptest!(ProptestConfig::with_cases(32), |(text in r"([&=#?/%\r\n ]|\.\./|\PC){0,12}")| {
        let request = Request { messages: vec![Message::User { text: text.clone() }], ..question() };
        let (head, _) = runtime.block_on(sent(&draft, &request));
        let target = head.split(' ').nth(1).unwrap();
        let url = reqwest::Url::parse("http://x.example").unwrap().join(target).unwrap();
        let pairs: Vec<_> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        prop_assert_eq!(url.path(), "/v1/ask");
        prop_assert_eq!(pairs, vec![("q".to_owned(), text), ("end".to_owned(), "1".to_owned())]);
    });
}

#[tokio::test]
async fn no_error_shows_the_key_or_what_a_header_holds() {
    let draft = json!({
        "url": "BASE/chat?token=hush-hush-hush",
        "headers": {"x-key": "{key}", "x-team": "hush-hush-hush"},
        "body": "{message}",
        "answer": "/text",
        "error": "/error",
    });
    let client = Http::new(generous()).unwrap();
    let echo = format!("you sent {KEY} and hush-hush-hush");
    for (case, script) in [
        ("refusal", said(401, "", &json!({"error": echo}).to_string())),
        ("error in an answer", said(200, "", &json!({"error": {"why": echo}}).to_string())),
        ("page", said(404, "", &format!("<html>{echo}"))),
        ("text", said(500, "", &echo)),
        ("no JSON", said(200, "", &echo)),
        ("nothing at the pointer", said(200, "", &json!({"x": echo}).to_string())),
        ("redirect", said(302, &format!("location: http://{KEY}.example/?hush-hush-hush\r\n"), "")),
    ] {
        let server = FaultServer::start(script).await;
        let agent = agent_at(&server.base_url(), &draft, &client);
        let error = agent.ask(&question(), &|_| {}).await.unwrap_err();
        assert!(server.requests()[0].contains(KEY), "{case}: the key was sent");
        let shown = format!("{error} {error:?} {error:#?} {:?} {agent:?}", error.failure()).to_lowercase();
        assert!(!shown.contains(&KEY[..10].to_lowercase()) && !shown.contains("hush"), "{case}: {shown}");
    }
}

#[tokio::test]
async fn no_key_is_heard_in_an_answer() {
    let draft = json!({"url": "BASE", "headers": {"x-key": "{key}"}, "body": "{message}", "answer": "/text"});
    let server = FaultServer::start(said(200, "", &json!({"text": format!("you sent {KEY}")}).to_string())).await;
    let heard = std::sync::Mutex::new(String::new());
    let deltas = |text: &str| heard.lock().unwrap().push_str(text);
    let agent = agent_at(&server.base_url(), &draft, &Http::new(generous()).unwrap());
    let reply = agent.ask(&question(), &deltas).await.unwrap().reply;
    assert!(server.requests()[0].contains(KEY), "the key was sent");
    assert_eq!((heard.into_inner().unwrap(), reply.text.as_str()), ("you sent [key]".to_owned(), "you sent [key]"));
}
