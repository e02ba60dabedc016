//! What may stand in a template for a part of the question. Pure.

use arena_core::message::{Message, Request};
use arena_core::name::nearest;
use serde_json::{Value, json};

use crate::openai::{conversation, offered};

/// A part of the question that a template names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// The last message of the user.
    Message,
    /// The whole conversation, as chat completions have it.
    Messages,
    /// The instructions.
    System,
    Seed,
    Model,
    MaxOutputTokens,
    Temperature,
    /// The tools, as chat completions have them.
    Tools,
    /// The user's key.
    Key,
}

/// Where a placeholder stands, which says what may stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In place of a JSON value.
    Value,
    /// Inside a JSON text.
    Text,
    /// In a URL, before its query: what an opponent wrote must not choose the path.
    Path,
    Query,
    Header,
}

impl Place {
    /// What may stand here.
    fn allowed(self) -> &'static [Placeholder] {
        match self {
            Self::Value => &[
                Placeholder::Message,
                Placeholder::Messages,
                Placeholder::System,
                Placeholder::Seed,
                Placeholder::Model,
                Placeholder::MaxOutputTokens,
                Placeholder::Temperature,
                Placeholder::Tools,
            ],
            Self::Text | Self::Query => &[
                Placeholder::Message,
                Placeholder::System,
                Placeholder::Seed,
                Placeholder::Model,
                Placeholder::MaxOutputTokens,
            ],
            Self::Path => &[Placeholder::Seed, Placeholder::Model],
            Self::Header => &[Placeholder::Key, Placeholder::Seed],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Value => "in place of a value of the body",
            Self::Text => "in a text of the body",
            Self::Path => "in the path of a URL",
            Self::Query => "in the query of a URL",
            Self::Header => "in a header",
        }
    }
}

impl Placeholder {
    fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Messages => "messages",
            Self::System => "system",
            Self::Seed => "seed",
            Self::Model => "model",
            Self::MaxOutputTokens => "max_output_tokens",
            Self::Temperature => "temperature",
            Self::Tools => "tools",
            Self::Key => "key",
        }
    }

    /// The placeholder of this name, if it may stand in `place`; or what is wrong.
    pub(super) fn named(word: &str, place: Place) -> Result<Self, String> {
        let allowed = place.allowed().iter();
        if let Some(found) = allowed.clone().find(|placeholder| placeholder.word() == word) {
            return Ok(*found);
        }
        let words = allowed.map(|placeholder| placeholder.word());
        let near = nearest(word, words.clone()).map(|near| format!("did you mean {{{near}}}? ")).unwrap_or_default();
        let list: Vec<_> = words.map(|word| format!("{{{word}}}")).collect();
        Err(format!("{{{word}}} has no meaning {}; {near}there are: {}", place.name(), list.join(", ")))
    }
}

/// What fills the placeholders of one question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filling<'a> {
    /// The name of the model, as the user calls it.
    pub(super) model: &'a str,
    pub(super) request: &'a Request,
}

impl Filling<'_> {
    /// The value of `placeholder` as JSON. The key has none: it goes into headers alone.
    pub(super) fn value(&self, placeholder: Placeholder) -> Value {
        let Request { messages, tools, sampling, seed, .. } = self.request;
        match placeholder {
            Placeholder::Message => {
                let last = messages.iter().rev().find_map(|message| match message {
                    Message::User { text } => Some(text.as_str()),
                    Message::System { .. } | Message::Assistant { .. } | Message::Tool { .. } => None,
                });
                last.unwrap_or_default().into()
            }
            Placeholder::Messages => conversation(messages),
            Placeholder::System => {
                let texts = messages.iter().filter_map(|message| match message {
                    Message::System { text } => Some(text.as_str()),
                    Message::User { .. } | Message::Assistant { .. } | Message::Tool { .. } => None,
                });
                texts.collect::<Vec<_>>().join("\n\n").into()
            }
            Placeholder::Seed => json!(seed),
            Placeholder::Model => self.model.into(),
            Placeholder::MaxOutputTokens => json!(sampling.max_output_tokens),
            Placeholder::Temperature => json!(sampling.temperature),
            Placeholder::Tools => offered(tools),
            Placeholder::Key => Value::Null,
        }
    }

    /// The same as text: a text itself, or a number's digits.
    pub(super) fn text(&self, placeholder: Placeholder) -> String {
        match self.value(placeholder) {
            Value::String(text) => text,
            value => value.to_string(),
        }
    }
}
