//! A response in the making: the vendor's headers, and then an answer, an error, or something that is neither.

use axum::body::Body;
use axum::response::Response;
use hyper::body::Bytes;
use hyper::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, SERVER};
use hyper::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::breakage::{Breakage, Step};
use super::connection::Link;
use super::dice::Dice;
use super::events::{Form, Framing};
use super::fault::Page;
use super::limits::Standing;
use super::options::Options;
use super::playback::Playback;
use super::question::{Delivery, Question};
use super::refusal::Refusal;
use super::stats::Visit;
use super::vendor::{Said, Vendor};

const PAGE: &str = "<!doctype html>\n<html><head><title>Sorry</title></head><body><h1>Sorry</h1></body></html>\n";

/// A response in the making.
pub(super) struct Reply {
    pub(super) vendor: Vendor,
    pub(super) link: Link,
    pub(super) visit: Visit,
    request_id: String,
    model: String,
    delivery: Delivery,
    headers: HeaderMap,
}

impl Reply {
    pub(super) fn new(vendor: Vendor, options: &Options, visit: Visit, link: Link) -> Self {
        let mut dice = Dice::new(&options.seed, "request id", &[&visit.place.to_string()]);
        let request_id = format!("req_{}", dice.letters(24));
        let mut headers = HeaderMap::new();
        headers.insert(SERVER, HeaderValue::from_static("arena-mock-llm"));
        if let Some(name) = vendor.request_id_header() {
            headers.insert(name, value(&request_id));
        }
        match vendor {
            Vendor::OpenAi => {
                headers.insert("openai-version", HeaderValue::from_static("2020-10-01"));
                headers.insert("openai-organization", HeaderValue::from_static("arena"));
                headers.insert("openai-processing-ms", value(&options.latency.as_millis().to_string()));
            }
            Vendor::Anthropic => {
                headers.insert("anthropic-organization-id", HeaderValue::from_static("arena"));
            }
            Vendor::Gemini => {}
        }
        Self { vendor, link, visit, request_id, model: String::new(), delivery: Delivery::Whole, headers }
    }

    /// It answers this question.
    pub(super) fn is_about(&mut self, question: &Question) {
        self.model.clone_from(&question.model);
        self.delivery = question.delivery;
    }

    /// It says how much is left of the limit.
    pub(super) fn stands(&mut self, standing: Standing, n_tokens: u64) {
        self.add(standing.headers(self.vendor, n_tokens, Timestamp::now()));
    }

    /// Its body will be broken like this.
    pub(super) fn is_broken_by(&mut self, breakage: Option<&Breakage>) {
        if breakage == Some(&Breakage::Gzip) {
            self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }

    /// An error.
    pub(super) fn refuse(mut self, refusal: &Refusal) -> Response {
        let said = self.said(refusal);
        match refusal {
            Refusal::RateLimit(form, wait) => self.add(form.headers(self.vendor, *wait, Timestamp::now())),
            Refusal::DoNotRetry => self.add(vec![("x-should-retry", "false".to_owned())]),
            _ => {}
        }
        let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if *refusal == Refusal::UnavailablePage {
            return self.html(StatusCode::SERVICE_UNAVAILABLE);
        }
        match self.delivery {
            // The list has begun before anything can fail.
            Delivery::List => self.json(status, &json!([said.body])),
            Delivery::Whole | Delivery::Stream { .. } => self.json(status, &said.body),
        }
    }

    /// An error in a body that seems to be an answer.
    pub(super) fn refuse_in_200(self, refusal: &Refusal) -> Response {
        let said = self.said(refusal);
        self.json(StatusCode::OK, &said.body)
    }

    /// An error as the first event of an answer of this form.
    pub(super) fn refuse_first(self, form: Form, refusal: &Refusal) -> Response {
        match form {
            Form::Whole => self.refuse_in_200(refusal),
            Form::Stream(Framing::List) => {
                let said = self.said(refusal);
                self.json(StatusCode::OK, &json!([said.body]))
            }
            Form::Stream(Framing::Events) => {
                let error = self.error_in(Framing::Events, refusal);
                self.play(form, vec![Step::Send(error.into())])
            }
        }
    }

    /// An error in the bytes that can stand in the middle of a stream.
    pub(super) fn error_in(&self, framing: Framing, refusal: &Refusal) -> Vec<u8> {
        self.vendor.error_in(framing, &self.said(refusal))
    }

    /// Something that no API says.
    pub(super) fn page(mut self, page: &Page) -> Response {
        match page {
            Page::Html => self.html(StatusCode::OK),
            Page::Redirect(url) => {
                self.headers.insert(LOCATION, value(url));
                self.html(StatusCode::FOUND)
            }
        }
    }

    /// One JSON value.
    pub(super) fn json(self, status: StatusCode, body: &Value) -> Response {
        self.whole(status, "application/json", body.to_string().into())
    }

    /// An answer of this form, sent in these steps.
    pub(super) fn play(self, form: Form, mut steps: Vec<Step>) -> Response {
        let kind = match form {
            Form::Stream(Framing::Events) => "text/event-stream; charset=utf-8",
            Form::Stream(Framing::List) | Form::Whole => "application/json",
        };
        if let (Form::Whole, [Step::Send(bytes)]) = (form, steps.as_mut_slice()) {
            let bytes = std::mem::take(bytes);
            return self.whole(StatusCode::OK, kind, bytes);
        }
        let Self { link, visit, headers, .. } = self;
        respond(StatusCode::OK, kind, headers, Playback::stream(steps, link, visit))
    }

    fn html(self, status: StatusCode) -> Response {
        self.whole(status, "text/html; charset=utf-8", Bytes::from_static(PAGE.as_bytes()))
    }

    fn whole(self, status: StatusCode, kind: &'static str, bytes: Bytes) -> Response {
        let Self { link, visit, headers, .. } = self;
        respond(status, kind, headers, Playback::whole(bytes, link, visit))
    }

    fn said(&self, refusal: &Refusal) -> Said {
        self.vendor.refuse(refusal, &self.model, &self.request_id)
    }

    fn add(&mut self, headers: Vec<(&'static str, String)>) {
        for (name, text) in headers {
            self.headers.insert(HeaderName::from_static(name), value(&text));
        }
    }
}

fn respond(status: StatusCode, kind: &'static str, headers: HeaderMap, body: Playback) -> Response {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A header's value out of what we wrote ourselves, or of a URL that was read as one.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unprintable"))
}
