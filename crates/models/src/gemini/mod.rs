//! The Gemini API (`generateContent`), as Google serves it. Pure.
//!
//! `body` writes the question, `chunk` has the words of an answer, and `draft` puts it together.

mod body;
mod chunk;
mod draft;

use arena_core::message::Request;
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use reqwest::header::HeaderName;

use self::draft::Draft;
use crate::dialect::{Dialect, Parameter, Question, Settings};
use crate::vendor::Vendor;
use crate::{Answered, Deltas, Endpoint, Error, Http, Model};

/// A model behind the Gemini API. Many calls may be under way at once.
#[derive(Debug)]
pub struct Gemini(Vendor<GenerateContent>);

impl Gemini {
    /// The provider's `model` at `endpoint`, usually `https://generativelanguage.googleapis.com/v1beta`, which files and
    /// flags call `spec`; `stream` asks for events and not for a whole answer. Connects only when asked something;
    /// `http` is shared with all others.
    pub fn new(spec: ModelSpec, model: impl Into<String>, endpoint: Endpoint, http: Http, stream: bool) -> Self {
        Self(Vendor::new(GenerateContent, spec, model.into(), endpoint, http, stream))
    }

    /// Whether it is asked for answers of a JSON schema; it is, unless somebody knows that its server cannot.
    pub fn with_schema(self, can: bool) -> Self {
        if can { self } else { Self(self.0.without(Parameter::Schema)) }
    }
}

#[async_trait]
impl Model for Gemini {
    fn spec(&self) -> &ModelSpec {
        self.0.spec()
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        self.0.ask(request, deltas).await
    }
}

/// The dialect.
#[derive(Clone, Copy, Debug)]
struct GenerateContent;

impl Dialect for GenerateContent {
    type Draft = Draft;

    fn question(&self, model: &str, request: &Request, endpoint: &Endpoint, settings: Settings) -> Question {
        // Google's own lists name models with the folder that the URL has.
        let model = model.strip_prefix("models/").unwrap_or(model);
        let path =
            if settings.stream { "models/{model}:streamGenerateContent" } else { "models/{model}:generateContent" };
        let mut url = endpoint.url(path, model);
        if settings.stream {
            // Without it the chunks come as one long list.
            url.query_pairs_mut().append_pair("alt", "sse");
        }
        Question {
            url,
            // The API takes the key in the URL too, where logs and errors would show it.
            headers: endpoint.key_headers(HeaderName::from_static("x-goog-api-key")),
            body: body::write(model, request, settings),
        }
    }
}
