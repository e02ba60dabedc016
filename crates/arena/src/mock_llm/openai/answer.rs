//! An answer as a chat completion, whole or in chunks. The shapes are those that the official `openai` package reads.

use serde::Serialize;
use serde_json::{Value, json};

use crate::mock_llm::answer::{Answer, Call, Ending, Said, pieces};
use crate::mock_llm::events::{Events, Framing, Written};
use crate::mock_llm::question::{Delivery, Question};
use crate::mock_llm::twist::Twist;
use crate::mock_llm::vendor::CREATED;

const FINGERPRINT: &str = "fp_arena_mock";

#[derive(Serialize)]
struct Chunk<'a, C> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'a str,
    service_tier: &'static str,
    system_fingerprint: &'static str,
    choices: &'a [C],
    /// `null` in all chunks but the last if the usage was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a Value>,
}

#[derive(Serialize)]
struct ChunkChoice<D> {
    index: u32,
    delta: D,
    logprobs: (),
    finish_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Text<'a> {
    content: &'a str,
}

#[derive(Serialize)]
struct Arguments<'a> {
    tool_calls: [ArgumentsOfCall<'a>; 1],
}

#[derive(Serialize)]
struct ArgumentsOfCall<'a> {
    index: usize,
    function: PartOfArguments<'a>,
}

#[derive(Serialize)]
struct PartOfArguments<'a> {
    arguments: &'a str,
}

/// The answer's bytes.
pub(crate) fn write(question: &Question, answer: &Answer, twist: Option<&Twist>) -> Written {
    match question.delivery {
        Delivery::Stream { with_usage } => stream(question, answer, twist, with_usage),
        Delivery::Whole | Delivery::List => Written::whole(&completion(question, answer, twist)),
    }
}

/// `GET /v1/models`.
pub(crate) fn models(names: &[&str]) -> Value {
    let model = |name: &&str| json!({"id": name, "object": "model", "created": CREATED, "owned_by": "arena"});
    json!({"object": "list", "data": names.iter().map(model).collect::<Vec<_>>()})
}

fn completion(question: &Question, answer: &Answer, twist: Option<&Twist>) -> Value {
    let mut message = json!({"role": "assistant", "content": null, "refusal": null, "annotations": []});
    match &answer.said {
        Said::Text(text) if answer.ending == Ending::Refused => message["refusal"] = json!(text),
        Said::Text(text) => message["content"] = json!((!text.is_empty()).then_some(text)),
        Said::Calls(calls) => {
            let call = |call: &Call| {
                let function = json!({"name": call.tool, "arguments": call.written(twist)});
                match twist {
                    Some(Twist::ToolWithoutIndex) => json!({"type": "function", "function": function}),
                    _ => json!({"id": call_id(call), "type": "function", "function": function}),
                }
            };
            message["tool_calls"] = calls.iter().map(call).collect();
        }
    }
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": finish(answer)});
    let choices = if twist == Some(&Twist::EmptyChoices) { json!([]) } else { json!([choice]) };
    let mut completion = json!({
        "id": format!("chatcmpl-{}", answer.id),
        "object": "chat.completion",
        "created": CREATED,
        "model": question.model,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
        "choices": choices,
    });
    if twist != Some(&Twist::NoUsage) {
        completion["usage"] = usage(answer);
    }
    completion
}

fn stream(question: &Question, answer: &Answer, twist: Option<&Twist>, with_usage: bool) -> Written {
    let id = format!("chatcmpl-{}", answer.id);
    let mut writer = Writer {
        events: Events::new(Framing::Events),
        id: &id,
        model: &question.model,
        usage: (with_usage && twist != Some(&Twist::NoUsage)).then_some(&Value::Null),
        has_choices: twist != Some(&Twist::EmptyChoices),
    };
    let first = match &answer.said {
        Said::Text(_) if answer.ending == Ending::Refused => json!({"role": "assistant", "refusal": ""}),
        Said::Text(_) => json!({"role": "assistant", "content": "", "refusal": null}),
        Said::Calls(_) => json!({"role": "assistant", "content": null}),
    };
    writer.delta(first, None);
    match &answer.said {
        Said::Text(text) if answer.ending == Ending::Refused => {
            pieces(text).for_each(|piece| writer.delta(json!({"refusal": piece}), None));
        }
        Said::Text(text) => pieces(text).for_each(|piece| writer.delta(Text { content: piece }, None)),
        Said::Calls(calls) => {
            for (index, call) in calls.iter().enumerate() {
                writer.call(index, call, twist);
            }
        }
    }
    writer.events.close();
    writer.delta(json!({}), Some(finish(answer)));
    if writer.usage.is_some() {
        writer.chunk::<ChunkChoice<()>>(&[], Some(&usage(answer)));
    }
    writer.events.add_raw(b"data: [DONE]\n\n");
    writer.events.was_terminator();
    writer.events.finish()
}

struct Writer<'a> {
    events: Events,
    id: &'a str,
    model: &'a str,
    usage: Option<&'a Value>,
    has_choices: bool,
}

impl Writer<'_> {
    fn chunk<C: Serialize>(&mut self, choices: &[C], usage: Option<&Value>) {
        let chunk = Chunk {
            id: self.id,
            object: "chat.completion.chunk",
            created: CREATED,
            model: self.model,
            service_tier: "default",
            system_fingerprint: FINGERPRINT,
            choices,
            usage,
        };
        self.events.add(None, &chunk);
    }

    fn delta(&mut self, delta: impl Serialize, finish_reason: Option<&'static str>) {
        let choice = [ChunkChoice { index: 0, delta, logprobs: (), finish_reason }];
        self.chunk(if self.has_choices { &choice } else { &[] }, self.usage);
    }

    /// A call in pieces: its name first, then its arguments.
    fn call(&mut self, index: usize, call: &Call, twist: Option<&Twist>) {
        let is_bare = twist == Some(&Twist::ToolWithoutIndex);
        let arguments = call.written(twist);
        if is_bare {
            // Without an index only a whole call can be understood.
            let call = json!({"type": "function", "function": {"name": call.tool, "arguments": arguments}});
            return self.delta(json!({"tool_calls": [call]}), None);
        }
        let function = json!({"name": call.tool, "arguments": ""});
        let first = json!({"index": index, "id": call_id(call), "type": "function", "function": function});
        self.delta(json!({"tool_calls": [first]}), None);
        for part in arguments.split_inclusive(['"', ',']) {
            let function = PartOfArguments { arguments: part };
            self.delta(Arguments { tool_calls: [ArgumentsOfCall { index, function }] }, None);
        }
    }
}

fn call_id(call: &Call) -> String {
    format!("call_{}", call.id)
}

fn finish(answer: &Answer) -> &'static str {
    match answer.ending {
        Ending::Stop | Ending::Refused => "stop",
        Ending::Length => "length",
        Ending::Calls => "tool_calls",
        Ending::Filtered => "content_filter",
        Ending::Unknown => "unheard_of",
    }
}

fn usage(answer: &Answer) -> Value {
    json!({
        "prompt_tokens": answer.n_input_tokens,
        "completion_tokens": answer.n_output_tokens,
        "total_tokens": answer.n_input_tokens + answer.n_output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}
