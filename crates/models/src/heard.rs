//! What is known of a call: whom it asked and, from the headers on, what was heard. Makes an [`Error`] of whatever goes
//! wrong, with all of that in it and without secrets. Pure.

use std::time::Duration;

use arena_core::model::ModelSpec;
use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, LOCATION};

use crate::answer::Fault;
use crate::endpoint::shown;
use crate::excerpt::excerpt;
use crate::refusal::{Kind, Said};
use crate::secrets::Secrets;
use crate::timeouts::{Elapsed, Phase};
use crate::{Error, Refusal, Room, Scope, retry_after};

/// Whom a call asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) model: &'a ModelSpec,
    pub(crate) url: &'a Url,
    pub(crate) secrets: &'a Secrets,
}

/// What the headers of its response say.
#[derive(Debug)]
pub(crate) struct Heard<'a> {
    asked: &'a Asked<'a>,
    status: u16,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
    room: Option<Room>,
    /// Where it sends us.
    location: Option<String>,
    /// How the body is compressed.
    encoding: Option<String>,
}

impl Asked<'_> {
    /// No response came.
    pub(crate) fn unsent(&self, cause: reqwest::Error, connect: Duration) -> Error {
        if cause.is_connect() && cause.is_timeout() {
            return self.late(Elapsed { phase: Phase::Connect, limit: connect });
        }
        Error::Unreachable { model: self.model.clone(), url: shown(self.url), cause: cause.without_url() }
    }

    pub(crate) fn late(&self, elapsed: Elapsed) -> Error {
        Error::Timeout { model: self.model.clone(), phase: elapsed.phase, limit: elapsed.limit }
    }
}

impl<'a> Heard<'a> {
    pub(crate) fn read(asked: &'a Asked<'a>, status: u16, headers: &HeaderMap, now: Timestamp) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let is_failure = status >= 400;
        let location = text(LOCATION.as_str()).filter(|_| (300..400).contains(&status));
        Self {
            asked,
            status,
            request_id: ["x-request-id", "request-id"].into_iter().find_map(text).map(|id| excerpt(id, asked.secrets)),
            // Some send it with answers too, where it means nothing.
            retry_after: is_failure.then(|| retry_after::of_headers(headers, now)).flatten(),
            should_retry: text("x-should-retry").filter(|_| is_failure).and_then(|word| word.parse().ok()),
            room: Room::of_headers(headers, now),
            // Masked first: a URL's host would come back in lower case.
            location: location.map(|to| {
                let to = asked.secrets.mask(to);
                excerpt(&asked.url.join(&to).map_or(to, |url| shown(&url)), asked.secrets)
            }),
            encoding: text(CONTENT_ENCODING.as_str())
                .filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
                .map(|encoding| excerpt(encoding, asked.secrets)),
        }
    }

    /// What is left of the rate limit.
    pub(crate) fn room(&self) -> Option<Room> {
        self.room
    }

    /// A redirect: never followed, because the key would go along.
    pub(crate) fn redirect(&self) -> Option<Error> {
        if !(300..400).contains(&self.status) {
            return None;
        }
        let to = self.location.as_deref().unwrap_or("nowhere");
        Some(self.not_an_api(format!("a redirect to {to}")))
    }

    /// A compressed answer: none was asked for, and none can be read.
    pub(crate) fn compressed(&self) -> Option<Error> {
        let encoding = self.encoding.as_deref()?;
        Some(self.malformed("the answer is compressed, which nobody asked for", encoding))
    }

    /// The status is that of an error; `body` says more.
    pub(crate) fn refused(&self, body: &[u8]) -> Error {
        let text = String::from_utf8_lossy(body);
        if let Ok(body) = serde_json::from_slice(body) {
            return self.said(&Said::read(&body));
        }
        let is_page = text.trim_start().starts_with('<');
        // Servers of web pages answer so to a POST that they do not expect; a gateway in trouble sends pages too.
        match self.status {
            404 | 405 | 501 => self.not_an_api(self.found(&text)),
            400 | 406 | 410..=412 | 414..=422 if is_page => self.not_an_api(self.found(&text)),
            _ => self.said(&Said::plain(&text)),
        }
    }

    /// The decoder found no answer.
    pub(crate) fn fault(&self, fault: Fault) -> Error {
        match fault {
            Fault::Refused(said) => self.said(&said),
            Fault::NotAnApi(start) => self.not_an_api(self.found(&start)),
            Fault::Truncated => {
                Error::Truncated { model: self.asked.model.clone(), request_id: self.request_id.clone(), cause: None }
            }
            Fault::Malformed { what, near } => self.malformed(&what, &near),
        }
    }

    /// The connection broke before the answer was complete.
    pub(crate) fn broken(&self, cause: reqwest::Error) -> Error {
        Error::Truncated {
            model: self.asked.model.clone(),
            request_id: self.request_id.clone(),
            cause: Some(cause.without_url()),
        }
    }

    pub(crate) fn late(&self, elapsed: Elapsed) -> Error {
        self.asked.late(elapsed)
    }

    fn said(&self, said: &Said) -> Error {
        let secrets = self.asked.secrets;
        let retry_after = self.retry_after.or(said.retry_after);
        let refusal = Box::new(Refusal {
            model: self.asked.model.clone(),
            status: self.status,
            code: said.code().map(|code| excerpt(&code, secrets)),
            message: excerpt(&said.message, secrets),
            request_id: self.request_id.clone(),
        });
        match said.kind(self.status) {
            Kind::Auth => Error::Auth(refusal),
            Kind::Billing => Error::Billing(refusal),
            Kind::NotFound => Error::NotFound(refusal),
            Kind::BadRequest => Error::BadRequest(refusal),
            Kind::Unsupported(parameter) => {
                Error::Unsupported { refusal, parameter: excerpt(&parameter, secrets), left_out: false }
            }
            Kind::ContextOverflow => Error::ContextOverflow(refusal),
            Kind::TooLarge => Error::TooLarge(refusal),
            Kind::Busy => {
                // The headers of the limits count where a limit is reached; with other failures they come by habit.
                let retry_after = retry_after.or(self.room.and_then(|room| room.reset_after));
                let scope = match said.scope {
                    Scope::Unknown => self.room.map_or(Scope::Unknown, |room| room.exhausted()),
                    scope => scope,
                };
                Error::Busy { refusal, retry_after, scope }
            }
            Kind::Overloaded => Error::Overloaded { refusal, retry_after },
            Kind::Server => Error::Server { refusal, retry_after, should_retry: self.should_retry },
            Kind::Malformed => self.malformed("the model wrote a call that its provider cannot read", &said.message),
        }
    }

    fn malformed(&self, what: &str, near: &str) -> Error {
        Error::Malformed {
            model: self.asked.model.clone(),
            request_id: self.request_id.clone(),
            // The parser repeats what it found, however long that is.
            what: excerpt(what, self.asked.secrets),
            excerpt: excerpt(near, self.asked.secrets),
        }
    }

    fn not_an_api(&self, found: String) -> Error {
        Error::NotAnApi { model: self.asked.model.clone(), url: shown(self.asked.url), status: self.status, found }
    }

    fn found(&self, body: &str) -> String {
        let kind = if body.trim_start().starts_with('<') { "a web page" } else { "text" };
        format!("{kind} (\"{}\")", excerpt(body, self.asked.secrets))
    }
}
