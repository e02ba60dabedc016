//! What is answered when something cannot be done: a problem document (RFC 9457) with a code that stays as it is.
//!
//! No stack, SQL or provider's body comes into one: what went wrong within is logged, and named by the request's id.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::causes::in_one_line;
use crate::{catalog, chance, lineup, lobby, roster, runner, tools};

/// The media type of problem documents.
pub(in crate::api) const MEDIA_TYPE: &str = "application/problem+json";

/// What kind of problem it is. Its word is stable; more may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is no JSON.
    MalformedJson,
    /// A parameter of the address is unknown or cannot be read.
    InvalidParameter,
    /// Nobody knows who asks.
    Unauthenticated,
    /// Who asks may not do this.
    Forbidden,
    /// The request names a host that is not this server.
    HostNotAllowed,
    /// A page of another site asks.
    OriginNotAllowed,
    /// There is no such thing.
    NotFound,
    /// It cannot be done with this method.
    MethodNotAllowed,
    /// It does not fit what the thing is now.
    StateConflict,
    /// The name is taken.
    NameTaken,
    /// It was changed meanwhile.
    StaleRevision,
    /// The body is too large.
    TooLarge,
    /// The body is of another media type than is read here.
    UnsupportedMediaType,
    /// The body can be read, and makes no sense.
    Invalid,
    /// The key stands for another request.
    KeyReused,
    /// The request must say which revision it is based on.
    PreconditionRequired,
    /// Too many requests.
    RateLimited,
    /// All matches together have used up what they may.
    BudgetSpent,
    /// The body did not come in time.
    RequestTimeout,
    /// Something went wrong here.
    Internal,
    /// Too many matches wait.
    QueueFull,
    /// The server is closing, or its database cannot be written.
    Unavailable,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::MalformedJson,
        Self::InvalidParameter,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::HostNotAllowed,
        Self::OriginNotAllowed,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::StateConflict,
        Self::NameTaken,
        Self::StaleRevision,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Invalid,
        Self::KeyReused,
        Self::PreconditionRequired,
        Self::RateLimited,
        Self::BudgetSpent,
        Self::RequestTimeout,
        Self::Internal,
        Self::QueueFull,
        Self::Unavailable,
    ];

    /// The status it is answered with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::MalformedJson | Self::InvalidParameter => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::OriginNotAllowed => StatusCode::FORBIDDEN,
            Self::HostNotAllowed => StatusCode::MISDIRECTED_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::StateConflict | Self::NameTaken => StatusCode::CONFLICT,
            Self::StaleRevision => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::RateLimited | Self::BudgetSpent => StatusCode::TOO_MANY_REQUESTS,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::QueueFull | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The kind in words, the same for all problems of it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::MalformedJson => "the body is no JSON",
            Self::InvalidParameter => "a parameter cannot be read",
            Self::Unauthenticated => "a token is needed",
            Self::Forbidden => "the token does not allow this",
            Self::HostNotAllowed => "this server is not that host",
            Self::OriginNotAllowed => "pages of other sites may not ask",
            Self::NotFound => "there is no such thing",
            Self::MethodNotAllowed => "this cannot be done here",
            Self::StateConflict => "it does not fit the state",
            Self::NameTaken => "the name is taken",
            Self::StaleRevision => "it was changed meanwhile",
            Self::TooLarge => "the body is too large",
            Self::UnsupportedMediaType => "the body has the wrong media type",
            Self::Invalid => "the body makes no sense",
            Self::KeyReused => "the key stands for another request",
            Self::PreconditionRequired => "the revision is missing",
            Self::RateLimited => "too many requests",
            Self::BudgetSpent => "the server's budget is used up",
            Self::RequestTimeout => "the body did not come in time",
            Self::Internal => "something went wrong in the server",
            Self::QueueFull => "too many matches wait",
            Self::Unavailable => "the server cannot do this now",
        }
    }

    /// What to do about it.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::MalformedJson => "Send JSON (RFC 8259) in UTF-8; the detail says where it breaks.",
            Self::InvalidParameter => {
                "Look at the parameters of the operation: their names, their ranges, each given once where it is no list."
            }
            Self::Unauthenticated => {
                "Send a token with the header authorization: Bearer aia_... Whoever runs the server makes one with arena token create NAME --scope read."
            }
            Self::Forbidden => {
                "The token is known and lacks a scope; the detail names it. Ask for a token with that scope."
            }
            Self::HostNotAllowed => {
                "The header host names a server that this one is not, as in an attack by DNS rebinding. Ask by its own address, or have it started with --allow-host NAME."
            }
            Self::OriginNotAllowed => {
                "Pages of other sites may not use this server through a visitor's browser. Programs that are no browsers send no origin."
            }
            Self::NotFound => "The address is wrong, or the thing was removed. Lists tell what there is.",
            Self::MethodNotAllowed => "The header allow lists what can be done at this address.",
            Self::StateConflict => {
                "The request makes sense, and not now: read the thing again, and decide by its state."
            }
            Self::NameTaken => "Choose another name, or change the thing that has it.",
            Self::StaleRevision => {
                "Somebody changed it after it was read. Read it again, and base the change on that: nothing was overwritten."
            }
            Self::TooLarge => "Send less; the detail says how much is read.",
            Self::UnsupportedMediaType => "Send JSON with the header content-type: application/json.",
            Self::Invalid => {
                "The body is JSON and makes no sense. Each of the errors points to a field and says what is allowed."
            }
            Self::KeyReused => {
                "An idempotency-key stands for one request with one body. Take a new one for a new request."
            }
            Self::PreconditionRequired => {
                "Send if-match with the etag of what was read, so that nobody overwrites what they have not seen."
            }
            Self::RateLimited => {
                "Wait as long as the header retry-after says. The header ratelimit tells with each answer what is left."
            }
            Self::BudgetSpent => {
                "All matches of this server together have used up its calls, tokens or cost. Whoever runs it starts it with more: the matches that are held can be resumed then."
            }
            Self::RequestTimeout => "The body came too slowly, or not at all. Send it again.",
            Self::Internal => {
                "It is not the request. Whoever runs the server finds the cause in its log under the request's id."
            }
            Self::QueueFull => "More matches wait than the server takes. Try again after the time in retry-after.",
            Self::Unavailable => {
                "The server is closing, or its database cannot be written. Try again after the time in retry-after."
            }
        }
    }

    /// The word, as in the document.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// A problem with one field of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct Field {
    /// Where, as a JSON pointer after a `#`: `#/budget/tokens`.
    #[schema(example = "#/rounds")]
    pub(in crate::api) pointer: String,
    /// What is wrong, and what is allowed.
    pub(in crate::api) detail: String,
    /// The line, from 1, if the field holds a text with lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) line: Option<usize>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) column: Option<usize>,
}

