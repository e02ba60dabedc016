//! The Anthropic Messages API, as Anthropic and everybody who speaks it serve it. Pure.
//!
//! `body` writes the question and `talk` the conversation in it; `event` has the words of an answer, and `draft` puts
//! it together.

mod body;
mod draft;
mod event;
mod talk;

use arena_core::message::Request;
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use reqwest::header::{HeaderName, HeaderValue};

use self::draft::Draft;
use crate::dialect::{Dialect, Parameter, Question, Settings};
use crate::vendor::Vendor;
use crate::{Answered, Deltas, Endpoint, Error, Http, Model};

/// A model behind the Messages API. Many calls may be under way at once.
#[derive(Debug)]
pub struct Anthropic(Vendor<Messages>);

impl Anthropic {
    /// The provider's `model` at `endpoint`, which files and flags call `spec`; `stream` asks for events and not for a
    /// whole answer. Connects only when asked something; `http` is shared with all others.
    pub fn new(spec: ModelSpec, model: impl Into<String>, endpoint: Endpoint, http: Http, stream: bool) -> Self {
        Self(Vendor::new(Messages, spec, model.into(), endpoint, http, stream))
    }

    /// Whether it is asked for answers of a JSON schema; it is, unless somebody knows that its server cannot.
    pub fn with_schema(self, can: bool) -> Self {
        if can { self } else { Self(self.0.without(Parameter::Schema)) }
    }
}

#[async_trait]
impl Model for Anthropic {
    fn spec(&self) -> &ModelSpec {
        self.0.spec()
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        self.0.ask(request, deltas).await
    }
}

/// The dialect.
#[derive(Clone, Copy, Debug)]
struct Messages;

impl Dialect for Messages {
    type Draft = Draft;

    fn question(&self, model: &str, request: &Request, endpoint: &Endpoint, settings: Settings) -> Question {
        /// The one version there is. What came later is asked for by name, in `anthropic-beta`.
        const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");
        let mut headers = endpoint.key_headers(HeaderName::from_static("x-api-key"));
        headers.insert(HeaderName::from_static("anthropic-version"), VERSION);
        Question { url: endpoint.url("messages", model), headers, body: body::write(model, request, settings) }
    }
}
