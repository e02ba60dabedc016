//! A user's own agent behind any HTTP endpoint, described by a template: how a question is put, and where the answer
//! stands. Touches HTTP and the clock.
//!
//! `draft` is the shape of a template in a file and `check` its meaning; `placeholder`, `text` and `body` write a
//! question, `pointer` and `answer` read what comes. It is no dialect: a dialect is known when this is compiled.

mod answer;
mod body;
mod check;
mod draft;
mod placeholder;
mod pointer;
mod text;

use std::sync::Arc;

use arena_core::message::Request;
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};

use self::answer::Draft;
pub use self::check::{Mistake, NotATemplate, Template};
pub use self::draft::{StreamDraft, TemplateDraft};
use self::placeholder::Filling;
use crate::answer::Fault;
use crate::decoder::Decoder;
use crate::heard::{Asked, Heard};
use crate::secrets::Secrets;
use crate::timeouts::Watch;
use crate::veil::Veil;
use crate::vendor::{read_answer, read_refusal, reply, without_secrets};
use crate::{Answered, Deltas, Error, Http, Key, Model};

/// A user's own agent. Many calls may be under way at once.
#[derive(Debug)]
pub struct HttpAgent {
    spec: ModelSpec,
    /// What `{model}` stands for.
    model: String,
    template: Template,
    key: Option<Key>,
    http: Http,
}

impl HttpAgent {
    /// The agent that `template` describes, which files and flags call `spec`. Connects only when asked something; `http`
    /// is shared with all others.
    pub fn new(spec: ModelSpec, model: impl Into<String>, template: Template, key: Option<Key>, http: Http) -> Self {
        Self { spec, model: model.into(), template, key, http }
    }

    async fn send(
        &self,
        filling: &Filling<'_>,
        headers: HeaderMap,
        asked: &Asked<'_>,
        watch: &Watch,
    ) -> Result<Response, Error> {
        let mut question = self
            .http
            .client()
            .request(self.template.method.clone(), asked.url.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json, text/event-stream, text/plain"));
        if let Some(body) = self.template.body(filling) {
            question = question.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body);
        }
        match watch.until_first_byte(question.headers(headers).send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(cause)) => Err(asked.unsent(cause, self.http.timeouts().connect)),
            Err(elapsed) => Err(asked.late(elapsed)),
        }
    }

    /// What must not be shown: the key, and what the user's headers hold.
    fn secrets(&self, headers: &HeaderMap) -> Secrets {
        let mut secrets = Secrets::default();
        if let Some(key) = &self.key {
            secrets.add_key(key);
        }
        for value in headers.values() {
            secrets.add_header(value);
        }
        secrets
    }
}

#[async_trait]
impl Model for HttpAgent {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        let watch = Watch::start(self.http.timeouts());
        let filling = Filling { model: &self.model, request };
        let headers = self.template.headers(self.key.as_ref(), &filling);
        let secrets = self.secrets(&headers);
        let url = self.template.url(&filling);
        let asked = Asked { model: &self.spec, url: &url, secrets: &secrets };
        let response = self.send(&filling, headers, &asked, &watch).await?;
        let heard = Heard::read(&asked, response.status().as_u16(), response.headers(), jiff::Timestamp::now());
        if let Some(error) = heard.redirect() {
            return Err(error);
        }
        let reading = &self.template.reading;
        if !response.status().is_success() {
            let body = read_refusal(response, &watch).await;
            return Err(match reading.error_in(serde_json::from_slice(&body).ok().as_ref()) {
                Some(said) => heard.fault(Fault::Refused(said)),
                None => heard.refused(&body),
            });
        }
        if let Some(error) = heard.compressed() {
            return Err(error);
        }
        let draft = Draft::new(Arc::clone(reading));
        let decoder = if reading.stream.is_some() { Decoder::of(draft) } else { Decoder::whole(draft) };
        let veil = Veil::new(&secrets, deltas);
        let answer = read_answer(response, decoder, &heard, &watch, &|piece| veil.piece(piece)).await?;
        veil.end();
        Ok(reply(without_secrets(answer, &secrets), request, &self.spec, watch.elapsed_ms()).into())
    }
}
