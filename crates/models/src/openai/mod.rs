//! The OpenAI chat completions API, as OpenAI and everybody who speaks it serve it. Touches HTTP.
//!
//! [`OpenAi`] sends a question and reads the bytes that come back under the limits of a call; `body` writes the
//! question, `decoder` makes the answer out of the bytes, and `heard` turns what went wrong into an [`Error`].

mod body;
mod calls;
mod chunk;
mod decoder;
mod heard;

use arena_core::json::map_texts;
use arena_core::message::{Message, Reply, Request, ToolCall, Usage};
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Response, Url};

use self::body::LimitField;
use self::decoder::{Answer, Decoder};
use self::heard::{Asked, Heard};
use crate::excerpt::masked;
use crate::sse::Flow;
use crate::timeouts::{Elapsed, Watch};
use crate::{Deltas, Endpoint, Error, Http, Key, Model};

/// The most bytes that are read of a refusal.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// One model at one endpoint. Many calls may be under way at once.
#[derive(Debug)]
pub struct OpenAi {
    spec: ModelSpec,
    model: String,
    endpoint: Endpoint,
    url: Url,
    bearer: Option<HeaderValue>,
    limit: LimitField,
    http: Http,
}

impl OpenAi {
    /// The provider's `model` at `endpoint`. Connects only when asked something; `http` is shared with all others.
    pub fn new(model: impl Into<String>, endpoint: Endpoint, http: Http) -> Self {
        let model = model.into();
        let limit =
            if endpoint.is_at("api.openai.com") { LimitField::MaxCompletionTokens } else { LimitField::MaxTokens };
        Self {
            spec: ModelSpec::Of { provider: "openai".parse().expect("it is a name"), model: model.clone() },
            model,
            url: endpoint.url("chat/completions"),
            bearer: endpoint.key().map(crate::Key::bearer),
            limit,
            endpoint,
            http,
        }
    }

    async fn send(&self, request: &Request, asked: &Asked<'_>, watch: &Watch) -> Result<Response, Error> {
        let mut post = self
            .http
            .client()
            .post(self.url.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"))
            .body(body::write(&self.model, request, self.limit));
        if let Some(bearer) = &self.bearer {
            post = post.header(AUTHORIZATION, bearer.clone());
        }
        match watch.until_first_byte(post.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(cause)) => Err(asked.unsent(cause, self.http.timeouts().connect)),
            Err(elapsed) => Err(asked.late(elapsed)),
        }
    }
}

#[async_trait]
impl Model for OpenAi {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Reply, Error> {
        let watch = Watch::start(self.http.timeouts());
        let asked = Asked { model: &self.spec, url: &self.url, key: self.endpoint.key() };
        let response = self.send(request, &asked, &watch).await?;
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
        let answer = read_answer(response, &heard, &watch, deltas).await?;
        Ok(reply(answer, request, &self.spec, self.endpoint.key(), watch.elapsed_ms()))
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

async fn read_answer(
    mut response: Response,
    heard: &Heard<'_>,
    watch: &Watch,
    deltas: Deltas<'_>,
) -> Result<Answer, Error> {
    let mut decoder = Decoder::new();
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
async fn read_refusal(mut response: Response, watch: &Watch) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < MAX_REFUSAL_BYTES
        && let Ok(Ok(Some(piece))) = next_piece(&mut response, false, watch).await
    {
        body.extend_from_slice(piece.as_ref());
    }
    body
}

fn reply(answer: Answer, request: &Request, spec: &ModelSpec, key: Option<&Key>, elapsed_ms: u64) -> Reply {
    let Answer { text, calls, finish, usage, model } = without_key(answer, key);
    let usage = usage.unwrap_or_else(|| Usage::estimate(n_chars(request), n_chars_of(&text, &calls)));
    // What a server calls itself is recorded if it is a name, and no hostile text.
    let named = model.and_then(|model| format!("openai:{model}").parse().ok());
    let answered_by = named.unwrap_or_else(|| spec.clone());
    Reply { elapsed_ms, ..Reply::new(answered_by, text, calls, finish, usage) }
}

/// The answer with the key masked wherever it stands: a server knows it and may say it, and an answer is recorded.
fn without_key(answer: Answer, key: Option<&Key>) -> Answer {
    let Some(key) = key else { return answer };
    let mask = |text: &str| masked(text, Some(key));
    let calls = answer.calls.into_iter().map(|call| ToolCall {
        id: mask(&call.id),
        tool: mask(&call.tool),
        arguments: map_texts(call.arguments, &|text| mask(&text)),
    });
    Answer { text: mask(&answer.text), calls: calls.collect(), model: answer.model.as_deref().map(mask), ..answer }
}

/// The characters of a question, its tools left out.
fn n_chars(request: &Request) -> usize {
    request
        .messages
        .iter()
        .map(|message| match message {
            Message::System { text } | Message::User { text } | Message::Tool { text, .. } => n_chars_of(text, &[]),
            Message::Assistant { text, calls } => n_chars_of(text, calls),
        })
        .sum()
}

fn n_chars_of(text: &str, calls: &[ToolCall]) -> usize {
    text.chars().count() + calls.iter().map(|call| call.tool.len() + call.arguments.to_string().len()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use arena_core::message::Finish;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_a_server_says_is_not_in_the_answer() {
        let secret = "sk-hostile-secret-123456";
        let key = Key::new(secret).unwrap();
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
        };
        let masked = format!("{:?}", without_key(answer, Some(&key)));
        assert!(!masked.contains(secret) && masked.contains("[key"), "{masked}");
    }
}