/// Why a request was not carried out.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<Field>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The document.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(in crate::api) struct Document {
    /// The kind of problem, as an address.
    #[serde(rename = "type")]
    #[schema(example = "/docs/problems/not_found")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What is wrong here, and what to do.
    detail: String,
    /// The address that was asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    instance: String,
    /// The kind as one word.
    code: Code,
    /// The request, for whoever reads the logs.
    #[serde(skip_serializing_if = "String::is_empty")]
    request_id: String,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Field>,
}

/// What a body may be answered with, whatever route it is sent to.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it is for the document of the API")]
pub(in crate::api) enum OfBody {
    /// The body is no JSON
    #[response(status = 400, content_type = "application/problem+json")]
    MalformedJson(Document),
    /// The body did not come in time
    #[response(status = 408, content_type = "application/problem+json")]
    RequestTimeout(Document),
    /// The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Document),
    /// The body has the wrong media type
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Document),
    /// The body makes no sense
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Document),
}

/// What a write over something that is there may be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it is for the document of the API")]
pub(in crate::api) enum OfWrite {
    /// There is none
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Document),
    /// It cannot be changed
    #[response(status = 409, content_type = "application/problem+json")]
    StateConflict(Document),
    /// It was changed meanwhile
    #[response(status = 412, content_type = "application/problem+json")]
    StaleRevision(Document),
    /// The header `if-match` is missing
    #[response(status = 428, content_type = "application/problem+json")]
    PreconditionRequired(Document),
}

