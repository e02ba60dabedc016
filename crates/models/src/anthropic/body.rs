//! A question in the words of the Messages API. Pure; serialized once, without spaces, and sent.
//!
//! The API has no seed: equal questions may get different answers.

use std::borrow::Cow;
use std::collections::BTreeSet;

use arena_core::message::{AnswerSchema, Request, ToolSpec};
use serde::Serialize;
use serde_json::{Value, json};

use super::talk::{self, Block, Talk, Turn};
use crate::dialect::{Parameter, Settings};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    system: String,
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    max_tokens: u32,
    stream: bool,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: Cow<'a, Value>,
}

#[derive(Serialize)]
struct ToolChoice {
    r#type: &'static str,
}

#[derive(Serialize)]
struct OutputConfig<'a> {
    format: Format<'a>,
}

#[derive(Serialize)]
struct Format<'a> {
    r#type: &'static str,
    schema: &'a Value,
}

/// The request's body, for `model`.
pub(super) fn write(model: &str, request: &Request, settings: Settings) -> Vec<u8> {
    /// The most that the API takes. 0 to 1 means the same everywhere, so what is above is cut and nothing is scaled.
    const MAX_TEMPERATURE: f64 = 1.0;
    let Settings { stream, without } = settings;
    let Talk { system, turns } = talk::write(&request.messages);
    let past = if request.tools.is_empty() { past_tools(&turns) } else { vec![] };
    let temperature = request.sampling.temperature.filter(|_| !without.has(Parameter::Temperature));
    let schema = request.schema.as_ref().filter(|_| !without.has(Parameter::Schema));
    let body = Body {
        model,
        system,
        messages: turns,
        tool_choice: (!past.is_empty()).then_some(ToolChoice { r#type: "none" }),
        tools: request.tools.iter().map(tool).chain(past).collect(),
        output_config: schema.map(output_config),
        temperature: temperature.map(|temperature| temperature.min(MAX_TEMPERATURE)),
        max_tokens: request.sampling.max_output_tokens,
        stream,
    };
    serde_json::to_vec(&body).expect("strings, numbers and JSON values always serialize")
}

fn tool(spec: &ToolSpec) -> Tool<'_> {
    let ToolSpec { name, description, parameters } = spec;
    Tool { name: name.as_str().into(), description, input_schema: Cow::Borrowed(parameters) }
}

/// The tools that were called, for a question that offers none: a conversation with calls in it is refused where no
/// tools are defined. What they took is no longer known, and none may be called.
fn past_tools<'a>(turns: &[Turn<'a>]) -> Vec<Tool<'a>> {
    let blocks = turns.iter().flat_map(|turn| &turn.content);
    let called: BTreeSet<_> = blocks
        .filter_map(|block| match block {
            Block::ToolUse { name, .. } => Some(name.clone()),
            Block::Text { .. } | Block::ToolResult { .. } => None,
        })
        .collect();
    let tool = |name| Tool { name, description: "", input_schema: Cow::Owned(json!({"type": "object"})) };
    called.into_iter().map(tool).collect()
}

fn output_config(schema: &AnswerSchema) -> OutputConfig<'_> {
    OutputConfig { format: Format { r#type: "json_schema", schema: &schema.schema } }
}
