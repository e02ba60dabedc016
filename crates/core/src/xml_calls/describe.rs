//! What a model that calls by tags is told and shown: its tools, its own calls, their results.

use std::fmt::Write as _;

use serde_json::Value;

use super::value::{self, Kinds};
use super::vocabulary::parameters;
use super::{parser, tag};
use crate::message::{ToolCall, ToolSpec};

/// The section of a system prompt that says which tools there are and how to call them; empty without tools.
pub fn describe(tools: &[ToolSpec]) -> String {
    if tools.is_empty() {
        return String::new();
    }
    let mut text = "# Tools\n\nYou call a tool by writing tags, its name around the names of its parameters:\n\n\
        <tool_name>\n<parameter>value</parameter>\n</tool_name>\n\n\
        A value is written as it is, without escapes or quotes; it may have many lines. Lists and objects are written as \
        JSON. Give each parameter once, with nothing between the tags but line breaks. Calls are done in their order after \
        your message has ended; the next message brings their results.\n"
        .to_owned();
    for tool in tools {
        let _ = write!(text, "\n## {}\n{}\n", tool.name, tool.description.trim());
        let required = tool.parameters.get("required").and_then(Value::as_array);
        for (name, schema) in parameters(tool).filter(|(name, _)| tag::is_name(name)) {
            let is_required = required.is_some_and(|required| required.iter().any(|known| known == name));
            let need = if is_required { "required" } else { "optional" };
            let kinds = Kinds::of(schema).words();
            let kinds = if kinds.is_empty() { kinds } else { format!("{kinds}, ") };
            let _ = write!(text, "- {name} ({kinds}{need})");
            if let Some(description) = schema.get("description").and_then(Value::as_str) {
                let _ = write!(text, ": {}", description.trim());
            }
            if let Some(words) = schema.get("enum").and_then(Value::as_array) {
                let words: Vec<String> = words.iter().map(value::written).collect();
                let _ = write!(text, " One of: {}.", words.join(", "));
            }
            text.push('\n');
        }
    }
    text
}

/// The call as the model would have written it; `None` if tags cannot say it, so that it would be read as another.
pub fn written(call: &ToolCall, tools: &[ToolSpec]) -> Option<String> {
    let mut values: Vec<(&String, String)> =
        call.arguments.as_object()?.iter().map(|(name, value)| (name, value::written(value))).collect();
    // A value with tags in it is least likely to be read amiss where no other parameter follows.
    values.sort_by_key(|(_, text)| (text.contains('<'), text.len()));
    let mut text = format!("<{}>\n", call.tool);
    for (name, value) in values {
        let _ = writeln!(text, "<{name}>{value}</{name}>");
    }
    let _ = write!(text, "</{}>", call.tool);
    let answer = parser::read(&text, tools);
    let is_same = match answer.calls.as_slice() {
        [read] => read.tool == call.tool && read.arguments == call.arguments,
        _ => false,
    };
    (is_same && answer.text.is_empty() && answer.problems.is_empty()).then_some(text)
}

/// What a call brought, for the message after it.
pub fn result(call: &ToolCall, text: &str) -> String {
    let text = if text.is_empty() { "(the tool answered nothing)" } else { text };
    format!("[{} {}] Result:\n{text}", call.tool, call.id)
}
