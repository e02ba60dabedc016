//! One chunk of a streamed answer, or a whole answer, as servers of chat completions write it. Types only.
//!
//! Everything may be missing or null, and what is not named is skipped: reasoning fields, for one.

use std::borrow::Cow;

use arena_core::message::Usage;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::answer::{Fault, counts};
use crate::calls::{self, Calls};

#[derive(Debug, Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) object: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) choices: Option<Vec<Choice<'a>>>,
    #[serde(default, deserialize_with = "counts")]
    pub(super) usage: Option<Counted>,
    /// Groq's own place for the usage.
    #[serde(default)]
    pub(super) x_groq: Option<Groq>,
    /// Only whether it is there; its shape is for [`Said`](crate::refusal::Said) to find out.
    #[serde(default)]
    pub(super) error: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice<'a> {
    #[serde(default)]
    pub(super) index: Option<u64>,
    /// A piece, in a stream.
    #[serde(borrow, default)]
    pub(super) delta: Option<Piece<'a>>,
    /// The whole, outside of a stream.
    #[serde(borrow, default)]
    pub(super) message: Option<Piece<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Piece<'a> {
    #[serde(borrow, default)]
    pub(super) content: Option<Content<'a>>,
    #[serde(borrow, default)]
    pub(super) refusal: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Vec<CallPiece<'a>>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    /// Mistral's reasoning models write a list in which thoughts and text alternate.
    Parts(#[serde(borrow)] Vec<Part<'a>>),
}

#[derive(Debug, Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) text: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CallPiece<'a> {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(borrow, default)]
    pub(super) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) function: Option<FunctionPiece<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct FunctionPiece<'a> {
    #[serde(borrow, default)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) arguments: Option<Arguments<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Arguments<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    /// Against the API, and yet some servers put the object itself here.
    Object(Map<String, Value>),
}

/// Adds the calls of a list in these words, wherever it stands; returns how many bytes they have.
pub(crate) fn add_calls(calls: &mut Calls, list: &Value) -> Result<usize, Fault> {
    let pieces = Vec::<CallPiece<'_>>::deserialize(list)
        .map_err(|why| Fault::malformed(format!("the calls cannot be read, {why}"), list.to_string().as_bytes()))?;
    let mut size_bytes = 0;
    for piece in pieces {
        size_bytes += calls.add(&piece.into())?;
    }
    Ok(size_bytes)
}

impl<'a> From<CallPiece<'a>> for calls::Piece<'a> {
    fn from(piece: CallPiece<'a>) -> Self {
        let function = piece.function.unwrap_or_default();
        let arguments = match function.arguments {
            Some(Arguments::Text(text)) => text,
            Some(Arguments::Object(object)) => Value::Object(object).to_string().into(),
            None => Cow::default(),
        };
        Self {
            index: piece.index,
            id: piece.id.unwrap_or_default(),
            tool: function.name.unwrap_or_default(),
            arguments,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Counted {
    #[serde(default)]
    pub(super) prompt_tokens: Option<u64>,
    #[serde(default)]
    pub(super) completion_tokens: Option<u64>,
    /// What a router says that the call costs, in dollars.
    #[serde(default)]
    pub(super) cost: Option<f64>,
    #[serde(default)]
    pub(super) prompt_tokens_details: Option<PromptDetails>,
    /// `DeepSeek`'s own place for what was cached.
    #[serde(default)]
    pub(super) prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct PromptDetails {
    #[serde(default)]
    pub(super) cached_tokens: Option<u64>,
}

impl Counted {
    /// Of the prompt's tokens, those that the provider had read before, and charges less for.
    fn cached_tokens(&self) -> Option<u64> {
        self.prompt_tokens_details.and_then(|details| details.cached_tokens).or(self.prompt_cache_hit_tokens)
    }

    /// `None` if it counts nothing.
    pub(super) fn usage(&self) -> Option<Usage> {
        (self.prompt_tokens.is_some() || self.completion_tokens.is_some()).then(|| Usage {
            input_tokens: self.prompt_tokens.unwrap_or(0),
            cached_tokens: self.cached_tokens().unwrap_or(0),
            output_tokens: self.completion_tokens.unwrap_or(0),
            estimated: false,
        })
    }

    /// The cost in 10⁻⁹ dollars, if it is one.
    pub(super) fn cost_nanousd(&self) -> Option<u64> {
        /// No call costs a million dollars, and this many are far within what a `u64` holds.
        const MAX_USD: f64 = 1e6;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
        self.cost.filter(|usd| (0.0..=MAX_USD).contains(usd)).map(|usd| (usd * 1e9).round() as u64)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Groq {
    #[serde(default, deserialize_with = "counts")]
    pub(super) usage: Option<Counted>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_cost_are_counted_where_they_are_said() {
        let usage = |input_tokens, cached_tokens, output_tokens| {
            Some(Usage { input_tokens, cached_tokens, output_tokens, estimated: false })
        };
        for (json, expected) in [
            ("{}", (None, None)),
            (r#"{"prompt_tokens":3}"#, (usage(3, 0, 0), None)),
            (
                r#"{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":2},"cost":0.00006045}"#,
                (usage(3, 2, 4), Some(60_450)),
            ),
            (r#"{"prompt_tokens":3,"prompt_tokens_details":{},"prompt_cache_hit_tokens":1}"#, (usage(3, 1, 0), None)),
            (r#"{"completion_tokens":4,"prompt_tokens_details":null,"cost":0}"#, (usage(0, 0, 4), Some(0))),
            (r#"{"cost":-1}"#, (None, None)),
            (r#"{"cost":1e300}"#, (None, None)),
        ] {
            let counted: Counted = serde_json::from_str(json).unwrap();
            assert_eq!((counted.usage(), counted.cost_nanousd()), expected, "{json}");
        }
    }
}
