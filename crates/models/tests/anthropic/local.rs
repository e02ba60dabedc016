//! A real model behind both APIs, at a server that serves both, such as llama.cpp's.

use std::sync::Mutex;
use std::time::Instant;

use arena_core::message::{Message, Reply, Request, ToolSpec};
use arena_models::{Anthropic, Endpoint, Http, Model, OpenAi, Timeouts};
use serde_json::json;

use crate::case::question;

#[tokio::test]
#[ignore = "needs a server: ARENA_LOCAL_LLM names its base URL"]
async fn a_real_model_calls_a_tool_and_is_told_what_it_brought() {
    let base_url = std::env::var("ARENA_LOCAL_LLM").expect("ARENA_LOCAL_LLM names the base URL of a server");
    let endpoint = Endpoint::parse(&base_url, None).unwrap();
    let http = Http::new(Timeouts::default()).unwrap();
    let spec = |provider: &str| format!("{provider}:local").parse().unwrap();
    let models: [Box<dyn Model>; 2] = [
        Box::new(Anthropic::new(spec("anthropic"), "local", endpoint.clone(), http.clone(), true)),
        Box::new(OpenAi::new(spec("openai"), "local", endpoint, http, true)),
    ];
    let weather = ToolSpec {
        name: "get_weather".parse().unwrap(),
        description: "The weather in a city.".into(),
        parameters: json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
    };
    let user = Message::User { text: "What is the weather in Paris?".into() };
    for model in models {
        let with_tool = Request { messages: vec![user.clone()], tools: vec![weather.clone()], ..question() };
        let (Reply { text, calls, usage, .. }, took) = answered(&*model, &with_tool).await;
        println!("{}: {took}, {usage:?}, {text:?}, {calls:?}", model.spec());
        let brought = |id: &String| Message::Tool { id: id.clone(), text: "7 degrees, rain".into() };
        let results: Vec<_> = calls.iter().map(|call| brought(&call.id)).collect();
        let messages = [vec![user.clone(), Message::Assistant { text, calls }], results].concat();
        // Asked as a Target is at its last step: with no tool to call any more.
        let (Reply { text, calls, usage, .. }, took) = answered(&*model, &Request { messages, ..question() }).await;
        println!("{}: {took}, {usage:?}, {text:?}, {calls:?}", model.spec());
    }
}

/// The answer, and how long it took. What a model says is its own affair; that it says something, and that its tokens
/// are counted, is ours.
async fn answered(model: &dyn Model, request: &Request) -> (Reply, String) {
    let started = Instant::now();
    let first = Mutex::new(None);
    let deltas = |_: &str| {
        first.lock().unwrap().get_or_insert_with(|| started.elapsed());
    };
    let reply = model.ask(request, &deltas).await.unwrap().reply;
    let took = format!("first piece after {:?}, all after {:?}", first.into_inner().unwrap(), started.elapsed());
    assert!(!reply.text.is_empty() || !reply.calls.is_empty(), "{reply:?}");
    assert!(reply.usage.output_tokens > 0 && !reply.usage.estimated, "{reply:?}");
    (reply, took)
}
