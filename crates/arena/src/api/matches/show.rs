//! `GET /matches/{id}`.

use arena_core::id::MatchId;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::super::app::App;
use super::super::etag::Conditions;
use super::super::extract::Named;
use super::super::problem::{self, Problem};
use super::rendered::{AsOf, Sees, Shown};
use super::resource::Resource;
use crate::access::{May, Scope, ToRead};

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
    let sees = if caller.may(Scope::Administer) { Sees::All } else { Sees::Most };
    let as_of = AsOf { last: app.last_of(id).await?, problem: app.lobby().failure(id) };
    let shown = app.rendered().get(id, sees, &as_of);
    let Shown { tag, body } = if let Some(shown) = shown {
        shown
    } else {
        let (resource, tag) = Resource::at(&app, &caller, id, as_of.last).await?;
        let body = serde_json::to_vec(&resource).map_err(|error| Problem::internal(&error))?;
        let shown = Shown { tag, body: body.into() };
        app.rendered().keep(id, sees, as_of, shown.clone());
        shown
    };
    if conditions.has(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [tag.header()]).into_response());
    }
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(([tag.header(), kind], body).into_response())
}
