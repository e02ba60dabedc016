//! A conversation as the Messages API takes one. Pure.
//!
//! The API is strict: user and assistant take turns and the user begins, no text is empty, every call is an object with
//! an id of its own, and the next thing said is what the calls brought. What another vendor's model said is none of
//! that of itself, and in a chain it may have said the turns before.

use std::borrow::Cow;
use std::collections::HashMap;

use arena_core::message::{Message, ToolCall};
use serde::Serialize;
use serde_json::{Value, json};

/// What stands where nothing was said and something has to stand.
const NOTHING: &str = "(nothing)";

/// A conversation: the instructions, and what was said under them.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Talk<'a> {
    pub(super) system: String,
    pub(super) turns: Vec<Turn<'a>>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Turn<'a> {
    pub(super) role: Role,
    pub(super) content: Vec<Block<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    User,
    Assistant,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    Text {
        text: &'a str,
    },
    ToolUse {
        id: String,
        name: Cow<'a, str>,
        input: Cow<'a, Value>,
    },
    ToolResult {
        tool_use_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<&'a str>,
    },
}

/// `messages`, oldest first.
pub(super) fn write(messages: &[Message]) -> Talk<'_> {
    let mut talk = Talk::default();
    let mut ids = Ids::default();
    for message in messages {
        match message {
            Message::System { text } => talk.instruct(text),
            Message::User { text } => talk.turn(Role::User).content.extend(said(text)),
            Message::Assistant { text, calls } => {
                // One that says nothing is left out, and those around it become one turn.
                if said(text).is_some() || !calls.is_empty() {
                    let turn = talk.turn(Role::Assistant);
                    turn.content.extend(said(text));
                    turn.content.extend(calls.iter().map(|call| called(call, &mut ids)));
                }
            }
            Message::Tool { id, text } => {
                let content = said(text).map(|_| text.as_str());
                talk.turn(Role::User).add_result(Block::ToolResult { tool_use_id: ids.of(id), content });
            }
        }
    }
    talk.fill();
    talk
}

/// The text, if it is one: the API refuses white space too.
fn said(text: &str) -> Option<Block<'_>> {
    (!text.trim().is_empty()).then_some(Block::Text { text })
}

fn called<'a>(call: &'a ToolCall, ids: &mut Ids<'a>) -> Block<'a> {
    let input = match &call.arguments {
        Value::Object(_) => Cow::Borrowed(&call.arguments),
        // What was no object is kept in one, so that the model sees what it wrote.
        arguments => Cow::Owned(json!({ "arguments": arguments })),
    };
    Block::ToolUse { id: ids.next(&call.id), name: name(&call.tool), input }
}

/// The tool's name as the API lets one be: models call tools that there are not, by names that no tool may have.
fn name(tool: &str) -> Cow<'_, str> {
    const MAX_CHARS: usize = 64;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if (1..=MAX_CHARS).contains(&tool.len()) && tool.chars().all(fits) {
        return tool.into();
    }
    let name: String = tool.chars().take(MAX_CHARS).map(|c| if fits(c) { c } else { '_' }).collect();
    if name.is_empty() { "_".into() } else { name.into() }
}

/// The ids of the calls, counted anew: other vendors have characters in them that the API refuses, and servers that
/// give none have one id twice in a conversation.
#[derive(Debug, Default)]
struct Ids<'a> {
    latest: HashMap<&'a str, String>,
    n_calls: usize,
}

impl<'a> Ids<'a> {
    fn next(&mut self, id: &'a str) -> String {
        self.n_calls += 1;
        let counted = format!("call_{}", self.n_calls);
        self.latest.insert(id, counted.clone());
        counted
    }

    /// The id of the latest call that was known by this one.
    fn of(&self, id: &str) -> String {
        self.latest.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }
}

impl<'a> Talk<'a> {
    fn instruct(&mut self, text: &str) {
        if !text.trim().is_empty() {
            let gap = if self.system.is_empty() { "" } else { "\n\n" };
            self.system.extend([gap, text]);
        }
    }

    /// The turn of `role` that is under way, or a new one.
    fn turn(&mut self, role: Role) -> &mut Turn<'a> {
        if self.turns.last().is_none_or(|turn| turn.role != role) {
            self.turns.push(Turn { role, content: vec![] });
        }
        self.turns.last_mut().expect("one was pushed if there was none")
    }

    /// Puts something where the user said nothing: before the first word of an assistant, and in turns that are empty.
    fn fill(&mut self) {
        if self.turns.first().is_none_or(|turn| turn.role == Role::Assistant) {
            self.turns.insert(0, Turn { role: Role::User, content: vec![] });
        }
        for turn in self.turns.iter_mut().filter(|turn| turn.content.is_empty()) {
            turn.content.push(Block::Text { text: NOTHING });
        }
    }
}

