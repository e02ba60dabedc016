//! What models answer a search: JSON, with whatever stands around it.

use serde_json::Value;

use crate::json::objects;
use crate::strategy::memory::remembered;

/// An attempt that a model thought out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Proposal {
    /// What is new in it, and why. May be empty.
    pub(super) improvement: String,
    /// The message. Not blank.
    pub(super) prompt: String,
}

impl Proposal {
    /// An answer that is no proposal, as the message; the goal itself if it is blank.
    pub(super) fn raw(answer: &str, goal: &str) -> Self {
        let answer = answer.trim();
        Self { improvement: String::new(), prompt: if answer.is_empty() { goal } else { answer }.to_owned() }
    }

    /// As long as a strategy remembers it.
    pub(super) fn remembered(&self) -> Self {
        Self { improvement: remembered(&self.improvement), prompt: remembered(&self.prompt) }
    }
}

/// The first object with a `prompt` that says something.
pub(super) fn proposal(answer: &str) -> Option<Proposal> {
    objects(answer).find_map(|object| {
        let prompt = object.get("prompt")?.as_str().filter(|prompt| !prompt.trim().is_empty())?;
        let improvement = object.get("improvement").and_then(Value::as_str).unwrap_or_default();
        Some(Proposal { improvement: improvement.to_owned(), prompt: prompt.to_owned() })
    })
}

/// The first object with an `on_topic` of yes or no.
pub(super) fn on_topic(answer: &str) -> Option<bool> {
    objects(answer).find_map(|object| match object.get("on_topic")? {
        Value::Bool(on_topic) => Some(*on_topic),
        Value::String(word) => match word.trim().to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        },
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

/// The first object with a `score` of 1 to 10, to the nearest whole.
pub(super) fn score(answer: &str) -> Option<u8> {
    objects(answer).find_map(|object| {
        let said = match object.get("score")? {
            Value::Number(number) => number.as_f64()?,
            // Models write "7", and "7/10".
            Value::String(text) => text.split('/').next()?.trim().parse().ok()?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        (1..=10).find(|score| (f64::from(*score) - said).abs() <= 0.5)
    })
}
