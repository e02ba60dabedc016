//! Between the arena, which speaks of calls, and a model that knows text alone: its question, its answer.

use serde_json::Value;

use super::describe::{describe, result, written};
use super::parser::read;
use super::problem::Problem;
use crate::message::{Message, Reply, Request, ToolCall, ToolSpec};

/// The question as such a model is asked it: its tools in the system prompt, calls and results as text. `known` are all
/// tools that it could have called before.
pub fn asked(request: Request, known: &[ToolSpec]) -> Request {
    let described = describe(&request.tools);
    let mut messages: Vec<Message> = Vec::with_capacity(request.messages.len());
    let mut called: Vec<ToolCall> = Vec::new();
    for message in request.messages {
        match message {
            Message::System { text } if described.is_empty() => messages.push(Message::System { text }),
            Message::System { text } => {
                let text = format!("{}\n\n{described}", text.trim_end());
                messages.push(Message::System { text });
            }
            Message::Assistant { text, calls } => {
                let parts = [text].into_iter().filter(|text| !text.is_empty());
                let parts: Vec<String> = parts.chain(calls.iter().map(|call| spoken(call, known))).collect();
                messages.push(Message::Assistant { text: parts.join("\n"), calls: vec![] });
                called = calls;
            }
            Message::Tool { id, text } => {
                let brought = match called.iter().find(|call| call.id == id) {
                    Some(call) => result(call, &text),
                    None => text,
                };
                // What the calls of one answer brought is one message: models expect to take turns.
                if let Some(Message::User { text: before }) = messages.last_mut() {
                    before.push_str("\n\n");
                    before.push_str(&brought);
                } else {
                    messages.push(Message::User { text: brought });
                }
            }
            said @ Message::User { .. } => messages.push(said),
        }
    }
    Request { messages, tools: vec![], ..request }
}

/// A call in the conversation. One that tags cannot say was not made with tags: it is shown as it is.
fn spoken(call: &ToolCall, known: &[ToolSpec]) -> String {
    written(call, known).unwrap_or_else(|| match &call.arguments {
        Value::String(_) => format!("<{0}></{0}>", call.tool),
        arguments => format!("<{0}>{arguments}</{0}>", call.tool),
    })
}

/// The answer as the arena takes it: with the calls that are whole. What was meant as a call and is none is one all the
/// same, with a sentence in the place of its arguments: the rules refuse it, and the model is told.
pub fn heard(reply: Reply, tools: &[ToolSpec]) -> Reply {
    if tools.is_empty() || !reply.calls.is_empty() {
        return reply;
    }
    let answer = read(&reply.text, tools);
    let unfit = answer.problems.iter().enumerate().filter_map(|(i, problem)| {
        let tool = match problem {
            Problem::Unfinished { tool, .. } | Problem::Unclear { tool } | Problem::TooLong { tool } => tool.clone(),
            Problem::TooMany => return None,
        };
        Some(ToolCall { id: format!("unfit-{i}"), tool, arguments: Value::String(problem.to_string()) })
    });
    let calls = answer.calls.iter().cloned().chain(unfit).collect();
    Reply { text: answer.text.trim().to_owned(), calls, ..reply }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::id::Seat;
    use crate::message::Sampling;

    fn tools() -> Vec<ToolSpec> {
        let parameters = json!({"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]});
        vec![ToolSpec { name: "read_file".parse().unwrap(), description: "Reads.".to_owned(), parameters }]
    }

    fn call(id: &str, path: &str) -> ToolCall {
        ToolCall { id: id.to_owned(), tool: "read_file".to_owned(), arguments: json!({"path": path}) }
    }

    fn reply(text: &str) -> Reply {
        let reply = json!({
            "text": text, "finish": "stop", "answered_by": "mock", "elapsed_ms": 1,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        });
        serde_json::from_value(reply).unwrap()
    }

    #[test]
    fn a_question_has_no_tools_and_takes_turns() {
        let messages = vec![
            Message::System { text: "Be good.".to_owned() },
            Message::User { text: "Look.".to_owned() },
            Message::Assistant { text: "I look.".to_owned(), calls: vec![call("1", "a"), call("2", "b")] },
            Message::Tool { id: "1".to_owned(), text: "A".to_owned() },
            Message::Tool { id: "2".to_owned(), text: String::new() },
        ];
        let sampling = Sampling { temperature: None, max_output_tokens: 8 };
        let request = Request { seat: Seat::Target, messages, tools: tools(), schema: None, sampling, seed: 1 };
        let asked = asked(request, &tools());
        assert!(asked.tools.is_empty());
        let texts: Vec<&str> = asked
            .messages
            .iter()
            .map(|message| match message {
                Message::System { text } | Message::User { text } | Message::Assistant { text, .. } => text.as_str(),
                Message::Tool { .. } => panic!("a result is left"),
            })
            .collect();
        assert!(texts[0].starts_with("Be good.\n\n# Tools") && texts[0].contains("## read_file"), "{}", texts[0]);
        assert_eq!(
            texts[1..],
            [
                "Look.",
                "I look.\n<read_file>\n<path>a</path>\n</read_file>\n<read_file>\n<path>b</path>\n</read_file>",
                "[read_file 1] Result:\nA\n\n[read_file 2] Result:\n(the tool answered nothing)",
            ]
        );
    }

    #[test]
    fn an_answer_has_the_calls_that_are_whole_and_refuses_the_others() {
        let heard = |text: &str| heard(reply(text), &tools());
        let whole = heard("I look.\n<read_file>\n<path>a</path>\n</read_file>");
        assert_eq!((whole.text.as_str(), whole.calls.len()), ("I look.", 1));
        assert_eq!(whole.calls[0].arguments, json!({"path": "a"}));
        let cut = heard("<read_file>\n<path>a");
        assert!(
            matches!(&cut.calls[..], [ToolCall { arguments: Value::String(why), .. }] if why.contains("has no end"))
        );
        assert_eq!(heard("Nothing <b>here</b>.").text, "Nothing <b>here</b>.");
    }
}
