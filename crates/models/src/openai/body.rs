//! A question in the words of chat completions. Pure; serialized once, without spaces, and sent.

use arena_core::message::{Message, Request, ToolCall, ToolSpec};
use serde::Serialize;
use serde_json::Value;

/// The field that limits an answer's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitField {
    /// `max_tokens`: what all servers of this API know.
    MaxTokens,
    /// `max_completion_tokens`: OpenAI's own newer models refuse the old name.
    MaxCompletionTokens,
}

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
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    seed: u64,
    stream: bool,
    stream_options: StreamOptions,
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

/// The request's body, for `model`.
pub(super) fn write(model: &str, request: &Request, limit: LimitField) -> Vec<u8> {
    let max = request.sampling.max_output_tokens;
    let body = Body {
        model,
        messages: request.messages.iter().map(turn).collect(),
        tools: request.tools.iter().map(tool).collect(),
        temperature: request.sampling.temperature,
        max_tokens: (limit == LimitField::MaxTokens).then_some(max),
        max_completion_tokens: (limit == LimitField::MaxCompletionTokens).then_some(max),
        seed: request.seed,
        stream: true,
        stream_options: StreamOptions { include_usage: true },
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
