//! What handlers take of a request, read strictly: an unknown name, a wrong type or a value out of range is answered, with
//! its place, before a handler runs.

use std::time::Duration;

use axum::body::{Body as Stream, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::{Instant, timeout, timeout_at};

use super::problem::{Code, Field, Problem};

/// A body may have so many bytes, unless its route says otherwise: a match that is asked for has a few hundred.
pub(in crate::api) const MAX_BODY_BYTES: usize = 256 << 10;

/// A body that takes longer is not waited for.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Of a body that is too large the rest is thrown away for so long: who is still sending would not read the answer.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// A body of JSON, of at most `MAX` bytes.
#[derive(Debug)]
pub(in crate::api) struct Body<T, const MAX: usize = MAX_BODY_BYTES>(pub(in crate::api) T);

impl<S: Send + Sync, T: DeserializeOwned, const MAX: usize> FromRequest<S> for Body<T, MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = read(request.into_body(), MAX).await?;
        if !is_json {
            let detail = "send the body as JSON, with the header content-type: application/json";
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
        parse(&bytes).map(Self)
    }
}

/// Parameters after the question mark.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        // To leave it out is one thing, to write nothing where a number belongs another.
        if let Some((name, _)) =
            query.split('&').filter_map(|pair| pair.split_once('=')).find(|(_, value)| value.is_empty())
        {
            let detail = format!("{name}: its value is missing; leave the parameter out, or give it one");
            return Err(Problem::new(Code::InvalidParameter, detail));
        }
        let read = serde_path_to_error::deserialize(serde_html_form::Deserializer::from_bytes(query.as_bytes()));
        read.map(Self).map_err(|error| {
            let name = error.path().to_string();
            let name = if name == "." { String::new() } else { format!("{name}: ") };
            Problem::new(Code::InvalidParameter, format!("{name}{}", error.into_inner()))
        })
    }
}

/// The last part of an address that names a thing; what cannot be a name is not there.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) T);

impl<S: Send + Sync, T: std::str::FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<String>::from_request_parts(parts, state).await;
        let text = found.map_err(|_| Problem::new(Code::NotFound, "there is nothing at this address"))?;
        let named = text.0.parse();
        named.map(Self).map_err(|_| Problem::new(Code::NotFound, format!("there is nothing called {:?}", text.0)))
    }
}

/// JSON as `T`, or where it is wrong.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader);
    let value = read.map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        match error.classify() {
            Category::Data => {
                let detail = error.to_string();
                // Where it is in the text says less than the pointer.
                let detail = in_plain_words(detail.rsplit_once(" at line ").map_or(&detail, |(what, _)| what));
                Problem::fields(vec![Field { pointer, detail, line: None, column: None }])
            }
            Category::Syntax | Category::Eof | Category::Io => Problem::new(Code::MalformedJson, error.to_string()),
        }
    })?;
    reader.end().map_err(|error| Problem::new(Code::MalformedJson, error.to_string()))?;
    Ok(value)
}

/// What serde expects, without the names of types.
fn in_plain_words(detail: &str) -> String {
    let Some((found, expected)) = detail.rsplit_once(", expected ") else { return detail.to_owned() };
    let expected = match expected {
        "a nonzero u64" | "a nonzero u32" | "a nonzero usize" => "a whole number, at least 1",
        "u64" | "u32" | "usize" => "a whole number, at least 0",
        "f64" => "a number",
        "a string" | "a borrowed string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        other => other,
    };
    format!("{found}, expected {expected}")
}

/// The place as a JSON pointer (RFC 6901) in a fragment.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => "?".to_owned(),
    };
    path.iter().fold("#".to_owned(), |pointer, segment| pointer + "/" + &part(segment))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// The whole body, if it has at most `max` bytes and comes in time.
async fn read(body: Stream, max: usize) -> Result<Bytes, Problem> {
    let until = Instant::now() + BODY_TIMEOUT;
    let mut stream = body.into_data_stream();
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let Ok(next) = timeout_at(until, stream.next()).await else {
            let detail = format!("the body did not come within {} s", BODY_TIMEOUT.as_secs());
            return Err(Problem::new(Code::RequestTimeout, detail));
        };
        match next {
            None => return Ok(bytes.into()),
            Some(Ok(piece)) if bytes.len() + piece.len() <= max => bytes.extend_from_slice(&piece),
            Some(Ok(_)) => {
                let rest = async { while let Some(Ok(_)) = stream.next().await {} };
                let _ = timeout(DRAIN_TIMEOUT, rest).await;
                let detail = format!("the body has more than {max} bytes, which is all that is read here");
                return Err(Problem::new(Code::TooLarge, detail));
            }
            Some(Err(_)) => return Err(Problem::new(Code::MalformedJson, "the body broke off")),
        }
    }
}
