//! `/providers/{name}/key`: a key for the running server. It goes in and never comes out: it is in memory alone, and in no
//! answer, log or problem.

use arena_core::name::Name;
use arena_models::{Key, NotAKey};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::{Body, Named};
use super::problem::{self, Code, Problem};
use crate::access::{May, ToAdminister};
use crate::roster::NotGiven;

/// The longest key: those that are signed documents have one or two thousand characters.
const MAX_KEY_CHARS: usize = 4_096;

/// The routes of keys.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(give, take))
}

/// A key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProviderKey {
    /// Visible ASCII, without spaces.
    #[schema(write_only, min_length = 1, max_length = 4096, pattern = "^[!-~]+$")]
    key: String,
}

/// Give a provider a key
///
/// It counts for all seats, from the next call on, before the keys of the environment, until it is taken away or the server
/// ends: it is kept in memory alone. No answer ever shows it.
#[utoipa::path(
    put, path = "/providers/{name}/key", tag = "models", operation_id = "give_key", request_body = ProviderKey,
    params(("name" = String, Path, description = "Which provider")),
    responses(
        (status = 204, description = "It counts from now on"),
        problem::OfBody,
        (status = 404, description = "There is no such provider", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
        (status = 409, description = "The provider takes no key", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
    )
)]
async fn give(
    State(app): State<App>,
    _: May<ToAdminister>,
    Named(name): Named<Name>,
    Body(body): Body<Value>,
) -> Result<StatusCode, Problem> {
    app.roster().give_key(name, read(body)?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a provider's key away
///
/// The one that was given over the API: from the next call on, the keys of the environment count again.
#[utoipa::path(
    delete, path = "/providers/{name}/key", tag = "models", operation_id = "take_key",
    params(("name" = String, Path, description = "Which provider")),
    responses(
        (status = 204, description = "It is forgotten"),
        (status = 404, description = "There is no such provider, or no key was given to it", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
    )
)]
async fn take(State(app): State<App>, _: May<ToAdminister>, Named(name): Named<Name>) -> Result<StatusCode, Problem> {
    app.roster().take_key(name)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The key of a body. No problem repeats a part of it, as those of the usual reader do: a key in the wrong place is one still.
fn read(body: Value) -> Result<Key, Problem> {
    let wrong = |detail: String| Problem::field("#/key", detail);
    // A list of one text would be read, too.
    let read = body.is_object().then(|| serde_json::from_value(body));
    let Some(Ok(ProviderKey { key })) = read else {
        return Err(wrong("the body must be an object with the key, a text, and with nothing else".to_owned()));
    };
    if key.is_empty() || key.len() > MAX_KEY_CHARS {
        return Err(wrong(format!("must have 1 to {MAX_KEY_CHARS} characters")));
    }
    // Around a key in a file they are dropped; nobody sends them on purpose.
    if key.trim().len() < key.len() {
        return Err(wrong(NotAKey::Unsendable.to_string()));
    }
    Key::new(&key).map_err(|error| wrong(error.to_string()))
}

impl From<NotGiven> for Problem {
    fn from(error: NotGiven) -> Self {
        let code = match error {
            NotGiven::NoProvider(_) | NotGiven::NoKey(_) => Code::NotFound,
            NotGiven::TakesNone(_) => Code::StateConflict,
        };
        Self::new(code, error.to_string())
    }
}
