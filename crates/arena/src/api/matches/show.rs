//! `GET /matches/{id}`.

use arena_core::id::MatchId;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::super::app::App;
use super::super::etag::Conditions;
use super::super::extract::Named;
use super::super::problem::{self, Problem};
use super::resource::Resource;
use crate::access::{May, ToRead};

/// Show a match
///
/// Watch it from `position`: what comes after is in `events`, and in the live stream.
#[utoipa::path(
    get, path = "/matches/{id}", tag = "matches", operation_id = "show_match",
    params(("id" = String, Path, description = "Which match")),
    responses(
        (status = 200, description = "The match", body = Resource, headers(("etag" = String, description = "Its revision"))),
        (status = 304, description = "It is as in `if-none-match`"),
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn show(
    State(app): State<App>,
    caller: May<ToRead>,
    conditions: Conditions,
    Named(id): Named<MatchId>,
) -> Result<Response, Problem> {
    let (resource, tag) = Resource::read(&app, &caller, id).await?;
    if conditions.has(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [tag.header()]).into_response());
    }
    Ok(([tag.header()], Json(resource)).into_response())
}
