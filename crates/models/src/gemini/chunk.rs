//! One chunk of a streamed answer, or a whole answer, as `generateContent` writes it: they have the same shape. Types
//! only.
//!
//! Everything may be missing or null, and what is not named is skipped: code that the model ran, for one.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::answer::counts;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow, default)]
    pub(super) prompt_feedback: Option<Feedback<'a>>,
    #[serde(default, deserialize_with = "counts")]
    pub(super) usage_metadata: Option<Tokens>,
    #[serde(borrow, default)]
    pub(super) model_version: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) error: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate<'a> {
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(borrow, default)]
    pub(super) content: Option<Content<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) finish_message: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Content<'a> {
    #[serde(borrow, default)]
    pub(super) parts: Option<Vec<Part<'a>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Cow<'a, str>>,
    /// The text is a thought, not a part of the answer.
    #[serde(default)]
    pub(super) thought: Option<bool>,
    #[serde(borrow, default)]
    pub(super) function_call: Option<Call<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) args: Option<Map<String, Value>>,
    /// More of this call comes.
    #[serde(default)]
    pub(super) will_continue: Option<bool>,
    /// Single arguments, or pieces of one.
    #[serde(default)]
    pub(super) partial_args: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feedback<'a> {
    #[serde(borrow, default)]
    pub(super) block_reason: Option<Cow<'a, str>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Tokens {
    #[serde(default, rename = "promptTokenCount")]
    pub(super) prompt: Option<u64>,
    /// Those of the prompt that had been read before.
    #[serde(default, rename = "cachedContentTokenCount")]
    pub(super) cached: Option<u64>,
    #[serde(default, rename = "candidatesTokenCount")]
    pub(super) candidates: Option<u64>,
    /// Paid for like the answer, and not counted in it.
    #[serde(default, rename = "thoughtsTokenCount")]
    pub(super) thoughts: Option<u64>,
}
