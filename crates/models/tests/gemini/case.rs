//! One case of the Gemini API: what the server does, and what the call must bring. The test modules hold the cases.

use arena_core::message::{Finish, Reply, ToolCall, Usage};
use arena_core::model::ModelSpec;
use arena_models::{Endpoint, Gemini, Http, Key};

use crate::fault_server::{Step, stream};
use crate::outcome::{self, KEY, Outcome, generous, send};

pub(crate) fn spec(model: &str) -> ModelSpec {
    format!("gemini:{model}").parse().expect("the case's model is one")
}

pub(crate) fn model_at(base_url: &str, model: &str, http: &Http, stream: bool) -> Gemini {
    let key = Key::new(KEY).expect("the key is one");
    let endpoint = Endpoint::parse(base_url, Some(key)).expect("the case's base URL is one");
    Gemini::new(spec("m"), model, endpoint, http.clone(), stream)
}

pub(crate) fn text(text: &str) -> Reply {
    let usage = Usage { input_tokens: 3, output_tokens: 4, ..Usage::default() };
    Reply::new(spec("m"), text, vec![], Finish::Stop, usage)
}

pub(crate) fn calls(calls: Vec<ToolCall>) -> Reply {
    Reply { calls, finish: Finish::ToolCalls, ..text("") }
}

/// One event with a candidate of these parts, and what else the candidate has.
pub(crate) fn parts(parts: &str, rest: &str) -> String {
    format!(
        "data: {{\"candidates\":[{{\"content\":{{\"parts\":[{parts}],\"role\":\"model\"}},\"index\":0{rest}}}]}}\r\n\r\n"
    )
}

pub(crate) fn says(text: &str) -> String {
    parts(&format!("{{\"text\":\"{text}\"}}"), "")
}

/// The last event: a reason, and the usage.
pub(crate) fn finish(reason: &str) -> String {
    format!(
        "data: {{\"candidates\":[{{\"content\":{{}},\"finishReason\":\"{reason}\",\"index\":0}}],\"usageMetadata\":{{\"promptTokenCount\":3,\"candidatesTokenCount\":4,\"totalTokenCount\":7}}}}\r\n\r\n"
    )
}

/// A stream of these events that ends as it should.
pub(crate) fn whole(events: &[String], reason: &str) -> Vec<Step> {
    send(stream(&[&events.concat(), finish(reason).as_str()].concat()))
}

pub(crate) async fn check_all(cases: Vec<(&str, Vec<Step>, Outcome)>) {
    outcome::check_all(|base_url, http| model_at(base_url, "m", http, true), generous(), cases).await;
}
