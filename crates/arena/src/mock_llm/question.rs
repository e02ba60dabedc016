//! What is asked, out of any vendor's form. Pure; what a client may leave out has the vendor's default.

use serde_json::Value;

/// A question to a model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Question {
    pub(super) model: String,
    /// Everything that decides the answer, as text; how it is delivered is left out.
    pub(super) digest: String,
    pub(super) delivery: Delivery,
    pub(super) tools: Vec<Tool>,
    pub(super) choice: Choice,
    pub(super) may_be_parallel: bool,
    /// The last message is the result of a call.
    pub(super) answers_a_tool: bool,
    /// A guard of the arena asks.
    pub(super) is_for_blue: bool,
    /// The answer shall be JSON of this schema.
    pub(super) schema: Option<Value>,
    pub(super) max_tokens: Option<u64>,
    pub(super) n_input_tokens: u64,
}

/// How the answer shall come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Whole,
    /// Server-sent events.
    Stream {
        /// With the tokens at the end, which OpenAI sends only to who asks for them.
        with_usage: bool,
    },
    /// Gemini's own: a JSON list that grows.
    List,
}

/// A tool that is offered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tool {
    pub(super) name: String,
    /// A JSON schema.
    pub(super) parameters: Value,
}

/// Whether a tool may, must or must not be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Maybe,
    Never,
    Must,
    This(String),
}

/// A question that cannot be answered; the text goes back to who asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadQuestion(pub(super) String);

impl BadQuestion {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The body as JSON.
pub(super) fn json(body: &[u8]) -> Result<Value, BadQuestion> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|why| BadQuestion::new(format!("We could not parse the JSON body of your request: {why}")))?;
    if value.is_object() { Ok(value) } else { Err(BadQuestion::new("The body of your request is no JSON object")) }
}

/// The list under `key`, which must have something in it.
pub(super) fn filled_list<'a>(body: &'a Value, key: &str) -> Result<&'a [Value], BadQuestion> {
    let list = body.get(key).and_then(Value::as_array).map(Vec::as_slice);
    list.filter(|list| !list.is_empty())
        .ok_or_else(|| BadQuestion::new(format!("Invalid value for '{key}': expected a list with at least one item")))
}

/// A text, or the texts of a list of parts.
pub(super) fn texts(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// What a tokenizer would count, roughly: a quarter of the characters.
pub(super) fn n_tokens(size_bytes: usize) -> u64 {
    (size_bytes as u64).div_ceil(4)
}
