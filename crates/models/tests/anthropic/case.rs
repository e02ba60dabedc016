//! What the cases are made of: the words of the Messages API. The test modules hold the cases.

use arena_core::message::{Finish, Reply, ToolCall, Usage};
use arena_core::model::ModelSpec;
use arena_models::{Anthropic, Endpoint, Http, Key};
use serde_json::{Value, json};

use crate::fault_server::{Step, stream};
use crate::outcome;
pub(crate) use crate::outcome::{
    KEY, Outcome, call, generous, misconfigured, question, rejected, said, send, unavailable,
};

pub(crate) fn spec(model: &str) -> ModelSpec {
    format!("anthropic:{model}").parse().unwrap()
}

pub(crate) fn model_at(base_url: &str, http: &Http) -> Anthropic {
    let endpoint = Endpoint::parse(base_url, Some(Key::new(KEY).unwrap())).unwrap();
    Anthropic::new(spec("m"), "m", endpoint, http.clone(), true)
}

pub(crate) fn text(text: &str) -> Reply {
    let usage = Usage { input_tokens: 3, output_tokens: 4, ..Usage::default() };
    Reply::new(spec("m"), text, vec![], Finish::Stop, usage)
}

pub(crate) fn calls(calls: Vec<ToolCall>) -> Reply {
    Reply { calls, finish: Finish::ToolCalls, ..text("") }
}

/// One event, framed as Anthropic does.
pub(crate) fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap())
}

pub(crate) fn start(id: &str) -> String {
    let usage = json!({"input_tokens": 3, "output_tokens": 1});
    let message =
        json!({"id": id, "type": "message", "role": "assistant", "content": [], "stop_reason": null, "usage": usage});
    event(&json!({"type": "message_start", "message": message}))
}

pub(crate) fn block(index: u64, block: &Value) -> String {
    event(&json!({"type": "content_block_start", "index": index, "content_block": block}))
}

pub(crate) fn tool(index: u64, id: &str, name: &str) -> String {
    block(index, &json!({"type": "tool_use", "id": id, "name": name, "input": {}}))
}

pub(crate) fn piece(index: u64, delta: &Value) -> String {
    event(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
}

pub(crate) fn input(index: u64, json: &str) -> String {
    piece(index, &json!({"type": "input_json_delta", "partial_json": json}))
}

pub(crate) fn says(text: &str) -> String {
    piece(0, &json!({"type": "text_delta", "text": text}))
}

pub(crate) fn ends(reason: &str) -> String {
    event(&json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 4}}))
}

pub(crate) const PING: &str = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
pub(crate) const STOP: &str = "event: message_stop\ndata: {\"type\": \"message_stop\"}\n\n";

/// A stream of these events that begins and ends as it should.
pub(crate) fn whole(events: &[String], reason: &str) -> Vec<Step> {
    send(stream(&[&start("msg_1"), PING, &events.concat(), &ends(reason), STOP].concat()))
}

/// An error's body.
pub(crate) fn error(kind: &str, message: &str) -> String {
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}).to_string()
}

pub(crate) async fn check_all(cases: Vec<(&str, Vec<Step>, Outcome)>) {
    outcome::check_all(model_at, generous(), cases).await;
}
