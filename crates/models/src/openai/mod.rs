//! The OpenAI chat completions API, as OpenAI and everybody who speaks it serve it. Pure.
//!
//! `body` writes the question, `chunk` has the words of an answer, and `draft` puts it together.

mod body;
mod chunk;
mod draft;

use arena_core::message::Request;
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use reqwest::header::AUTHORIZATION;

pub(crate) use self::body::{conversation, offered};
pub(crate) use self::chunk::add_calls;
use self::draft::Draft;
use crate::dialect::{Dialect, Parameter, Question, Settings};
use crate::vendor::Vendor;
use crate::{Answered, Deltas, Endpoint, Error, Http, Model};

/// A model behind the chat completions API. Many calls may be under way at once.
#[derive(Debug)]
pub struct OpenAi(Vendor<ChatCompletions>);

impl OpenAi {
    /// The provider's `model` at `endpoint`, which files and flags call `spec`; `stream` asks for events and not for a
    /// whole answer. Connects only when asked something; `http` is shared with all others.
    pub fn new(spec: ModelSpec, model: impl Into<String>, endpoint: Endpoint, http: Http, stream: bool) -> Self {
        Self(Vendor::new(ChatCompletions, spec, model.into(), endpoint, http, stream))
    }

    /// Whether it is asked for answers of a JSON schema; it is, unless somebody knows that its server cannot.
    pub fn with_schema(self, can: bool) -> Self {
        if can { self } else { Self(self.0.without(Parameter::Schema)) }
    }
}

#[async_trait]
impl Model for OpenAi {
    fn spec(&self) -> &ModelSpec {
        self.0.spec()
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        self.0.ask(request, deltas).await
    }
}

/// The dialect.
#[derive(Clone, Copy, Debug)]
struct ChatCompletions;

impl Dialect for ChatCompletions {
    type Draft = Draft;

    fn question(&self, model: &str, request: &Request, endpoint: &Endpoint, settings: Settings) -> Question {
        // Everybody knows `max_tokens`, but OpenAI's own newer models refuse it.
        let is_newer = endpoint.is_at("api.openai.com");
        Question {
            url: endpoint.url("chat/completions", model),
            headers: endpoint.key_headers(AUTHORIZATION),
            body: body::write(model, request, settings, is_newer),
        }
    }
}
