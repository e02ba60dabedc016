//! What a guard looks at as texts: one, or each key and string of a tool call's arguments. What JSON escapes is then
//! seen, and a rewrite leaves JSON.

use serde_json::Value;

use super::Inspected;
use super::hit::{Hit, Place};
use crate::message::ToolCall;
use crate::ruling::Checkpoint;
use crate::world::escape;

/// The texts, in order.
pub(super) enum Texts {
    /// It is one text.
    One(String),
    /// It is arguments.
    Arguments {
        /// All of them.
        arguments: Value,
        /// Each text, with the JSON pointer to it.
        texts: Vec<(String, String)>,
    },
}

impl Texts {
    pub(super) fn read(inspected: &Inspected<'_>) -> Self {
        let arguments = match inspected.checkpoint {
            Checkpoint::ToolCall => ToolCall::read_arguments(inspected.text).filter(Value::is_object),
            Checkpoint::Input | Checkpoint::ToolResult | Checkpoint::Output => None,
        };
        match arguments {
            None => Self::One(inspected.text.to_owned()),
            Some(arguments) => {
                let mut texts = Vec::new();
                collect(&arguments, "", &mut texts);
                Self::Arguments { arguments, texts }
            }
        }
    }

    /// Each of them.
    pub(super) fn all(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text],
            Self::Arguments { texts, .. } => texts.iter().map(|(text, _)| text.as_str()).collect(),
        }
    }

    /// One of them, and its place in the arguments.
    pub(super) fn named(&self, nth: usize) -> (&str, Option<&str>) {
        match self {
            Self::One(text) => (text, None),
            Self::Arguments { texts, .. } => {
                texts.get(nth).map_or(("", None), |(text, pointer)| (text.as_str(), Some(pointer.as_str())))
            }
        }
    }

    /// All of it without what was hit. Keys stay as they are: the call would not fit its tool any more.
    pub(super) fn without(&self, hits: &[Hit]) -> String {
        match self {
            Self::One(text) => taken_out(text, 0, hits),
            Self::Arguments { arguments, .. } => {
                let mut arguments = arguments.clone();
                rewrite(&mut arguments, &mut 0, hits);
                arguments.to_string()
            }
        }
    }
}

fn collect(value: &Value, pointer: &str, texts: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => texts.push((text.clone(), pointer.to_owned())),
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{nth}"), texts);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let pointer = format!("{pointer}/{}", escape(key));
                texts.push((key.clone(), pointer.clone()));
                collect(field, &pointer, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// In the order of [`collect`].
fn rewrite(value: &mut Value, nth: &mut usize, hits: &[Hit]) {
    match value {
        Value::String(text) => {
            *text = taken_out(text, *nth, hits);
            *nth += 1;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, nth, hits)),
        Value::Object(fields) => {
            for field in fields.values_mut() {
                *nth += 1;
                rewrite(field, nth, hits);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text without its places; those that overlap are one.
fn taken_out(text: &str, nth: usize, hits: &[Hit]) -> String {
    let mut places: Vec<&Place> = hits.iter().filter_map(|hit| hit.place.as_ref()).filter(|p| p.text == nth).collect();
    places.sort_by_key(|place| (place.bytes.start, place.bytes.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for place in places {
        if place.bytes.start >= at {
            out.push_str(&text[at..place.bytes.start]);
            out.push_str(place.instead);
        }
        at = at.max(place.bytes.end);
    }
    out.push_str(&text[at..]);
    out
}
