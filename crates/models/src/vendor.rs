//! One model at one endpoint, whatever its vendor: sends a question, reads the bytes that come back under the limits of
//! a call, and masks what must not be shown. Touches HTTP and the clock.
//!
//! The vendor's [`Dialect`] writes the question, [`Decoder`] makes the answer out of the bytes, and [`Heard`] turns what
//! went wrong into an [`Error`].

use std::sync::atomic::{AtomicU8, Ordering};

use arena_core::json::map_texts;
use arena_core::message::{Reply, Request, ToolCall, Usage, n_chars};
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};

use crate::answer::Answer;
use crate::decoder::Decoder;
use crate::dialect::{Dialect, Draft, Parameter, Question, Settings, Without};
use crate::heard::{Asked, Heard};
use crate::secrets::Secrets;
use crate::sse::Flow;
use crate::timeouts::{Elapsed, Watch};
use crate::veil::Veil;
use crate::{Answered, Deltas, Endpoint, Error, Http, Model};

/// The most bytes that are read of a refusal.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// One model at one endpoint. Many calls may be under way at once.
#[derive(Debug)]
pub(crate) struct Vendor<D> {
    dialect: D,
    spec: ModelSpec,
    /// The vendor's name of the model.
    model: String,
    endpoint: Endpoint,
    http: Http,
    stream: bool,
    /// The parameters that it was found to refuse: [`Without::bits`]. Only grows.
    without: AtomicU8,
}

impl<D: Dialect> Vendor<D> {
    /// Connects only when asked something. `spec` is what errors and replies call it.
    pub(crate) fn new(
        dialect: D,
        spec: ModelSpec,
        model: String,
        endpoint: Endpoint,
        http: Http,
        stream: bool,
    ) -> Self {
        Self { dialect, spec, model, endpoint, http, stream, without: AtomicU8::new(Without::default().bits()) }
    }

    /// Asks without `parameter` from the beginning.
    pub(crate) fn without(self, parameter: Parameter) -> Self {
        self.without.fetch_or(Without::only(parameter).bits(), Ordering::Relaxed);
        self
    }

    async fn send(&self, question: Question, asked: &Asked<'_>, watch: &Watch) -> Result<Response, Error> {
        let Question { url, headers, body } = question;
        let post = self
            .http
            .client()
            .post(url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"))
            .headers(headers)
            .headers(self.endpoint.extra_headers().clone())
            .body(body);
        match watch.until_first_byte(post.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(cause)) => Err(asked.unsent(cause, self.http.timeouts().connect)),
            Err(elapsed) => Err(asked.late(elapsed)),
        }
    }

    async fn ask_with(&self, settings: Settings, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        let watch = Watch::start(self.http.timeouts());
        let question = self.dialect.question(&self.model, request, &self.endpoint, settings);
        let url = question.url.clone();
        let secrets = self.endpoint.secrets();
        let asked = Asked { model: &self.spec, url: &url, secrets };
        let response = self.send(question, &asked, &watch).await?;
        let heard = Heard::read(&asked, response.status().as_u16(), response.headers(), jiff::Timestamp::now());
        if let Some(error) = heard.redirect() {
            return Err(error);
        }
        if !response.status().is_success() {
            return Err(heard.refused(&read_refusal(response, &watch).await));
        }
        if let Some(error) = heard.compressed() {
            return Err(error);
        }
        let veil = Veil::new(secrets, deltas);
        let answer =
            read_answer(response, Decoder::<D::Draft>::new(), &heard, &watch, &|piece| veil.piece(piece)).await?;
        veil.end();
        let answer = without_secrets(answer, secrets);
        let reply = reply(answer, request, &self.spec, watch.elapsed_ms());
        Ok(Answered { reply, room: heard.room() })
    }

    /// Remembers a parameter that was refused though the question was already written `without` others.
    fn note(&self, error: Error, without: Without) -> Error {
        match error {
            Error::Unsupported { refusal, parameter, .. } => {
                let known = Parameter::named(&parameter);
                if let Some(known) = known {
                    self.without.fetch_or(Without::only(known).bits(), Ordering::Relaxed);
                }
                // What was refused by both of its names, or though it was left out, will be refused again.
                let left_out = known.is_some_and(|known| !without.has(known));
                Error::Unsupported { refusal, parameter, left_out }
            }
            other => other,
        }
    }
}

