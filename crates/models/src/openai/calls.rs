//! Tool calls put together from their pieces. Pure; a part of the decoder.
//!
//! Pieces of several calls may alternate, and servers differ in what they leave out: the index, the id, the arguments
//! of a tool that takes none. Each call comes out with an id of its own and JSON for arguments.

use std::collections::HashSet;

use arena_core::message::ToolCall;
use serde_json::Value;

use super::chunk::{Arguments, CallPiece};

/// The most calls of one answer. OpenAI takes 128 tools in a question, so no sense is lost.
pub(super) const MAX_CALLS: usize = 128;

/// The calls of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Draft>);

#[derive(Debug, Default)]
struct Draft {
    index: Option<u64>,
    id: String,
    tool: String,
    arguments: String,
}

/// There are more than [`MAX_CALLS`].
#[derive(Debug)]
pub(super) struct TooMany;

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a piece; returns how many bytes it brought.
    pub(super) fn add(&mut self, piece: CallPiece<'_>) -> Result<usize, TooMany> {
        let id = piece.id.filter(|id| !id.is_empty()).unwrap_or_default();
        let function = piece.function.unwrap_or_default();
        let tool = function.name.filter(|name| !name.is_empty()).unwrap_or_default();
        let place = match self.place_of(piece.index, &id, &tool) {
            Some(place) => place,
            None if self.0.len() == MAX_CALLS => return Err(TooMany),
            None => {
                self.0.push(Draft { index: piece.index, ..Draft::default() });
                self.0.len() - 1
            }
        };
        let draft = &mut self.0[place];
        let before = draft.size_bytes();
        // Some servers repeat both with each piece.
        if draft.id.is_empty() {
            draft.id.push_str(&id);
        }
        if draft.tool.is_empty() {
            draft.tool.push_str(&tool);
        }
        match function.arguments {
            Some(Arguments::Text(text)) => draft.arguments.push_str(&text),
            Some(Arguments::Object(object)) => {
                draft.arguments.push_str(&Value::Object(object).to_string());
            }
            None => {}
        }
        Ok(draft.size_bytes() - before)
    }

    /// The draft that a piece continues; `None` if it begins a call.
    fn place_of(&self, index: Option<u64>, id: &str, tool: &str) -> Option<usize> {
        match (index, id) {
            (Some(_), id) => {
                let place = self.0.iter().rposition(|draft| draft.index == index)?;
                let known = &self.0[place].id;
                // Some servers number all calls 0; their ids tell them apart.
                (id.is_empty() || known.is_empty() || known == id).then_some(place)
            }
            (None, "") if tool.is_empty() => self.0.len().checked_sub(1),
            (None, "") => None,
            (None, id) => {
                let place = self.0.iter().rposition(|draft| draft.id == id)?;
                (tool.is_empty() || !self.0[place].is_whole()).then_some(place)
            }
        }
    }

    /// The calls, finished. Ids that are missing are counted `call_1`, `call_2`; a repeated one gets a number behind it.
    pub(super) fn finish(self) -> Vec<ToolCall> {
        let mut ids = HashSet::new();
        let mut numbered = self.0.into_iter().zip(1_usize..);
        std::iter::from_fn(|| {
            let (draft, number) = numbered.next()?;
            let id = if draft.id.is_empty() { format!("call_{number}") } else { draft.id };
            let mut unique = id.clone();
            let mut copy = 2;
            while !ids.insert(unique.clone()) {
                unique = format!("{id}-{copy}");
                copy += 1;
            }
            Some(ToolCall { id: unique, tool: draft.tool, arguments: parsed(draft.arguments) })
        })
        .collect()
    }
}

impl Draft {
    fn size_bytes(&self) -> usize {
        self.id.len() + self.tool.len() + self.arguments.len()
    }

    fn is_whole(&self) -> bool {
        // The look at the end keeps a long object from being parsed with each piece.
        self.arguments.trim_end().ends_with('}')
            && serde_json::from_str::<serde::de::IgnoredAny>(&self.arguments).is_ok()
    }
}