impl<'a> Turn<'a> {
    /// Adds what a call brought behind the other results and before any text, where the API looks for it.
    fn add_result(&mut self, result: Block<'a>) {
        let n_results = self.content.iter().take_while(|block| matches!(block, Block::ToolResult { .. })).count();
        self.content.insert(n_results, result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(text: &str) -> Message {
        Message::System { text: text.into() }
    }

    fn user(text: &str) -> Message {
        Message::User { text: text.into() }
    }

    fn assistant(text: &str, calls: &[(&str, &str, Value)]) -> Message {
        let calls = calls.iter().map(|(id, tool, arguments)| ToolCall {
            id: (*id).into(),
            tool: (*tool).into(),
            arguments: arguments.clone(),
        });
        Message::Assistant { text: text.into(), calls: calls.collect() }
    }

    fn tool(id: &str, text: &str) -> Message {
        Message::Tool { id: id.into(), text: text.into() }
    }

    fn say(text: &str) -> Value {
        json!({"type": "text", "text": text})
    }

    fn turn(role: &str, content: &[Value]) -> Value {
        json!({"role": role, "content": content})
    }

    fn call(id: &str, name: &str, input: &Value) -> Value {
        json!({"type": "tool_use", "id": id, "name": name, "input": input})
    }

    fn brought(id: &str, text: &str) -> Value {
        json!({"type": "tool_result", "tool_use_id": id, "content": text})
    }

    fn check(cases: Vec<(&str, Vec<Message>, Vec<Value>)>) {
        for (case, messages, expected) in cases {
            assert_eq!(json!(write(&messages).turns), json!(expected), "{case}");
        }
    }

    #[test]
    fn user_and_assistant_take_turns() {
        check(vec![
            (
                "Red: reports and orders, with what it said between",
                vec![system("be Red"), user("attack"), assistant("hello", &[]), user("again")],
                vec![turn("user", &[say("attack")]), turn("assistant", &[say("hello")]), turn("user", &[say("again")])],
            ),
            (
                "Red said nothing: two orders become one turn",
                vec![user("attack"), assistant(" \n", &[]), user("again")],
                vec![turn("user", &[say("attack"), say("again")])],
            ),
            ("Blue: one question", vec![system("be Blue"), user("look")], vec![turn("user", &[say("look")])]),
            (
                "the user said nothing",
                vec![user(""), assistant("hello", &[]), user("\n"), user("")],
                vec![
                    turn("user", &[say("(nothing)")]),
                    turn("assistant", &[say("hello")]),
                    turn("user", &[say("(nothing)")]),
                ],
            ),
            (
                "the assistant began",
                vec![assistant("hello", &[])],
                vec![turn("user", &[say("(nothing)")]), turn("assistant", &[say("hello")])],
            ),
            ("nothing at all", vec![], vec![turn("user", &[say("(nothing)")])]),
        ]);
    }

    #[test]
    fn calls_are_followed_by_what_they_brought() {
        let none = json!({});
        check(vec![
            (
                "the Target: calls, with their results in one turn",
                vec![
                    user("go"),
                    assistant("well", &[("a", "x", json!({"n": 1})), ("b", "y", json!({}))]),
                    tool("b", "two"),
                    tool("a", "one"),
                ],
                vec![
                    turn("user", &[say("go")]),
                    turn(
                        "assistant",
                        &[say("well"), call("call_1", "x", &json!({"n": 1})), call("call_2", "y", &none)],
                    ),
                    turn("user", &[brought("call_2", "two"), brought("call_1", "one")]),
                ],
            ),
            (
                "results stand before texts, and may be empty",
                vec![user("go"), assistant("", &[("a", "x", json!({}))]), user("hm"), tool("a", " ")],
                vec![
                    turn("user", &[say("go")]),
                    turn("assistant", &[call("call_1", "x", &none)]),
                    turn("user", &[json!({"type": "tool_result", "tool_use_id": "call_1"}), say("hm")]),
                ],
            ),
            (
                "another vendor's id, and that twice",
                vec![
                    user("go"),
                    assistant("", &[("functions.x:0", "x", json!({}))]),
                    tool("functions.x:0", "one"),
                    assistant("", &[("functions.x:0", "x", json!({}))]),
                    tool("functions.x:0", "two"),
                ],
                vec![
                    turn("user", &[say("go")]),
                    turn("assistant", &[call("call_1", "x", &none)]),
                    turn("user", &[brought("call_1", "one")]),
                    turn("assistant", &[call("call_2", "x", &none)]),
                    turn("user", &[brought("call_2", "two")]),
                ],
            ),
            (
                "arguments that are no object, and names that no tool has",
                vec![user("go"), assistant("", &[("a", "run it!", json!("{oops")), ("b", "", json!([1]))])],
                vec![
                    turn("user", &[say("go")]),
                    turn(
                        "assistant",
                        &[
                            call("call_1", "run_it_", &json!({"arguments": "{oops"})),
                            call("call_2", "_", &json!({"arguments": [1]})),
                        ],
                    ),
                ],
            ),
        ]);
    }

    #[test]
    fn instructions_are_taken_out_wherever_they_stand() {
        let messages = [system("one"), system(" "), user("go"), system("two")];
        assert_eq!(write(&messages).system, "one\n\ntwo");
        assert_eq!(write(&[user("go")]).system, "");
    }
}
