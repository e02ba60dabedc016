//! A question in the words of chat completions. Pure; serialized once, without spaces, and sent.

use arena_core::message::{Message, Request, ToolCall, ToolSpec};
use serde::Serialize;
use serde_json::Value;

use crate::dialect::{Parameter, Settings};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    /// The newer name: OpenAI's own newer models refuse the old one.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
enum Turn<'a> {
    System {
        content: &'a str,
    },
    User {
        content: &'a str,
    },
    Assistant {
        /// `null` beside calls: some servers refuse an empty text there.
        content: Option<&'a str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<Call<'a>>,
    },
    Tool {
        tool_call_id: &'a str,
        content: &'a str,
    },
}

#[derive(Serialize)]
struct Call<'a> {
    id: &'a str,
    r#type: &'static str,
    function: CalledFunction<'a>,
}

#[derive(Serialize)]
struct CalledFunction<'a> {
    name: &'a str,
    arguments: String,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

/// The request's body, for `model`. `is_newer`: the server knows the answer's limit by its newer name.
pub(super) fn write(model: &str, request: &Request, settings: Settings, is_newer: bool) -> Vec<u8> {
    let Settings { stream, without } = settings;
    let max = request.sampling.max_output_tokens;
    // Whoever refuses one name knows the other.
    let is_newer = is_newer != without.has(Parameter::MaxTokens);
    let body = Body {
        model,
        messages: request.messages.iter().map(turn).collect(),
        tools: request.tools.iter().map(tool).collect(),
        temperature: request.sampling.temperature.filter(|_| !without.has(Parameter::Temperature)),
        max_tokens: (!is_newer).then_some(max),
        max_completion_tokens: is_newer.then_some(max),
        seed: (!without.has(Parameter::Seed)).then_some(request.seed),
        stream,
        stream_options: (stream && !without.has(Parameter::StreamOptions))
            .then_some(StreamOptions { include_usage: true }),
    };
    serde_json::to_vec(&body).expect("strings, numbers and JSON values always serialize")
}

fn turn(message: &Message) -> Turn<'_> {
    match message {
        Message::System { text } => Turn::System { content: text },
        Message::User { text } => Turn::User { content: text },
        Message::Assistant { text, calls } => Turn::Assistant {
            content: (!text.is_empty() || calls.is_empty()).then_some(text),
            tool_calls: calls.iter().map(call).collect(),
        },
        Message::Tool { id, text } => Turn::Tool { tool_call_id: id, content: text },
    }
}

fn call(call: &ToolCall) -> Call<'_> {
    // Arguments that were no JSON go back as a JSON string: servers that parse the history refuse anything else.
    let function = CalledFunction { name: &call.tool, arguments: call.arguments.to_string() };
    Call { id: &call.id, r#type: "function", function }
}

fn tool(spec: &ToolSpec) -> Tool<'_> {
    let function = Function { name: spec.name.as_str(), description: &spec.description, parameters: &spec.parameters };
    Tool { r#type: "function", function }
}
