//! The meaning of a template: from its shape in a file to something that can be sent. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use reqwest::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use reqwest::{Method, Url};

use super::body::Body;
use super::draft::{StreamDraft, TemplateDraft};
use super::placeholder::{Filling, Place, Placeholder};
use super::pointer::Pointer;
use super::text::Text;
use crate::Key;
use crate::endpoint::percent_encoded;

/// A body without the question, in a template whose URL has none either.
const NOTHING_ASKED: &str =
    "neither the body nor the query of the url has {message} or {messages}: the agent would be asked nothing";

/// How a user's own agent is spoken to. Every question can be written with it.
#[derive(Clone)]
pub struct Template {
    pub(super) method: Method,
    url: Text,
    headers: Vec<(HeaderName, Text)>,
    body: Option<Body>,
    pub(super) reading: Arc<Reading>,
}

/// Where things stand in what the agent answers.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// `None` is the whole body, as text.
    pub(super) answer: Option<Pointer>,
    pub(super) error: Option<Pointer>,
    pub(super) calls: Option<Pointer>,
    pub(super) stream: Option<Stream>,
}

/// How an answer comes as events.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    /// To an event's piece of the text.
    pub(super) event: Pointer,
    pub(super) done: Done,
}

/// How the last event is known.
#[derive(Clone, Debug)]
pub(super) enum Done {
    /// Its data are these.
    Data(String),
    /// It has something here that is not false.
    At(Pointer),
}

/// A template that cannot be used. Holds at least one mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotATemplate(pub Vec<Mistake>);

/// One mistake of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, such as `headers.authorization`.
    pub key: String,
    /// What is wrong and what is allowed. Repeats no header's value, which may be a secret.
    pub message: String,
}

impl std::error::Error for NotATemplate {}

impl fmt::Display for NotATemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Mistake { key, message }) in self.0.iter().enumerate() {
            write!(f, "{}{key}: {message}", if place > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

/// Shows neither the query of the URL nor what headers hold.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Template").field("method", &self.method).field("headers", &headers).finish_non_exhaustive()
    }
}

impl Template {
    /// Checks what was written down.
    ///
    /// # Errors
    /// [`NotATemplate`], with every mistake that there is.
    pub fn check(draft: TemplateDraft) -> Result<Self, NotATemplate> {
        let TemplateDraft { url, method, headers, body, answer, error, calls, stream } = draft;
        let mut mistakes = Vec::new();
        let method = mistakes.keep("method", checked_method(method.as_deref().unwrap_or("POST")));
        let url = mistakes.keep("url", checked_url(&url));
        let headers = checked_headers(&headers, &mut mistakes);
        let body = body.and_then(|body| mistakes.keep("body", Body::parse(&body)));
        // The empty pointer is the whole as JSON, which an agent that answers with text does not write.
        let answer = answer.filter(|answer| !answer.is_empty());
        let mut pointer = |key, text: Option<String>| text.and_then(|text| mistakes.keep(key, Pointer::parse(&text)));
        let (answer, error, calls) = (pointer("answer", answer), pointer("error", error), pointer("calls", calls));
        let stream = stream.and_then(|stream| checked_stream(stream, &mut mistakes));
        match (method, url) {
            (Some(method), Some(url)) if mistakes.is_empty() => {
                let in_body = body.iter().flat_map(Body::placeholders);
                let is_asked = |placeholder| matches!(placeholder, Placeholder::Message | Placeholder::Messages);
                if !url.placeholders().chain(in_body).any(is_asked) {
                    mistakes.add("body", NOTHING_ASKED);
                    return Err(NotATemplate(mistakes));
                }
                let reading = Arc::new(Reading { answer, error, calls, stream });
                Ok(Self { method, url, headers, body, reading })
            }
            _ => Err(NotATemplate(mistakes)),
        }
    }

    /// Whether a header has `{key}`. Without a key such a header is not sent.
    pub fn wants_key(&self) -> bool {
        self.headers.iter().any(|(_, value)| value.placeholders().any(|placeholder| placeholder == Placeholder::Key))
    }

    pub(super) fn url(&self, filling: &Filling<'_>) -> Url {
        let url = self.url.fill(|placeholder| percent_encoded(&filling.text(placeholder)));
        Url::parse(&url).expect("the host stands before all placeholders, and what fills them is encoded")
    }

