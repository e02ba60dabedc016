//! The key of a question: equal for questions that ask the same of the same model. Pure. The response cache and
//! cassettes find answers by it.

use std::fmt;
use std::str::FromStr;

use arena_core::json::canonical;
use arena_core::message::{Message, Request, ToolCall, ToolSpec};
use arena_core::model::ModelSpec;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Who answers: what of a model's set-up decides what it says. Not its key, nor its limits of time, nor how it is asked
/// again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's name or kind.
    pub provider: String,
    /// Where it listens, as [`Endpoint`](crate::Endpoint) shows it: a key in a query would make each key another model.
    pub base_url: String,
    /// The provider's own name of the model, after every alias and chain.
    pub model: String,
}

/// The BLAKE3 hash of a question and of who is asked, shown as 64 hexadecimal digits.
///
/// The seed of the question is in it. It is derived from the match's, so replicates with different seeds have different
/// keys, and a replicate that is played again finds its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey([u8; 32]);

impl RequestKey {
    /// Raised when the same question gets another key; what was kept under the old one is then not found.
    pub const VERSION: u32 = 1;

    /// The key of `request` to the model that really answers.
    pub fn of(identity: &Identity, request: &Request) -> Self {
        let Identity { provider, base_url, model } = identity;
        Self::hash(&json!({"provider": provider, "base_url": base_url, "model": model}), request)
    }

    /// The key of a whole turn: of `request` to whatever answers for `requested`, chains included.
    pub fn of_turn(requested: &ModelSpec, request: &Request) -> Self {
        Self::hash(&json!({"requested": requested}), request)
    }

    fn hash(asked: &Value, request: &Request) -> Self {
        // Named one by one: whoever adds a field decides here whether it changes the answer.
        let Request { seat, messages, tools, schema, sampling, seed } = request;
        let tools: Vec<Value> = tools
            .iter()
            .map(|ToolSpec { name, description, parameters }| {
                json!({"name": name, "description": description, "parameters": parameters})
            })
            .collect();
        let question = json!({
            "version": Self::VERSION,
            "asked": asked,
            // No vendor is told, but the mock plays by it.
            "seat": seat,
            "messages": numbered(messages),
            "tools": tools,
            "schema": schema.as_ref().map(|schema| json!({"name": schema.name, "schema": schema.schema})),
            "sampling": sampling,
            "seed": seed,
        });
        Self(*blake3::hash(canonical(&question).as_bytes()).as_bytes())
    }
}

/// The messages with each call named by its place in the conversation: providers draw the ids by lot.
///
/// A result belongs to the oldest call of its id that has none yet, because some providers use an id again.
fn numbered(messages: &[Message]) -> Vec<Message> {
    // The ids of all calls so far, and whether the call has its result.
    let mut calls: Vec<(&str, bool)> = Vec::new();
    messages
        .iter()
        .map(|message| match message {
            Message::System { .. } | Message::User { .. } => message.clone(),
            Message::Assistant { text, calls: asked } => {
                let asked = asked.iter().map(|ToolCall { id, tool, arguments }| {
                    calls.push((id, false));
                    ToolCall { id: place(calls.len() - 1), tool: tool.clone(), arguments: arguments.clone() }
                });
                Message::Assistant { text: text.clone(), calls: asked.collect() }
            }
            Message::Tool { id, text } => {
                let open = calls.iter().position(|(asked, has_result)| asked == id && !has_result);
                if let Some(open) = open {
                    calls[open].1 = true;
                }
                // A result that answers no call keeps its id: it is another conversation than one in which it does.
                Message::Tool { id: open.map_or_else(|| id.clone(), place), text: text.clone() }
            }
        })
        .collect()
}

/// What a call is named by; no provider's id looks like it.
fn place(index: usize) -> String {
    format!("call {index}")
}

impl fmt::Display for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// The text is no key of a question.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the key of a question: 64 hexadecimal digits, lower case")]
pub struct NotARequestKey(String);

impl FromStr for RequestKey {
    type Err = NotARequestKey;

    fn from_str(text: &str) -> Result<Self, NotARequestKey> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| NotARequestKey(text.to_owned()))
    }
}

impl Serialize for RequestKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RequestKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_as_it_is_shown() {
        let key = RequestKey([0xab; 32]);
        let shown = key.to_string();
        assert_eq!((shown.len(), shown.parse()), (64, Ok(key)));
        for text in ["", "ab", &"ab".repeat(33), &"AB".repeat(32), &"zz".repeat(32)] {
            assert_eq!(text.parse::<RequestKey>(), Err(NotARequestKey(text.to_owned())));
        }
    }
}