/// No arguments are an empty object; what is no JSON stays as it was written.
fn parsed(arguments: String) -> Value {
    if arguments.trim().is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    ToolCall::read_arguments(&arguments).unwrap_or(Value::String(arguments))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pieces_become_calls() {
        for (name, pieces, calls) in [
            (
                "interleaved",
                json!([
                    {"index": 0, "id": "a", "function": {"name": "x", "arguments": ""}},
                    {"index": 1, "id": "b", "function": {"name": "y", "arguments": "{\"n\""}},
                    {"index": 0, "function": {"arguments": "{\"m\":1}"}},
                    {"index": 1, "function": {"arguments": ":2}"}},
                ]),
                json!([{"id": "a", "tool": "x", "arguments": {"m": 1}}, {"id": "b", "tool": "y", "arguments": {"n": 2}}]),
            ),
            (
                "id and name repeated with each piece",
                json!([
                    {"index": 0, "id": "a", "function": {"name": "x", "arguments": "{\"n\""}},
                    {"index": 0, "id": "a", "function": {"name": "x", "arguments": ":2}"}},
                ]),
                json!([{"id": "a", "tool": "x", "arguments": {"n": 2}}]),
            ),
            (
                "no index, ids",
                json!([
                    {"id": "a", "function": {"name": "x", "arguments": "{}"}},
                    {"id": "b", "function": {"name": "x", "arguments": "{\"n\""}},
                    {"id": "b", "function": {"name": "x", "arguments": ":2}"}},
                ]),
                json!([{"id": "a", "tool": "x", "arguments": {}}, {"id": "b", "tool": "x", "arguments": {"n": 2}}]),
            ),
            (
                "neither index nor id",
                json!([
                    {"function": {"name": "x", "arguments": "{\"n\""}},
                    {"function": {"arguments": ":2}"}},
                    {"function": {"name": "x"}},
                ]),
                json!([{"id": "call_1", "tool": "x", "arguments": {"n": 2}}, {"id": "call_2", "tool": "x", "arguments": {}}]),
            ),
            (
                "all numbered 0",
                json!([
                    {"index": 0, "id": "a", "function": {"name": "x", "arguments": "{}"}},
                    {"index": 0, "id": "b", "function": {"name": "y", "arguments": "{}"}},
                ]),
                json!([{"id": "a", "tool": "x", "arguments": {}}, {"id": "b", "tool": "y", "arguments": {}}]),
            ),
            (
                "duplicate ids",
                json!([
                    {"index": 0, "id": "a", "function": {"name": "x"}},
                    {"index": 1, "id": "a", "function": {"name": "y"}},
                    {"id": "a", "function": {"name": "z", "arguments": "{}"}},
                    {"id": "a", "function": {"name": "z", "arguments": "{}"}},
                ]),
                json!([
                    {"id": "a", "tool": "x", "arguments": {}},
                    {"id": "a-2", "tool": "y", "arguments": {}},
                    {"id": "a-3", "tool": "z", "arguments": {}},
                ]),
            ),
            (
                "arguments of other kinds",
                json!([
                    {"index": 0, "function": {"name": "x", "arguments": {"n": 1}}},
                    {"index": 1, "function": {"name": "x", "arguments": "{\"n\": "}},
                    {"index": 2, "function": {"name": "x", "arguments": " "}},
                    {"index": 3, "function": null},
                ]),
                json!([
                    {"id": "call_1", "tool": "x", "arguments": {"n": 1}},
                    {"id": "call_2", "tool": "x", "arguments": "{\"n\": "},
                    {"id": "call_3", "tool": "x", "arguments": {}},
                    {"id": "call_4", "tool": "", "arguments": {}},
                ]),
            ),
        ] {
            let text = pieces.to_string();
            let pieces: Vec<CallPiece<'_>> = serde_json::from_str(&text).unwrap();
            let mut all = Calls::default();
            for piece in pieces {
                all.add(piece).unwrap();
            }
            assert_eq!(serde_json::to_value(all.finish()).unwrap(), calls, "{name}");
        }
    }

    #[test]
    fn the_calls_of_an_answer_have_a_limit() {
        let mut calls = Calls::default();
        let piece = |index| CallPiece { index: Some(index), ..CallPiece::default() };
        assert!((0..MAX_CALLS as u64).all(|index| calls.add(piece(index)).is_ok()));
        assert!(calls.add(piece(0)).is_ok());
        assert!(calls.add(piece(MAX_CALLS as u64)).is_err());
    }
}
