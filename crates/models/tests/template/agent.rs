//! An agent at the fault server, and what a call of it must bring.

use arena_core::message::{Finish, Reply, Usage};
use arena_core::model::ModelSpec;
use arena_models::{Http, HttpAgent, Key, Template};
use serde_json::Value;

use crate::fault_server::Step;
use crate::outcome::{self, KEY, Outcome, generous};

pub(crate) fn spec() -> ModelSpec {
    "my-agent:v/1".parse().expect("it is a model")
}

/// The agent of `draft`, in which `BASE` is the server's URL.
pub(crate) fn agent_at(base_url: &str, draft: &Value, http: &Http) -> HttpAgent {
    let draft = draft.to_string().replace("BASE", base_url);
    let draft = serde_json::from_str(&draft).expect("the case's template has the right keys");
    let template = Template::check(draft).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let key = Key::new(KEY).expect("the key is one");
    HttpAgent::new(spec(), "v/1", template, Some(key), http.clone())
}

/// What the agent says to the question of all cases, which has eight characters.
pub(crate) fn text(text: &str) -> Reply {
    Reply::new(spec(), text, vec![], Finish::Stop, Usage::estimate(8, text.chars().count()))
}

pub(crate) async fn check_all(draft: &Value, cases: Vec<(&str, Vec<Step>, Outcome)>) {
    outcome::check_all(|base_url, http| agent_at(base_url, draft, http), generous(), cases).await;
}
