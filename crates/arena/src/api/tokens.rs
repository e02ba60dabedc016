//! `/tokens`: who may use this server from elsewhere.

use arena_core::name::Name;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::{Body, Named};
use super::problem::{self, Code, Problem};
use crate::access::{May, Scope, ToAdminister, Token, keeper};
use crate::clock::{Clock as _, SystemClock};

/// A token that lasts longer is meant to last for ever: ten years, seconds.
const MAX_LIFE_S: u32 = 315_360_000;

/// The routes of tokens.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Create {
    /// How it is called.
    #[schema(example = "ci")]
    name: String,
    /// What it allows.
    #[schema(min_items = 1, max_items = 7)]
    scopes: Vec<Scope>,
    /// Seconds until it ends, at most ten years; without it, it lasts until it is taken back.
    #[schema(minimum = 1, maximum = 315_360_000)]
    expires_in_s: Option<u32>,
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct Resource {
    /// How it is called.
    pub(crate) name: String,
    /// What it allows.
    pub(crate) scopes: Vec<Scope>,
    /// When it was made, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created_at: Timestamp,
    /// From when on it is worth nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) expires_at: Option<Timestamp>,
    /// When somebody took it back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) revoked_at: Option<Timestamp>,
    /// Whether it counts now.
    pub(crate) counts: bool,
}

/// Tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// All of them, those that do not count any more among them.
    pub(crate) data: Vec<Resource>,
}

/// A token and its secret.
#[derive(Serialize, ToSchema)]
struct Made {
    /// For the header `authorization: Bearer ...`. It is shown here and never again.
    #[schema(example = "aia_...")]
    secret: String,
    token: Resource,
}

/// List tokens
#[utoipa::path(
    get, path = "/tokens", tag = "access", operation_id = "list_tokens",
    responses((status = 200, description = "The tokens", body = Tokens))
)]
pub(crate) async fn list(State(app): State<App>, _: May<ToAdminister>) -> Result<Json<Tokens>, Problem> {
    let now = SystemClock.now();
    let tokens = keeper::list(&**app.store()).await?;
    Ok(Json(Tokens { data: tokens.into_iter().map(|token| Resource::of(token.body, now)).collect() }))
}

/// Make a token
///
/// Its secret is in the answer, and nowhere else.
#[utoipa::path(
    post, path = "/tokens", tag = "access", operation_id = "create_token", request_body = Create,
    responses(
        (status = 201, description = "It counts from now on", body = Made),
        problem::OfBody,
        (status = 409, description = "The name is taken", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn create(
    State(app): State<App>,
    _: May<ToAdminister>,
    Body(create): Body<Create>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let name: Name = create.name.parse().map_err(|error| Problem::field("#/name", format!("{error}")))?;
    let now = SystemClock.now();
    let life = create.expires_in_s.map(|seconds| SignedDuration::from_secs(seconds.into()));
    if life.is_some_and(|life| life.as_secs() < 1 || life.as_secs() > MAX_LIFE_S.into()) {
        return Err(Problem::field("#/expires_in_s", format!("write 1 to {MAX_LIFE_S}")));
    }
    let expires_at = life.map(|life| now + life);
    let (secret, token) = keeper::create(&**app.store(), name, create.scopes, expires_at, now).await?;
    let made = Made { secret: secret.reveal().to_owned(), token: Resource::of(token, now) };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Take a token back
///
/// It is worth nothing from the next request on.
#[utoipa::path(
    delete, path = "/tokens/{name}", tag = "access", operation_id = "revoke_token",
    params(("name" = String, Path, description = "Which token")),
    responses(
        (status = 204, description = "It is taken back"),
        (status = 404, description = "No token that counts has the name", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
    )
)]
async fn revoke(State(app): State<App>, _: May<ToAdminister>, Named(name): Named<Name>) -> Result<StatusCode, Problem> {
    keeper::revoke(&**app.store(), name, SystemClock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Resource {
    fn of(token: Token, now: Timestamp) -> Self {
        Self {
            counts: token.counts(now),
            name: token.name.to_string(),
            scopes: token.scopes,
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
        }
    }
}

impl From<keeper::Error> for Problem {
    fn from(error: keeper::Error) -> Self {
        use keeper::Error as E;
        match error {
            E::NameTaken(_) => Self::new(Code::NameTaken, error.to_string()),
            E::NoSuchToken(_) => Self::new(Code::NotFound, error.to_string()),
            E::TooMany => Self::new(Code::StateConflict, error.to_string()),
            E::NoScope => Self::field("#/scopes", error.to_string()),
            E::ExpiresEarly => Self::field("#/expires_in_s", error.to_string()),
            E::Store(error) => error.into(),
            E::Chance(error) => error.into(),
        }
    }
}