    pub(super) fn headers(&self, key: Option<&Key>, filling: &Filling<'_>) -> HeaderMap {
        let is_sent =
            |value: &Text| key.is_some() || value.placeholders().all(|placeholder| placeholder != Placeholder::Key);
        let filled = |value: &Text| {
            let value = value.fill(|placeholder| match (placeholder, key) {
                (Placeholder::Key, Some(key)) => key.expose().to_owned(),
                (placeholder, _) => filling.text(placeholder),
            });
            let mut value = HeaderValue::try_from(value).expect("a key and digits are what a header can carry");
            value.set_sensitive(true);
            value
        };
        let sent = self.headers.iter().filter(|(_, value)| is_sent(value));
        sent.map(|(name, value)| (name.clone(), filled(value))).collect()
    }

    pub(super) fn body(&self, filling: &Filling<'_>) -> Option<Vec<u8>> {
        let body = self.body.as_ref()?.fill(filling);
        Some(serde_json::to_vec(&body).expect("a JSON value always serializes"))
    }
}

/// Collects what is wrong.
trait Mistakes {
    fn add(&mut self, key: &str, message: impl Into<String>);

    /// The value, or nothing and one mistake more.
    fn keep<T>(&mut self, key: &str, checked: Result<T, String>) -> Option<T>;
}

impl Mistakes for Vec<Mistake> {
    fn add(&mut self, key: &str, message: impl Into<String>) {
        self.push(Mistake { key: key.to_owned(), message: message.into() });
    }

    fn keep<T>(&mut self, key: &str, checked: Result<T, String>) -> Option<T> {
        checked.map_err(|message| self.add(key, message)).ok()
    }
}

fn checked_method(word: &str) -> Result<Method, String> {
    let known = [Method::POST, Method::PUT, Method::PATCH, Method::GET];
    let names = known.each_ref().map(Method::as_str).join(", ");
    known.into_iter().find(|method| method.as_str() == word).ok_or_else(|| format!("{word:?} is none of {names}"))
}

