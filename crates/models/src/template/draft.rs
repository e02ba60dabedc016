//! The shape of a template in a file of the user. Shape only; what its texts mean is for `check`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How a user's own agent is spoken to, as it is written down.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateDraft {
    /// Where the agent listens; may have placeholders in its path and query.
    pub url: String,
    /// `POST` unless it is set.
    pub method: Option<String>,
    /// Names and values, which may hold `{key}`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// JSON with placeholders for values. Nothing is sent without it.
    pub body: Option<String>,
    /// JSON pointer to the answer's text. Without it the whole body is the answer.
    pub answer: Option<String>,
    /// JSON pointer to what the agent says instead of an answer.
    pub error: Option<String>,
    /// JSON pointer to calls of tools, in the form that chat completions give them.
    pub calls: Option<String>,
    /// How the answer comes as events. Without it it comes whole.
    pub stream: Option<StreamDraft>,
}

/// How an answer comes as server-sent events, of which each holds JSON.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamDraft {
    /// JSON pointer to an event's piece of the text. Events without one are passed over.
    pub event: String,
    /// The data of the last event, or a JSON pointer to something that only the last has.
    pub done: String,
}
