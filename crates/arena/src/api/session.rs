//! `POST /session`, `DELETE /session`: a browser's cookie in the place of a token.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::problem::{self, Problem};
use crate::access::Caller;

/// The routes of sessions.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open, close))
}

/// Open a session
///
/// Who sends a token gets a cookie that stands for it, for twelve hours: a browser cannot send a token everywhere.
#[utoipa::path(
    post, path = "/session", tag = "access", operation_id = "open_session",
    responses(
        (status = 204, description = "The cookie is set", headers(("set-cookie" = String))),
        (status = 401, description = "Nobody knows who asks", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn open(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let cookie = app.door().sessions().open(caller).map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Close the session
#[utoipa::path(
    delete, path = "/session", tag = "access", operation_id = "close_session",
    responses((status = 204, description = "The cookie is worth nothing any more"))
)]
async fn close(State(app): State<App>, headers: HeaderMap) -> StatusCode {
    app.door().sessions().close(&headers);
    StatusCode::NO_CONTENT
}
