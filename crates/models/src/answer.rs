//! What a call brings, in no vendor's words: a complete answer, or why the bytes that came make none. Pure.

use arena_core::message::{Finish, ToolCall, Usage};
use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use crate::calls::{MAX_CALLS, TooMany};
use crate::refusal::Said;
use crate::sse::TooLong;

/// As much of something unreadable as an error may need.
pub(crate) const HEAD_BYTES: usize = 1024;

/// Reads the counts beside an answer. What cannot be read counts nothing, and the answer is no worse for it.
pub(crate) fn counts<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let said = Value::deserialize(deserializer)?;
    // Most pieces of an answer have `null` there: an error for each would cost more than all else in it.
    Ok(if said.is_null() { None } else { serde_json::from_value(said).ok() })
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) finish: Finish,
    pub(crate) usage: Option<Usage>,
    /// The provider's name of the model that answered.
    pub(crate) model: Option<String>,
    /// What the provider says that it cost, in 10⁻⁹ dollars.
    pub(crate) cost_nanousd: Option<u64>,
}

/// Why bytes make no answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The provider says so.
    Refused(Said),
    /// This is something else than an API: the beginning of it.
    NotAnApi(String),
    /// It ended too early.
    Truncated,
    /// What is wrong, and the beginning of where.
    Malformed { what: String, near: String },
}

impl Fault {
    pub(crate) fn malformed(what: impl Into<String>, near: &[u8]) -> Self {
        Self::Malformed { what: what.into(), near: head(near) }
    }

    /// The provider says in `json` why there is no answer.
    pub(crate) fn refused(json: &[u8]) -> Self {
        let said = serde_json::from_slice(json).map_or_else(|_| Said::plain(&head(json)), |body| Said::read(&body));
        Self::Refused(said)
    }

    /// `json` is not of the shape of an answer.
    pub(crate) fn unreadable(json: &[u8], why: &serde_json::Error) -> Self {
        // Gemini puts its errors into a list.
        let body = serde_json::from_slice::<Value>(json);
        if body.is_ok_and(|body| body.pointer("/0/error").is_some()) {
            return Self::refused(json);
        }
        Self::malformed(format!("the answer cannot be read, {why}"), json)
    }
}

impl From<TooLong> for Fault {
    fn from(TooLong: TooLong) -> Self {
        Self::malformed("a line of the answer is longer than 4 MiB", &[])
    }
}

impl From<TooMany> for Fault {
    fn from(TooMany: TooMany) -> Self {
        Self::malformed(format!("the answer has more than {MAX_CALLS} tool calls"), &[])
    }
}

/// The beginning of `bytes`, as text.
pub(crate) fn head(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]).into_owned()
}
