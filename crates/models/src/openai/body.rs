//! A question in the words of chat completions. Pure; serialized once, without spaces, and sent.

use arena_core::message::{AnswerSchema, Message, Request, ToolCall, ToolSpec};
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
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct ResponseFormat<'a> {
    r#type: &'static str,
    json_schema: StrictSchema<'a>,
}

#[derive(Serialize)]
struct StrictSchema<'a> {
    name: &'a str,
    schema: &'a Value,
    /// Without it the schema is a hint.
    strict: bool,
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
        response_format: request.schema.as_ref().filter(|_| !without.has(Parameter::Schema)).map(response_format),
        stream,
        stream_options: (stream && !without.has(Parameter::StreamOptions))
            .then_some(StreamOptions { include_usage: true }),
    };
    serde_json::to_vec(&body).expect("strings, numbers and JSON values always serialize")
}

fn response_format(AnswerSchema { name, schema }: &AnswerSchema) -> ResponseFormat<'_> {
    ResponseFormat { r#type: "json_schema", json_schema: StrictSchema { name, schema, strict: true } }
}

/// A conversation in these words, for whoever else wants it so.
pub(crate) fn conversation(messages: &[Message]) -> Value {
    let turns: Vec<_> = messages.iter().map(turn).collect();
    serde_json::to_value(turns).expect("strings and JSON values always serialize")
}

/// Tools in these words, for whoever else wants them so.
pub(crate) fn offered(tools: &[ToolSpec]) -> Value {
    let tools: Vec<_> = tools.iter().map(tool).collect();
    serde_json::to_value(tools).expect("strings and JSON values always serialize")
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

#[cfg(test)]
mod tests {
    use arena_core::id::Seat;
    use arena_core::message::Sampling;
    use serde_json::json;

    use super::*;
    use crate::dialect::Without;

    #[test]
    fn what_a_target_refuses_is_left_out() {
        let shape = json!({"type": "object"});
        let request = Request {
            seat: Seat::Red,
            messages: vec![],
            tools: vec![],
            schema: Some(AnswerSchema { name: "ruling", schema: shape.clone() }),
            sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
            seed: 7,
        };
        let without = |refused: &[Parameter]| {
            Without::of_bits(refused.iter().fold(0, |bits, parameter| bits | Without::only(*parameter).bits()))
        };
        let schema = json!({"type": "json_schema", "json_schema": {"name": "ruling", "schema": shape, "strict": true}});
        let all = [Parameter::Temperature, Parameter::Seed, Parameter::Schema, Parameter::StreamOptions];
        for (stream, refused, is_newer, expected) in [
            (
                true,
                &[][..],
                false,
                json!({"temperature": 0.5, "max_tokens": 64, "seed": 7, "response_format": schema, "stream": true, "stream_options": {"include_usage": true}}),
            ),
            (
                false,
                &[],
                true,
                json!({"temperature": 0.5, "max_completion_tokens": 64, "seed": 7, "response_format": schema, "stream": false}),
            ),
            (true, &all, false, json!({"max_tokens": 64, "stream": true})),
            (
                true,
                &[all[0], all[1], all[2], all[3], Parameter::MaxTokens],
                false,
                json!({"max_completion_tokens": 64, "stream": true}),
            ),
            (false, &[all[0], all[1], all[2], Parameter::MaxTokens], true, json!({"max_tokens": 64, "stream": false})),
        ] {
            let settings = Settings { stream, without: without(refused) };
            let body = write("m", &request, settings, is_newer);
            let mut body: Value = serde_json::from_slice(&body).unwrap();
            for always in ["model", "messages"] {
                body.as_object_mut().unwrap().remove(always).unwrap();
            }
            assert_eq!(body, expected, "{refused:?}");
        }
    }
}
