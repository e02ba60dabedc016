//! A question in the words of `generateContent`. Pure; serialized once, without spaces, and sent.

use std::collections::HashMap;

use arena_core::message::{Message, Request, ToolCall, ToolSpec};
use serde::Serialize;
use serde_json::{Value, json};

use crate::dialect::{Parameter, Settings};

/// What stands in for the signature of a call whose own is not known: Google's documentation of thought signatures
/// gives it for calls that another model made.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Content<'a>>,
    contents: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tools<'a>>,
    generation_config: Config<'a>,
}

/// What one side says, until the other does.
#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    parts: Vec<Part<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Model,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Text {
        text: &'a str,
    },
    #[serde(rename_all = "camelCase")]
    Call {
        function_call: Call<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        thought_signature: Option<&'static str>,
    },
    #[serde(rename_all = "camelCase")]
    Result {
        function_response: CallResult<'a>,
    },
}

#[derive(Serialize)]
struct Call<'a> {
    name: &'a str,
    args: Value,
}

#[derive(Serialize)]
struct CallResult<'a> {
    name: &'a str,
    response: Output<'a>,
}

/// The key under which the API expects what a function brought.
#[derive(Serialize)]
struct Output<'a> {
    output: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tools<'a> {
    function_declarations: Vec<Function<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    /// The older `parameters` takes a part of JSON Schema only, and refuses `additionalProperties`.
    parameters_json_schema: &'a Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    max_output_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<&'a Value>,
}

/// The request's body, for `model`.
pub(super) fn write(model: &str, request: &Request, settings: Settings) -> Vec<u8> {
    let without = |parameter| settings.without.has(parameter);
    // Models before the third series refuse a schema beside tools.
    let schema = request.schema.as_ref().filter(|_| !without(Parameter::Schema) && request.tools.is_empty());
    let body = Body {
        system_instruction: instructions(&request.messages),
        contents: contents(&request.messages, wants_signatures(model)),
        tools: tools(&request.tools),
        generation_config: Config {
            temperature: request.sampling.temperature.filter(|_| !without(Parameter::Temperature)),
            max_output_tokens: request.sampling.max_output_tokens,
            seed: (!without(Parameter::Seed)).then_some(folded(request.seed)),
            response_mime_type: schema.map(|_| "application/json"),
            response_json_schema: schema.map(|schema| &schema.schema),
        },
    };
    serde_json::to_vec(&body).expect("strings, numbers and JSON values always serialize")
}

/// Whether `model` refuses a call in the history that has no signature. The first two series sign nothing or do not ask
/// for it, and a name without a series is Google's word for its latest.
fn wants_signatures(model: &str) -> bool {
    model.strip_prefix("gemini-").is_some_and(|rest| !rest.starts_with(['1', '2']))
}

/// A seed as the API takes it: of 32 bits, and here never negative. Every bit of ours counts.
fn folded(seed: u64) -> i32 {
    let folded = (seed ^ (seed >> 31) ^ (seed >> 62)) & 0x7fff_ffff;
    i32::try_from(folded).expect("31 bits are left")
}

fn instructions(messages: &[Message]) -> Option<Content<'_>> {
    let parts: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            Message::System { text } => Some(Part::Text { text }),
            Message::User { .. } | Message::Assistant { .. } | Message::Tool { .. } => None,
        })
        .collect();
    (!parts.is_empty()).then_some(Content { role: None, parts })
}

/// The conversation, in which the two sides alternate.
fn contents(messages: &[Message], signed: bool) -> Vec<Content<'_>> {
    let mut contents: Vec<Content<'_>> = Vec::new();
    let mut tools = HashMap::new();
    for message in messages {
        let (role, parts) = match message {
            Message::System { .. } => continue,
            Message::User { text } => (Role::User, said(text)),
            Message::Assistant { text, calls } => {
                tools.extend(calls.iter().map(|call| (call.id.as_str(), call.tool.as_str())));
                (Role::Model, said(text).into_iter().chain(called(calls, signed)).collect())
            }
            Message::Tool { id, text } => {
                // A result names the tool, and our messages only the call. Every result has had its call.
                let name = tools.get(id.as_str()).copied().unwrap_or(id);
                let function_response = CallResult { name, response: Output { output: text } };
                (Role::User, vec![Part::Result { function_response }])
            }
        };
        match contents.last_mut().filter(|last| last.role == Some(role)) {
            Some(last) => last.parts.extend(parts),
            // The API refuses a side that says nothing.
            None if parts.is_empty() => {}
            None => contents.push(Content { role: Some(role), parts }),
        }
    }
    contents
}