#[async_trait]
impl<D: Dialect> Model for Vendor<D> {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        // Nothing else depends on what another call noted at the same time.
        let without = Without::of_bits(self.without.load(Ordering::Relaxed));
        let settings = Settings { stream: self.stream, without };
        self.ask_with(settings, request, deltas).await.map_err(|error| self.note(error, without))
    }
}

/// The next bytes of the body; `None` at its end.
async fn next_piece(
    response: &mut Response,
    is_first: bool,
    watch: &Watch,
) -> Result<Result<Option<impl AsRef<[u8]>>, reqwest::Error>, Elapsed> {
    let piece = response.chunk();
    if is_first { watch.until_first_byte(piece).await } else { watch.until_next_piece(piece).await }
}

pub(crate) async fn read_answer(
    mut response: Response,
    mut decoder: Decoder<impl Draft>,
    heard: &Heard<'_>,
    watch: &Watch,
    deltas: Deltas<'_>,
) -> Result<Answer, Error> {
    let mut is_first = true;
    loop {
        let flow = match next_piece(&mut response, is_first, watch).await {
            Ok(Ok(Some(piece))) => decoder.feed(piece.as_ref(), deltas).map_err(|fault| heard.fault(fault))?,
            Ok(Ok(None)) => Flow::Done,
            // What breaks behind a complete answer takes nothing from it.
            Ok(Err(_)) | Err(_) if decoder.is_complete() => Flow::Done,
            Ok(Err(cause)) => return Err(heard.broken(cause)),
            Err(elapsed) => return Err(heard.late(elapsed)),
        };
        if flow == Flow::Done {
            return decoder.end(deltas).map_err(|fault| heard.fault(fault));
        }
        is_first = false;
    }
}

/// As much of a refusal's body as comes.
pub(crate) async fn read_refusal(mut response: Response, watch: &Watch) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < MAX_REFUSAL_BYTES
        && let Ok(Ok(Some(piece))) = next_piece(&mut response, false, watch).await
    {
        body.extend_from_slice(piece.as_ref());
    }
    body
}

pub(crate) fn reply(answer: Answer, request: &Request, spec: &ModelSpec, elapsed_ms: u64) -> Reply {
    let Answer { text, calls, finish, usage, model, cost_nanousd } = answer;
    let usage = usage.unwrap_or_else(|| Usage::estimate(request.n_chars(), n_chars(&text, &calls)));
    let answered_by = answered_by(spec, model.as_deref());
    Reply { elapsed_ms, cost_nanousd, ..Reply::new(answered_by, text, calls, finish, usage) }
}

/// The provider that was asked, with the name by which the server calls the model.
fn answered_by(asked: &ModelSpec, model: Option<&str>) -> ModelSpec {
    let ModelSpec::Of { provider, .. } = asked else { return asked.clone() };
    // What a server calls itself is recorded if it is a name, and no hostile text.
    let named = model.and_then(|model| format!("{provider}:{model}").parse().ok());
    named.unwrap_or_else(|| asked.clone())
}

/// The answer with every secret masked: a server knows them and may say them, and an answer is recorded.
pub(crate) fn without_secrets(answer: Answer, secrets: &Secrets) -> Answer {
    let calls = answer.calls.into_iter().map(|call| ToolCall {
        id: secrets.mask(&call.id),
        tool: secrets.mask(&call.tool),
        arguments: map_texts(call.arguments, &|text| secrets.mask(&text)),
    });
    Answer {
        text: secrets.mask(&answer.text),
        calls: calls.collect(),
        model: answer.model.as_deref().map(|model| secrets.mask(model)),
        ..answer
    }
}

#[cfg(test)]
mod tests {
    use arena_core::message::Finish;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_a_server_says_is_not_in_the_answer() {
        let secret = "sk-hostile-secret-123456";
        let mut secrets = Secrets::default();
        secrets.add_key(&crate::Key::new(secret).unwrap());
        let answer = Answer {
            text: format!("you sent Bearer {secret}"),
            calls: vec![ToolCall {
                id: secret.to_owned(),
                tool: format!("call_{secret}"),
                arguments: json!({secret: [secret, {"a": secret}], "n": 1}),
            }],
            finish: Finish::Stop,
            usage: None,
            model: Some(secret.to_owned()),
            cost_nanousd: None,
        };
        let masked = format!("{:?}", without_secrets(answer, &secrets));
        assert!(!masked.contains(secret) && masked.contains("[key"), "{masked}");
    }
}
