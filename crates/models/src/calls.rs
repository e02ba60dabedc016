//! Tool calls put together from their pieces. Pure; a part of every vendor's draft.
//!
//! Pieces of several calls may alternate, and servers differ in what they leave out: the index, the id, the arguments
//! of a tool that takes none. Each call comes out with an id of its own and JSON for arguments.

use std::borrow::Cow;
use std::collections::HashSet;

use arena_core::message::ToolCall;
use serde_json::Value;

/// The most calls of one answer. OpenAI takes 128 tools in a question, so no sense is lost.
pub(crate) const MAX_CALLS: usize = 128;

/// The calls of an answer so far.
#[derive(Debug, Default)]
pub(crate) struct Calls(Vec<Begun>);

/// A piece of a call. What is empty is missing.
#[derive(Debug, Default)]
pub(crate) struct Piece<'a> {
    pub(crate) index: Option<u64>,
    pub(crate) id: Cow<'a, str>,
    pub(crate) tool: Cow<'a, str>,
    /// The next part of the arguments' JSON.
    pub(crate) arguments: Cow<'a, str>,
}

#[derive(Debug, Default)]
struct Begun {
    index: Option<u64>,
    id: String,
    tool: String,
    arguments: String,
}

/// There are more than [`MAX_CALLS`].
#[derive(Debug)]
pub(crate) struct TooMany;

impl Calls {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a piece; returns how many bytes it brought.
    pub(crate) fn add(&mut self, piece: &Piece<'_>) -> Result<usize, TooMany> {
        let place = match self.place_of(piece) {
            Some(place) => place,
            None if self.0.len() == MAX_CALLS => return Err(TooMany),
            None => {
                self.0.push(Begun { index: piece.index, ..Begun::default() });
                self.0.len() - 1
            }
        };
        let begun = &mut self.0[place];
        let before = begun.size_bytes();
        // Some servers repeat both with each piece.
        if begun.id.is_empty() {
            begun.id.push_str(&piece.id);
        }
        if begun.tool.is_empty() {
            begun.tool.push_str(&piece.tool);
        }
        begun.arguments.push_str(&piece.arguments);
        Ok(begun.size_bytes() - before)
    }

    /// The call that a piece continues; `None` if it begins one.
    fn place_of(&self, piece: &Piece<'_>) -> Option<usize> {
        let Piece { index, id, tool, .. } = piece;
        match (index, id.as_ref()) {
            (Some(_), id) => {
                let place = self.0.iter().rposition(|begun| begun.index == *index)?;
                let known = &self.0[place].id;
                // Some servers number all calls 0; their ids tell them apart.
                (id.is_empty() || known.is_empty() || known == id).then_some(place)
            }
            (None, "") if tool.is_empty() => self.0.len().checked_sub(1),
            (None, "") => None,
            (None, id) => {
                let place = self.0.iter().rposition(|begun| begun.id == id)?;
                (tool.is_empty() || !self.0[place].is_whole()).then_some(place)
            }
        }
    }

    /// The calls, finished. Ids that are missing are counted `call_1`, `call_2`; a repeated one gets a number behind it.
    pub(crate) fn finish(self) -> Vec<ToolCall> {
        let mut ids = HashSet::new();
        let mut numbered = self.0.into_iter().zip(1_usize..);
        std::iter::from_fn(|| {
            let (begun, number) = numbered.next()?;
            let id = if begun.id.is_empty() { format!("call_{number}") } else { begun.id };
            let mut unique = id.clone();
            let mut copy = 2;
            while !ids.insert(unique.clone()) {
                unique = format!("{id}-{copy}");
                copy += 1;
            }
            Some(ToolCall { id: unique, tool: begun.tool, arguments: parsed(begun.arguments) })
        })
        .collect()
    }
}

impl Begun {
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
                &[
                    (Some(0), "a", "x", ""),
                    (Some(1), "b", "y", "{\"n\""),
                    (Some(0), "", "", "{\"m\":1}"),
                    (Some(1), "", "", ":2}"),
                ][..],
                json!([{"id": "a", "tool": "x", "arguments": {"m": 1}}, {"id": "b", "tool": "y", "arguments": {"n": 2}}]),
            ),
            (
                "id and name repeated with each piece",
                &[(Some(0), "a", "x", "{\"n\""), (Some(0), "a", "x", ":2}")],
                json!([{"id": "a", "tool": "x", "arguments": {"n": 2}}]),
            ),
            (
                "no index, ids",
                &[(None, "a", "x", "{}"), (None, "b", "x", "{\"n\""), (None, "b", "x", ":2}")],
                json!([{"id": "a", "tool": "x", "arguments": {}}, {"id": "b", "tool": "x", "arguments": {"n": 2}}]),
            ),
            (
                "neither index nor id",
                &[(None, "", "x", "{\"n\""), (None, "", "", ":2}"), (None, "", "x", "")],
                json!([{"id": "call_1", "tool": "x", "arguments": {"n": 2}}, {"id": "call_2", "tool": "x", "arguments": {}}]),
            ),
            (
                "all numbered 0",
                &[(Some(0), "a", "x", "{}"), (Some(0), "b", "y", "{}")],
                json!([{"id": "a", "tool": "x", "arguments": {}}, {"id": "b", "tool": "y", "arguments": {}}]),
            ),
            (
                "duplicate ids",
                &[(Some(0), "a", "x", ""), (Some(1), "a", "y", ""), (None, "a", "z", "{}"), (None, "a", "z", "{}")],
                json!([
                    {"id": "a", "tool": "x", "arguments": {}},
                    {"id": "a-2", "tool": "y", "arguments": {}},
                    {"id": "a-3", "tool": "z", "arguments": {}},
                ]),
            ),
            (
                "arguments that are no JSON, and nothing at all",
                &[(Some(0), "", "x", "{\"n\": "), (Some(1), "", "x", " "), (Some(2), "", "", "")],
                json!([
                    {"id": "call_1", "tool": "x", "arguments": "{\"n\": "},
                    {"id": "call_2", "tool": "x", "arguments": {}},
                    {"id": "call_3", "tool": "", "arguments": {}},
                ]),
            ),
        ] {
            let mut all = Calls::default();
            for &(index, id, tool, arguments) in pieces {
                all.add(&Piece { index, id: id.into(), tool: tool.into(), arguments: arguments.into() }).unwrap();
            }
            assert_eq!(serde_json::to_value(all.finish()).unwrap(), calls, "{name}");
        }
    }

    #[test]
    fn the_calls_of_an_answer_have_a_limit() {
        let mut calls = Calls::default();
        let piece = |index| Piece { index: Some(index), ..Piece::default() };
        assert!((0..MAX_CALLS as u64).all(|index| calls.add(&piece(index)).is_ok()));
        assert!(calls.add(&piece(0)).is_ok());
        assert!(calls.add(&piece(MAX_CALLS as u64)).is_err());
    }
}
