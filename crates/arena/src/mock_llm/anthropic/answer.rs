//! An answer as a message, whole or in events. The shapes are those that the official `anthropic` package reads.

use serde::Serialize;
use serde_json::{Value, json};

use crate::mock_llm::answer::{Answer, Call, Ending, Said, pieces};
use crate::mock_llm::events::{Events, Framing, Written};
use crate::mock_llm::question::{Delivery, Question};
use crate::mock_llm::twist::Twist;
use crate::mock_llm::vendor::CREATED_AT;

#[derive(Serialize)]
struct BlockEvent<D> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    delta: D,
}

#[derive(Serialize)]
struct Text<'a> {
    r#type: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct PartOfInput<'a> {
    r#type: &'static str,
    partial_json: &'a str,
}

/// The answer's bytes.
pub(crate) fn write(question: &Question, answer: &Answer, twist: Option<&Twist>) -> Written {
    match question.delivery {
        Delivery::Stream { .. } => stream(question, answer, twist),
        Delivery::Whole | Delivery::List => Written::whole(&whole(question, answer, twist)),
    }
}

/// `GET /v1/models`.
pub(crate) fn models(names: &[&str]) -> Value {
    let model = |name: &&str| json!({"type": "model", "id": name, "display_name": name, "created_at": CREATED_AT});
    json!({
        "data": names.iter().map(model).collect::<Vec<_>>(),
        "first_id": names.first(),
        "last_id": names.last(),
        "has_more": false,
    })
}

fn whole(question: &Question, answer: &Answer, twist: Option<&Twist>) -> Value {
    let content = match &answer.said {
        _ if twist == Some(&Twist::EmptyChoices) => vec![],
        Said::Text(text) if text.is_empty() => vec![],
        Said::Text(text) => vec![json!({"type": "text", "text": text})],
        Said::Calls(calls) => {
            let block = |call: &Call| {
                let mut block = opening(call, twist);
                block["input"] = match twist {
                    // An object cannot be broken JSON; a text in its place is as unusable.
                    Some(twist) if twist.cuts_arguments() => Value::String(call.written(Some(twist))),
                    _ => call.arguments.clone(),
                };
                block
            };
            calls.iter().map(block).collect()
        }
    };
    let mut message = message(question, answer, &content);
    message["stop_reason"] = json!(finish(answer));
    match twist {
        Some(Twist::NoUsage) => drop(message.as_object_mut().and_then(|message| message.shift_remove("usage"))),
        _ => message["usage"] = usage(answer, answer.n_output_tokens),
    }
    message
}

fn message(question: &Question, answer: &Answer, content: &[Value]) -> Value {
    json!({
        "id": format!("msg_01{}", answer.id),
        "type": "message",
        "role": "assistant",
        "model": question.model,
        "content": content,
        "stop_reason": null,
        "stop_sequence": null,
    })
}

fn stream(question: &Question, answer: &Answer, twist: Option<&Twist>) -> Written {
    let mut events = Events::new(Framing::Events);
    let has_usage = twist != Some(&Twist::NoUsage);
    let mut start = message(question, answer, &[]);
    if has_usage {
        start["usage"] = usage(answer, 1);
    }
    events.add(Some("message_start"), &json!({"type": "message_start", "message": start}));
    match &answer.said {
        _ if twist == Some(&Twist::EmptyChoices) => {}
        Said::Text(text) if text.is_empty() => {}
        Said::Text(text) => {
            let block = json!({"type": "text", "text": ""});
            let start = json!({"type": "content_block_start", "index": 0, "content_block": block});
            events.add(Some("content_block_start"), &start);
            events.add(Some("ping"), &json!({"type": "ping"}));
            for text in pieces(text) {
                add_delta(&mut events, Some(0), Text { r#type: "text_delta", text });
            }
            events.add(Some("content_block_stop"), &json!({"type": "content_block_stop", "index": 0}));
        }
        Said::Calls(calls) => {
            for (index, call) in calls.iter().enumerate() {
                add_call(&mut events, index, call, twist);
            }
        }
    }
    events.close();
    let mut delta = json!({
        "type": "message_delta",
        "delta": {"stop_reason": finish(answer), "stop_sequence": null},
    });
    if has_usage {
        delta["usage"] = json!({"output_tokens": answer.n_output_tokens});
    }
    events.add(Some("message_delta"), &delta);
    events.add(Some("message_stop"), &json!({"type": "message_stop"}));
    events.was_terminator();
    events.finish()
}

fn add_delta(events: &mut Events, index: Option<usize>, delta: impl Serialize) {
    events.add(Some("content_block_delta"), &BlockEvent { r#type: "content_block_delta", index, delta });
}

fn add_call(events: &mut Events, index: usize, call: &Call, twist: Option<&Twist>) {
    let index = (twist != Some(&Twist::ToolWithoutIndex)).then_some(index);
    let with_index = |mut event: Value| {
        if let Some(index) = index {
            event["index"] = json!(index);
        }
        event
    };
    let start = with_index(json!({"type": "content_block_start", "content_block": opening(call, twist)}));
    events.add(Some("content_block_start"), &start);
    for partial_json in call.written(twist).split_inclusive(['"', ',']) {
        add_delta(events, index, PartOfInput { r#type: "input_json_delta", partial_json });
    }
    events.add(Some("content_block_stop"), &with_index(json!({"type": "content_block_stop"})));
}

/// The beginning of a call's block.
fn opening(call: &Call, twist: Option<&Twist>) -> Value {
    match twist {
        Some(Twist::ToolWithoutIndex) => json!({"type": "tool_use", "name": call.tool, "input": {}}),
        _ => json!({"type": "tool_use", "id": format!("toolu_01{}", call.id), "name": call.tool, "input": {}}),
    }
}

fn finish(answer: &Answer) -> &'static str {
    match answer.ending {
        Ending::Stop => "end_turn",
        Ending::Length => "max_tokens",
        Ending::Calls => "tool_use",
        Ending::Filtered | Ending::Refused => "refusal",
        Ending::Unknown => "unheard_of",
    }
}

fn usage(answer: &Answer, n_output_tokens: u64) -> Value {
    json!({
        "input_tokens": answer.n_input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": n_output_tokens,
        "service_tier": "standard",
    })
}
