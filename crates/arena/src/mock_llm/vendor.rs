//! The three vendors whose APIs are served, and what differs between them beside questions and answers.

use serde_json::{Value, json};

use super::answer::Answer;
use super::events::{Framing, Written};
use super::question::Question;
use super::refusal::Refusal;
use super::twist::Twist;
use super::{anthropic, gemini, openai};

/// When everything was made: fixed, so that the same question brings the same bytes.
pub(super) const CREATED: i64 = 1_767_225_600;
/// [`CREATED`] as Anthropic writes it.
pub(super) const CREATED_AT: &str = "2026-01-01T00:00:00Z";

/// The models that are listed. Any other name answers as well.
const MODELS: &[&str] = &["mock", "mock-large", "mock-small"];

/// Whose API it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    OpenAi,
    Anthropic,
    Gemini,
}

/// An error in a vendor's words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Vendor {
    /// An answer's bytes.
    pub(super) fn write(self, question: &Question, answer: &Answer, twist: Option<&Twist>) -> Written {
        match self {
            Self::OpenAi => openai::write(question, answer, twist),
            Self::Anthropic => anthropic::write(question, answer, twist),
            Self::Gemini => gemini::write(question, answer, twist),
        }
    }

    /// An error, for a request to `model` that is known as `request_id`.
    pub(super) fn refuse(self, refusal: &Refusal, model: &str, request_id: &str) -> Said {
        match self {
            Self::OpenAi => openai::refuse(refusal, model),
            Self::Anthropic => {
                let mut said = anthropic::refuse(refusal, model);
                said.body["request_id"] = json!(request_id);
                said
            }
            Self::Gemini => gemini::refuse(refusal, model),
        }
    }

    /// The list of models.
    pub(super) fn models(self) -> Value {
        match self {
            Self::OpenAi => openai::models(MODELS),
            Self::Anthropic => anthropic::models(MODELS),
            Self::Gemini => gemini::models(MODELS),
        }
    }

    /// An error inside a stream, behind other events.
    pub(super) fn error_in(self, framing: Framing, said: &Said) -> Vec<u8> {
        match (framing, self) {
            (Framing::List, _) => format!(",\r\n{}]", said.body),
            (Framing::Events, Self::Anthropic) => format!("event: error\ndata: {}\n\n", said.body),
            (Framing::Events, Self::OpenAi | Self::Gemini) => format!("data: {}\n\n", said.body),
        }
        .into_bytes()
    }

    /// The header that names a request.
    pub(super) fn request_id_header(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("x-request-id"),
            Self::Anthropic => Some("request-id"),
            Self::Gemini => None,
        }
    }
}
