//! `GET /approvals`, `POST /matches/{id}/approval`: what waits for a person, and what a person says.

use arena_core::id::{CallId, MatchId};
use arena_core::ruling::Approval;
use arena_store::{Query as Find, Repository};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::cursor::{Page, Paging};
use super::extract::{Body, Named, Query};
use super::matches;
use super::problem::{self, Problem};
pub(crate) use super::waiting::Waiting;
use super::waiting::waiting;
use crate::access::{May, ToApprove};
use crate::header::Header;

/// The routes of approvals.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(decide))
}

/// What a person says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decide {
    /// The question that was looked at: by now it may be another.
    #[schema(maximum = 4_294_967_295_u64)]
    call: u32,
    decision: Decision,
    /// Why, for the record.
    #[schema(max_length = 500, default = "denied by a person")]
    reason: Option<String>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum Decision {
    /// It may be.
    Approve,
    /// It may not.
    Deny,
}

/// List what waits for a person
///
/// The matches that wait, the oldest first, in pages.
#[utoipa::path(
    get, path = "/approvals", tag = "approvals", operation_id = "list_approvals", params(Paging),
    responses(
        (status = 200, description = "A page of questions", body = Page<Waiting>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: May<ToApprove>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Waiting>>, Problem> {
    let (limit, after) = paging.read("approvals")?;
    let waiting_matches = Repository::<Header>::query(limit + 1).filter(Header::AWAITS_PERSON.is(true));
    let query = after.into_iter().fold(waiting_matches, Find::after_id);
    let found = app.store().find(&query).await?;
    let found = Page::of(found, limit, "approvals", |document| document.id.clone());
    let questions = found.data.iter().map(|document| async {
        let id = document.id.parse().map_err(|error| Problem::internal(&error))?;
        waiting(&app, id).await
    });
    // Of some it may have been decided meanwhile.
    let data = try_join_all(questions).await?.into_iter().flatten().collect();
    Ok(Json(Page { data, next_cursor: found.next_cursor, has_more: found.has_more }))
}

/// Decide what a match waits with
///
/// Returns once that is durable; the match goes on.
#[utoipa::path(
    post, path = "/matches/{id}/approval", tag = "approvals", operation_id = "decide", request_body = Decide,
    params(("id" = String, Path, description = "Which match")),
    responses(
        (status = 204, description = "It is decided"),
        problem::OfBody,
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 409, description = "It waits for nothing, or for another decision", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
    )
)]
async fn decide(
    State(app): State<App>,
    caller: May<ToApprove>,
    Named(id): Named<MatchId>,
    Body(Decide { call, decision, reason }): Body<Decide>,
) -> Result<StatusCode, Problem> {
    let reason = matches::reason(reason, "denied by a person")?;
    app.last_of(id).await?;
    let by = caller.name.clone();
    let approval = match decision {
        Decision::Approve => Approval::Granted { by },
        Decision::Deny => Approval::Refused { by, reason },
    };
    app.runner().decide(id, CallId(call), approval).await?;
    Ok(StatusCode::NO_CONTENT)
}
