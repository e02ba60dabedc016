//! What the cases are made of: the words of chat completions. The test modules hold the cases.

use arena_core::message::{Finish, Reply, ToolCall, Usage};
use arena_core::model::ModelSpec;
use arena_models::{Endpoint, Http, Key, OpenAi, Timeouts};

use crate::fault_server::{Step, stream};
use crate::outcome;
pub(crate) use crate::outcome::{
    DEADLINE, KEY, Outcome, call, check, generous, misconfigured, question, rejected, said, send, unavailable,
};

pub(crate) fn spec(model: &str) -> ModelSpec {
    format!("openai:{model}").parse().expect("the case's model is one")
}

pub(crate) fn model_at(base_url: &str, http: &Http) -> OpenAi {
    let key = Key::new(KEY).expect("the key is one");
    let endpoint = Endpoint::parse(base_url, Some(key)).expect("the case's base URL is one");
    OpenAi::new(spec("m"), "m", endpoint, http.clone(), true)
}

pub(crate) fn text(text: &str) -> Reply {
    let usage = Usage { input_tokens: 3, output_tokens: 4, ..Usage::default() };
    Reply::new(spec("m"), text, vec![], Finish::Stop, usage)
}

pub(crate) fn calls(calls: Vec<ToolCall>) -> Reply {
    Reply { calls, finish: Finish::ToolCalls, ..text("") }
}

/// One event with a delta of these fields.
pub(crate) fn delta(fields: &str) -> String {
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{{fields}}},\"finish_reason\":null}}]}}\n\n")
}

pub(crate) fn says(text: &str) -> String {
    delta(&format!("\"content\":\"{text}\""))
}

pub(crate) fn finish(reason: &str) -> String {
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"{reason}\"}}]}}\n\n")
}

pub(crate) const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";
pub(crate) const DONE: &str = "data: [DONE]\n\n";

/// A stream of these events that ends as it should.
pub(crate) fn whole(events: &[String], reason: &str) -> Vec<Step> {
    send(stream(&[&events.concat(), &finish(reason), USAGE, DONE].concat()))
}

pub(crate) async fn check_all(timeouts: Timeouts, cases: Vec<(&str, Vec<Step>, Outcome)>) {
    outcome::check_all(model_at, timeouts, cases).await;
}
