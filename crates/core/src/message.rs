//! What is said to a model and what it answers, in no vendor's words.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attempt::{Attempt, is_zero};
use crate::id::Seat;
use crate::model::ModelSpec;
use crate::name::Name;

/// One question to a model: the whole of what it gets to see.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Who speaks. Not sent to vendors; the mock plays by it.
    pub seat: Seat,
    /// The conversation, oldest first; the first message is the system prompt.
    pub messages: Vec<Message>,
    /// Tools the model may call; empty for none.
    pub tools: Vec<ToolSpec>,
    /// The form its text shall have, for models that can be held to one; others are told in the conversation.
    pub schema: Option<AnswerSchema>,
    /// How to sample.
    pub sampling: Sampling,
    /// For models that can repeat themselves: equal for equal questions of equal matches.
    pub seed: u64,
}

impl Request {
    /// The characters of the conversation, for [`Usage::estimate`]; the tools are left out.
    pub fn n_chars(&self) -> usize {
        self.messages.iter().map(Message::n_chars).sum()
    }
}

/// The form of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerSchema {
    /// What providers that ask for a name are told.
    pub name: &'static str,
    /// JSON Schema of the answer, an object.
    pub schema: Value,
}

/// How a model shall sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// 0.0 to 2.0; `None` leaves it to the provider.
    pub temperature: Option<f64>,
    /// The most tokens of one answer.
    pub max_output_tokens: u32,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Message {
    /// Instructions of the arena or the scenario.
    System {
        /// The text.
        text: String,
    },
    /// Said to the model.
    User {
        /// The text.
        text: String,
    },
    /// Said by the model.
    Assistant {
        /// The text; may be empty beside calls.
        text: String,
        /// The calls it asked for.
        calls: Vec<ToolCall>,
    },
    /// What a call brought.
    Tool {
        /// [`ToolCall::id`] of the call.
        id: String,
        /// The result, or why there is none.
        text: String,
    },
}

impl Message {
    /// Its characters, those of calls among them.
    fn n_chars(&self) -> usize {
        match self {
            Self::System { text } | Self::User { text } | Self::Tool { text, .. } => n_chars(text, &[]),
            Self::Assistant { text, calls } => n_chars(text, calls),
        }
    }
}

/// The characters of an answer, for [`Usage::estimate`].
pub fn n_chars(text: &str, calls: &[ToolCall]) -> usize {
    text.chars().count() + calls.iter().map(|call| call.tool.len() + call.arguments.to_string().len()).sum::<usize>()
}

/// A tool as a model is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: Value,
}

/// A model asks for a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The provider's id of this call; the result must name it.
    pub id: String,
    /// The tool's name as the model wrote it; there may be no such tool.
    pub tool: String,
    /// The arguments. An object in a well-formed call; a string holds what could not be read as JSON.
    pub arguments: Value,
}

impl ToolCall {
    /// Arguments as a model or a guard wrote them; `None` if they are no JSON, or nested so deeply that no schema of a
    /// tool has a use for it and the record that holds them could not be read back.
    pub fn read_arguments(text: &str) -> Option<Value> {
        /// `serde_json` reads 128 levels, and a record puts some of its own around the arguments.
        const MAX_DEPTH: usize = 64;
        fn fits(value: &Value, depth: usize) -> bool {
            depth > 0
                && match value {
                    Value::Array(items) => items.iter().all(|item| fits(item, depth - 1)),
                    Value::Object(fields) => fields.values().all(|field| fits(field, depth - 1)),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
                }
        }
        serde_json::from_str(text).ok().filter(|value| fits(value, MAX_DEPTH))
    }
}