fn checked_url(url: &str) -> Result<Text, String> {
    let place = |before: &str| if before.contains('?') { Place::Query } else { Place::Path };
    let text = Text::parse_by(url, place)?;
    // What may be secret in it is not repeated.
    let shown = url.split(['?', '#']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
    let host_end = url.find("://").and_then(|at| url[at + 3..].find(['/', '?']).map(|end| at + 3 + end));
    let fixed = &url[..host_end.unwrap_or(url.len())];
    if fixed.contains(['{', '}']) {
        return Err(format!("{shown:?} has a placeholder before its path: the host is always the same"));
    }
    let sample = text.fill(|_| "0".to_owned());
    let parsed = Url::parse(&sample)
        .map_err(|why| format!("{shown:?} is not a URL: {why}; write for example http://127.0.0.1:9000/chat"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!("{shown:?} starts with neither https:// nor http://"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(format!("{shown:?} has a user or a password in it: put the key into a header, as {{key}}"));
    }
    Ok(text)
}

fn checked_headers(headers: &BTreeMap<String, String>, mistakes: &mut Vec<Mistake>) -> Vec<(HeaderName, Text)> {
    let checked = |name: &str, value: &str| {
        let name = HeaderName::try_from(name).map_err(|_| "is not the name of a header".to_owned())?;
        if [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&name) {
            return Err("is set by the connection itself".to_owned());
        }
        let value = Text::parse(value, Place::Header)?;
        HeaderValue::try_from(value.fill(|_| "0".to_owned()))
            .map_err(|_| "has a value with a character that no header can carry".to_owned())?;
        Ok((name, value))
    };
    headers.iter().filter_map(|(name, value)| mistakes.keep(&format!("headers.{name}"), checked(name, value))).collect()
}

fn checked_stream(stream: StreamDraft, mistakes: &mut Vec<Mistake>) -> Option<Stream> {
    let StreamDraft { event, done } = stream;
    let event = mistakes.keep("stream.event", Pointer::parse(&event));
    let done = match done.trim() {
        "" => Err("is empty: without the data of the last event, an answer that breaks off looks whole".to_owned()),
        pointer if pointer.starts_with('/') => Pointer::parse(pointer).map(Done::At),
        data => Ok(Done::Data(data.to_owned())),
    };
    let done = mistakes.keep("stream.done", done);
    Some(Stream { event: event?, done: done? })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A good template, with some keys set to other values.
    fn check(changes: &[(&str, Value)]) -> Result<Template, NotATemplate> {
        let mut draft = json!({"url": "http://127.0.0.1:9000/chat", "body": "{\"message\": {message}}"});
        for (key, value) in changes {
            draft[*key] = value.clone();
        }
        Template::check(serde_json::from_value(draft).unwrap())
    }

    #[test]
    fn mistakes_are_said_with_what_is_allowed() {
        let path = "{message} has no meaning in the path of a URL; there are: {seed}, {model}";
        let host = "has a placeholder before its path: the host is always the same";
        for (key, value, place, message) in [
            ("method", json!("FETCH"), "method", "\"FETCH\" is none of POST, PUT, PATCH, GET".to_owned()),
            ("url", json!("http://x.example/{message}"), "url", path.to_owned()),
            ("url", json!("http://{seed}.x.example/"), "url", format!("\"http://{{seed}}.x.example/\" {host}")),
            ("url", json!("http://x.example:{seed}"), "url", format!("\"http://x.example:{{seed}}\" {host}")),
            ("url", json!("{model}"), "url", format!("\"{{model}}\" {host}")),
            (
                "url",
                json!("chat"),
                "url",
                "\"chat\" is not a URL: relative URL without a base; write for example http://127.0.0.1:9000/chat"
                    .to_owned(),
            ),
            (
                "url",
                json!("ftp://x.example/"),
                "url",
                "\"ftp://x.example/\" starts with neither https:// nor http://".to_owned(),
            ),
            (
                "url",
                json!("http://me:hush@x.example/?k=hush"),
                "url",
                "\"x.example/\" has a user or a password in it: put the key into a header, as {key}".to_owned(),
            ),
            ("headers", json!({"a b": "x"}), "headers.a b", "is not the name of a header".to_owned()),
            (
                "headers",
                json!({"x-a": "hush\n"}),
                "headers.x-a",
                "has a value with a character that no header can carry".to_owned(),
            ),
            (
                "headers",
                json!({"x-a": "{message}"}),
                "headers.x-a",
                "{message} has no meaning in a header; there are: {key}, {seed}".to_owned(),
            ),
            ("headers", json!({"host": "x"}), "headers.host", "is set by the connection itself".to_owned()),
            ("body", json!("{}"), "body", NOTHING_ASKED.to_owned()),
            ("body", json!(null), "body", NOTHING_ASKED.to_owned()),
            (
                "body",
                json!("{message} {message}"),
                "body",
                "is no JSON, even with values for its placeholders: trailing characters at line 1 column 11".to_owned(),
            ),
            (
                "answer",
                json!("reply"),
                "answer",
                "\"reply\" is no JSON pointer: write for example \"/reply/text\" or \"/choices/0/text\"".to_owned(),
            ),
            (
                "error",
                json!("/a~2"),
                "error",
                "\"/a~2\" is no JSON pointer: write for example \"/reply/text\" or \"/choices/0/text\"".to_owned(),
            ),
            (
                "stream",
                json!({"event": "", "done": " "}),
                "stream.done",
                "is empty: without the data of the last event, an answer that breaks off looks whole".to_owned(),
            ),
        ] {
            let mistakes = check(&[(key, value.clone())]).unwrap_err();
            assert_eq!(mistakes, NotATemplate(vec![Mistake { key: place.to_owned(), message }]), "{key} = {value}");
            assert!(!mistakes.to_string().contains("hush"), "{mistakes}");
        }
    }

    #[test]
    fn every_mistake_is_said_at_once() {
        let mistakes =
            check(&[("url", json!("chat")), ("calls", json!("x")), ("headers", json!({"host": "x", "": "x"}))]);
        let keys: Vec<_> = mistakes.unwrap_err().0.into_iter().map(|mistake| mistake.key).collect();
        assert_eq!(keys, ["url", "headers.", "headers.host", "calls"]);
    }

    #[test]
    fn a_template_says_whether_it_wants_a_key_and_prints_none() {
        let of = |headers: Value| check(&[("url", json!("http://x.example/?k=hush")), ("headers", headers)]).unwrap();
        assert!(!of(json!({"x-a": "hush"})).wants_key());
        let wants = of(json!({"authorization": "Bearer {key}", "x-a": "hush"}));
        assert!(wants.wants_key());
        assert_eq!(format!("{wants:?}"), "Template { method: POST, headers: [\"authorization\", \"x-a\"], .. }");
    }

    #[test]
    fn a_key_that_no_template_has_is_refused() {
        let draft = serde_json::from_value::<TemplateDraft>(json!({"url": "", "bdy": ""}));
        assert!(draft.unwrap_err().to_string().starts_with("unknown field `bdy`, expected one of `url`, `method`"));
    }
}