fn said(text: &str) -> Vec<Part<'_>> {
    if text.is_empty() { vec![] } else { vec![Part::Text { text }] }
}

/// The calls of one answer, of which the first has the signature. Their ids stay here: a result is known by its tool and
/// its place, and ids that were counted by us would repeat themselves.
fn called(calls: &[ToolCall], signed: bool) -> impl Iterator<Item = Part<'_>> {
    calls.iter().enumerate().map(move |(place, call)| Part::Call {
        function_call: Call { name: &call.tool, args: object(&call.arguments) },
        thought_signature: (signed && place == 0).then_some(NO_SIGNATURE),
    })
}

/// Arguments as the API takes them. What was no object goes back inside one.
fn object(arguments: &Value) -> Value {
    if arguments.is_object() { arguments.clone() } else { json!({ "input": arguments }) }
}

fn tools(specs: &[ToolSpec]) -> Vec<Tools<'_>> {
    let functions: Vec<_> = specs.iter().map(function).collect();
    if functions.is_empty() { vec![] } else { vec![Tools { function_declarations: functions }] }
}

fn function(spec: &ToolSpec) -> Function<'_> {
    let ToolSpec { name, description, parameters } = spec;
    Function { name: name.as_str(), description, parameters_json_schema: parameters }
}

#[cfg(test)]
mod tests {
    use arena_core::id::Seat;
    use arena_core::message::{AnswerSchema, Sampling};

    use super::*;
    use crate::dialect::Without;

    #[test]
    fn every_bit_of_a_seed_counts() {
        for (seed, sent) in [(0, 0), (7, 7), (0x7fff_ffff, i32::MAX), (7 << 31 | 8, 15), (u64::MAX, 3)] {
            assert_eq!(folded(seed), sent, "{seed:#x}");
        }
        for bit in 0..64 {
            assert_ne!(folded(1 << bit), 0, "{bit}");
        }
    }

    #[test]
    fn what_a_target_refuses_is_left_out() {
        let request = Request {
            seat: Seat::Blue,
            messages: vec![],
            tools: vec![],
            schema: Some(AnswerSchema { name: "ruling", schema: json!({"type": "object"}) }),
            sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
            seed: 7,
        };
        let all = [Parameter::Temperature, Parameter::Seed, Parameter::Schema];
        let schema =
            [("responseMimeType", json!("application/json")), ("responseJsonSchema", json!({"type": "object"}))];
        let fields = [("temperature", json!(0.5)), ("seed", json!(7))].into_iter().chain(schema);
        let whole: Value =
            fields.chain([("maxOutputTokens", json!(64))]).map(|(key, value)| (key.to_owned(), value)).collect();
        for (refused, keys) in [
            (&[][..], &[][..]),
            (&all[..1], &["temperature"]),
            (&all[1..2], &["seed"]),
            (&all[2..], &["responseMimeType", "responseJsonSchema"]),
            (&all, &["temperature", "seed", "responseMimeType", "responseJsonSchema"]),
        ] {
            let bits = refused.iter().fold(0, |bits, parameter| bits | Without::only(*parameter).bits());
            let settings = Settings { stream: true, without: Without::of_bits(bits) };
            let body: Value = serde_json::from_slice(&write("m", &request, settings)).unwrap();
            let mut expected = whole.clone();
            expected.as_object_mut().unwrap().retain(|key, _| !keys.contains(&key.as_str()));
            assert_eq!(body["generationConfig"], expected, "{refused:?}");
        }
    }

    #[test]
    fn models_of_the_third_series_want_signatures() {
        for (model, wanted) in [
            ("gemini-3-pro-preview", true),
            ("gemini-3.1-pro-preview", true),
            ("gemini-flash-latest", true),
            ("gemini-2.5-flash", false),
            ("gemini-1.5-pro", false),
            ("gemma-3-27b-it", false),
        ] {
            assert_eq!(wants_signatures(model), wanted, "{model}");
        }
    }
}
