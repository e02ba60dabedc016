//! `POST /matches/{id}/pause`, `resume` and `stop`.

use arena_core::id::MatchId;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::app::App;
use super::super::extract::{Body, Named};
use super::super::problem::{self, Problem};
use super::resource::Resource;
use crate::access::{May, ToRun};

/// Why a match is ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Stop {
    /// For the record.
    #[schema(max_length = 500, default = "stopped through the API")]
    reason: Option<String>,
}

/// The longest reason, characters.
const MAX_REASON_CHARS: usize = 500;

/// Pause a match
///
/// Returns once that is durable. The match gives its place to another; a tool that runs comes to its end first.
#[utoipa::path(
    post, path = "/matches/{id}/pause", tag = "matches", operation_id = "pause_match",
    params(("id" = String, Path, description = "Which match")),
    responses(
        (status = 200, description = "It is paused", body = Resource),
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 409, description = "It is not running", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn pause(
    State(app): State<App>,
    caller: May<ToRun>,
    Named(id): Named<MatchId>,
) -> Result<Json<Resource>, Problem> {
    app.lobby().pause(id).await?;
    Ok(Json(Resource::read(&app, &caller, id).await?.0))
}

/// Resume a match
///
/// It goes on when its turn comes.
#[utoipa::path(
    post, path = "/matches/{id}/resume", tag = "matches", operation_id = "resume_match",
    params(("id" = String, Path, description = "Which match")),
    responses(
        (status = 200, description = "It goes on", body = Resource),
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 409, description = "It is not paused", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 503, description = "Too many wait", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn resume(
    State(app): State<App>,
    caller: May<ToRun>,
    Named(id): Named<MatchId>,
) -> Result<Json<Resource>, Problem> {
    app.lobby().resume(&caller.name, id).await?;
    Ok(Json(Resource::read(&app, &caller, id).await?.0))
}

/// Stop a match
///
/// Returns once that is durable. It cannot be played on.
#[utoipa::path(
    post, path = "/matches/{id}/stop", tag = "matches", operation_id = "stop_match",
    params(("id" = String, Path, description = "Which match")), request_body = Stop,
    responses(
        (status = 200, description = "It is stopped", body = Resource),
        problem::OfBody,
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 409, description = "It is over", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn stop(
    State(app): State<App>,
    caller: May<ToRun>,
    Named(id): Named<MatchId>,
    Body(stop): Body<Stop>,
) -> Result<Json<Resource>, Problem> {
    let reason = reason(stop.reason, "stopped through the API")?;
    app.lobby().stop(id, reason).await?;
    Ok(Json(Resource::read(&app, &caller, id).await?.0))
}

/// Why something is done, for the record: what was said, or `otherwise`.
pub(in crate::api) fn reason(said: Option<String>, otherwise: &str) -> Result<String, Problem> {
    let reason = said.unwrap_or_else(|| otherwise.to_owned());
    if reason.chars().nth(MAX_REASON_CHARS).is_some() {
        return Err(Problem::field("#/reason", format!("it may have at most {MAX_REASON_CHARS} characters")));
    }
    Ok(reason)
}
