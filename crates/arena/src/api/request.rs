//! The outermost layer of a request: its id, the log, and what is the same in all answers.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::app::App;
use super::problem::{Code, Problem};
use crate::chance;

/// The header with a request's id, taken from the client if it is one, and answered.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A longer id of a client's is not taken.
const MAX_ID_BYTES: usize = 64;

/// By which a request is found in the log.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Runs a request, and finishes its answer.
pub(crate) async fn request(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).and_then(taken);
    let Some(id) = id.map_or_else(drawn, Some) else {
        return Problem::new(Code::Internal, "the operating system gave no random bytes").into_response();
    };
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let begun = Instant::now();
    let span = tracing::info_span!("request", request.id = %id);
    let mut response = tracing::Instrument::instrument(next.run(request), span).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = with_headers_of(problem.respond(&path, &id), response);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let (route, status, took) = (route.as_deref().unwrap_or("none"), response.status().as_u16(), begun.elapsed());
    app.runner().meter().request(route, known(&method), status, took);
    tracing::info!(
        request.id = %id, http.method = %method, http.route = route, http.status = status,
        duration_ms = took.as_secs_f64() * 1e3,
        "{method} {path}"
    );
    response
}

/// `new` with the headers of `old` that it lacks: what a layer within has added, such as `allow`.
pub(crate) fn with_headers_of(mut new: Response, old: Response) -> Response {
    let (old, _) = old.into_parts();
    for (name, value) in &old.headers {
        if *name != header::CONTENT_LENGTH && !new.headers().contains_key(name) {
            new.headers_mut().append(name, value.clone());
        }
    }
    new
}

/// The method as a label: a client may send any word.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::OPTIONS => {
            method.as_str()
        }
        _ => "other",
    }
}

/// A client's id, if nobody has to be afraid of it in a log.
fn taken(id: &HeaderValue) -> Option<String> {
    let id = id.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (!id.is_empty() && id.len() <= MAX_ID_BYTES && id.bytes().all(is_plain)).then(|| id.to_owned())
}

fn drawn() -> Option<String> {
    Some(format!("{:032x}", chance::bits().ok()?))
}