/// A finished answer. Only what ended properly becomes one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What it says; may be empty.
    pub text: String,
    /// The tools it asks for, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
    /// Why it ended.
    pub finish: Finish,
    /// Tokens read and written.
    pub usage: Usage,
    /// What was asked for, if that is not who answered: a chain, or a name that stands for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<ModelSpec>,
    /// Who really answered. `mock` says so here.
    pub answered_by: ModelSpec,
    /// What was waited before the attempt that brought it: for a limit to pass, for a free place. Milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waited_ms: u64,
    /// From the question to the last byte of the attempt that brought it, milliseconds.
    pub elapsed_ms: u64,
    /// What it cost, billionths of a US dollar; `None` if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_nanousd: Option<u64>,
    /// It came from the response cache: nothing was asked, nothing spent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// The attempts that brought no answer before this one did, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
}

impl Reply {
    /// An answer of `answered_by` that came at once, at the first attempt, at no known cost.
    pub fn new(
        answered_by: ModelSpec,
        text: impl Into<String>,
        calls: Vec<ToolCall>,
        finish: Finish,
        usage: Usage,
    ) -> Self {
        Self {
            text: text.into(),
            calls,
            finish,
            usage,
            requested: None,
            answered_by,
            waited_ms: 0,
            elapsed_ms: 0,
            cost_nanousd: None,
            cached: false,
            attempts: vec![],
        }
    }

    /// The reply as it is recorded: what is too long is cut, visibly. A model's text is hostile, and stays in the record,
    /// in prompts and in memory.
    pub fn cut(mut self) -> Self {
        /// Far beyond what an answer of [`Sampling::max_output_tokens`] has.
        const MAX_TEXT_BYTES: usize = 64 << 10;
        /// What a tool of a scenario takes fits many times.
        const MAX_ARGUMENTS_BYTES: usize = 32 << 10;
        /// What a model asks beyond is not looked at.
        const MAX_CALLS: usize = 16;
        self.text = cut(self.text, MAX_TEXT_BYTES);
        self.calls.truncate(MAX_CALLS);
        for call in &mut self.calls {
            call.id = cut(std::mem::take(&mut call.id), 256);
            call.tool = cut(std::mem::take(&mut call.tool), 256);
            let written = call.arguments.to_string();
            if written.len() > MAX_ARGUMENTS_BYTES {
                // No object any more: the rules will refuse the call.
                call.arguments = Value::String(cut(written, MAX_ARGUMENTS_BYTES));
            }
        }
        self
    }
}

/// `text`, or its beginning with a note of how much is missing.
pub fn cut(mut text: String, max_bytes: usize) -> String {
    if text.len() > max_bytes {
        let end = text.floor_char_boundary(max_bytes);
        let n_missing = text.len() - end;
        text.truncate(end);
        return format!("{text} [cut: {n_missing} bytes more]");
    }
    text
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model was done.
    Stop,
    /// It waits for its tools.
    ToolCalls,
    /// The token limit cut it.
    Length,
    /// The provider's filter cut it.
    Filtered,
    /// A reason this version does not know.
    Other,
}

/// Tokens of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the question.
    pub input_tokens: u64,
    /// Those of them that the provider had read before and takes less for.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cached_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
    /// The provider did not say; these are characters divided by four.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

impl Usage {
    /// A guess where the provider gives no figures: four characters a token.
    pub fn estimate(input_chars: usize, output_chars: usize) -> Self {
        Self {
            input_tokens: input_chars.div_ceil(4) as u64,
            cached_tokens: 0,
            output_tokens: output_chars.div_ceil(4) as u64,
            estimated: true,
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFailure {
    /// What kind of failure.
    pub class: FailureClass,
    /// A sentence for people. Holds no secret.
    pub message: String,
    /// Every attempt, oldest first; none if nothing could be asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
}

impl ModelFailure {
    /// A failure without an attempt: nothing could be asked.
    pub fn unasked(class: FailureClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), attempts: vec![] }
    }
}

/// Failures of a model call by what follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// Wrong key, wrong model, wrong URL, not this kind of API: no later call will fare better.
    Misconfigured,
    /// The question does not fit the model or its provider refuses its form: this call will not fare better.
    Rejected,
    /// Rate limits, overload, server errors, broken connections, timeouts: a later call may succeed.
    Unavailable,
}