impl Problem {
    /// A problem of this kind; `detail` says what is wrong here, and what to do.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: vec![], headers: vec![] }
    }

    /// A body whose field at `pointer` makes no sense.
    pub(in crate::api) fn field(pointer: &str, detail: impl Into<String>) -> Self {
        let field = Field { pointer: pointer.to_owned(), detail: detail.into(), line: None, column: None };
        Self::fields(vec![field])
    }

    /// A body with several fields that make no sense.
    pub(in crate::api) fn fields(errors: Vec<Field>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{}: {}", one.pointer, one.detail),
            many => format!("{} fields make no sense", many.len()),
        };
        Self { errors, ..Self::new(Code::Invalid, detail) }
    }

    /// There is no `what` of this name.
    pub(crate) fn no(what: &str, name: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("there is no {what} {name}"))
    }

    /// Something within; logged here, once.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!("a request failed: {}", in_one_line(error));
        Self::new(Code::Internal, "the request failed within the server; its log says more under the request's id")
    }

    /// The same, with a header.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same, to be tried again after so many seconds.
    pub(in crate::api) fn retry_after(self, seconds: u64) -> Self {
        self.with(header::RETRY_AFTER, seconds.into())
    }

    /// What is wrong here, and what to do.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Which kind it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The answer to the request `request_id` for `instance`.
    pub(in crate::api) fn respond(&self, instance: &str, request_id: &str) -> Response {
        let document = Document {
            kind: format!("/docs/problems/{}", self.code.word()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            code: self.code,
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
        };
        let mut response = (self.code.status(), Json(document)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        for (name, value) in &self.headers {
            response.headers_mut().append(name, value.clone());
        }
        response
    }
}

impl IntoResponse for Problem {
    /// The outermost layer writes it again with what only it knows: see `request`.
    fn into_response(self) -> Response {
        let mut response = self.respond("", "");
        response.extensions_mut().insert(self);
        response
    }
}

impl From<arena_store::Error> for Problem {
    fn from(error: arena_store::Error) -> Self {
        use arena_store::Error as E;
        match error {
            E::Conflict { .. } => Self::new(Code::StateConflict, "it was changed meanwhile; read it again"),
            E::Full { .. } | E::ReadOnly { .. } => {
                tracing::error!("the database cannot be written: {}", in_one_line(&error));
                Self::new(Code::Unavailable, "the database cannot be written now").retry_after(30)
            }
            E::Unreachable { .. } => {
                tracing::error!("{}", in_one_line(&error));
                Self::new(Code::Unavailable, "the database does not answer now").retry_after(5)
            }
            E::Closed { .. } => closing(),
            _ => Self::internal(&error),
        }
    }
}

impl From<runner::Error> for Problem {
    fn from(error: runner::Error) -> Self {
        use runner::Error as E;
        match error {
            E::NoSuchMatch(id) => Self::no("match", id),
            E::Conflict { .. } | E::NotPlaying(_) | E::NothingAsked(_) | E::AnotherAsked(_) => {
                Self::new(Code::StateConflict, error.to_string())
            }
            E::Spent(_) => Self::new(Code::BudgetSpent, error.to_string()),
            E::Closing => closing(),
            E::Model(error) => error.into(),
            E::Tools(error) => error.into(),
            E::Store(error) => error.into(),
            E::Record { .. } | E::Chance(_) | E::Task { .. } => Self::internal(&error),
        }
    }
}

impl From<lobby::Error> for Problem {
    fn from(error: lobby::Error) -> Self {
        match error {
            lobby::Error::Full { .. } => Self::new(Code::QueueFull, error.to_string()).retry_after(10),
            lobby::Error::Runner(error) => (*error).into(),
        }
    }
}

impl From<lineup::Error> for Problem {
    fn from(error: lineup::Error) -> Self {
        use lineup::Error as E;
        match error {
            E::NoJudge { ref scenario, ref objective } => Self::field(
                "#/judges",
                format!("objective {objective:?} of scenario {scenario:?} is decided by a judge; name one"),
            ),
            E::Label(_) => Self::field("#/label", error.to_string()),
            E::Scenario(error) => error.into(),
            E::Model(error) => error.into(),
            E::Tools(error) => error.into(),
            E::Spec(error) => Self::new(Code::Invalid, error.to_string()),
            E::Chance(error) => error.into(),
        }
    }
}

impl From<catalog::Error> for Problem {
    fn from(error: catalog::Error) -> Self {
        Self::new(Code::Invalid, in_one_line(&error))
    }
}

impl From<roster::Error> for Problem {
    fn from(error: roster::Error) -> Self {
        Self::new(Code::Invalid, in_one_line(&error))
    }
}

impl From<tools::Error> for Problem {
    fn from(error: tools::Error) -> Self {
        match error {
            tools::Error::Sandbox { .. } => Self::internal(&error),
            tools::Error::Unknown { .. } | tools::Error::Policy(_) => Self::new(Code::Invalid, in_one_line(&error)),
        }
    }
}

impl From<chance::NoChance> for Problem {
    fn from(error: chance::NoChance) -> Self {
        Self::internal(&error)
    }
}

fn closing() -> Problem {
    Problem::new(Code::Unavailable, "the server is closing; try again when it is back").retry_after(5)
}
