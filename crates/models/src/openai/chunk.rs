//! One chunk of a streamed answer, or a whole answer, as servers of chat completions write it. Types only.
//!
//! Everything may be missing or null, and what is not named is skipped: reasoning fields, for one.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::calls;

#[derive(Debug, Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) object: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    pub(super) usage: Option<Tokens>,
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
pub(super) struct Tokens {
    #[serde(default)]
    pub(super) prompt_tokens: Option<u64>,
    #[serde(default)]
    pub(super) completion_tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Groq {
    #[serde(default)]
    pub(super) usage: Option<Tokens>,
}
