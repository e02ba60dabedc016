//! `GET /approvals`, `POST /matches/{id}/approval`: what waits for a person, and what a person says.

use arena_core::engine::fold;
use arena_core::id::{CallId, MatchId};
use arena_core::message::ToolCall;
use arena_core::ruling::Approval;
use arena_store::{Kind, Query as Find};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::cursor::{Page, Paging};
use super::extract::{Body, Named, Query};
use super::matches;
use super::problem::{self, Problem};
use crate::access::{May, ToApprove};
use crate::approval::{About, Asked, asked};
use crate::audit::trail;
use crate::header::Header;
use crate::runner::records;

/// The routes of approvals.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(decide))
}

/// A question that waits for a person.
#[derive(Serialize, ToSchema)]
#[schema(as = Approval)]
pub(crate) struct Waiting {
    /// Which match waits.
    pub(crate) r#match: String,
    /// Its number in the match; the decision names it.
    pub(crate) call: u32,
    /// `tool_call`, or `patch` if Blue wants to change the Target.
    pub(crate) about: &'static str,
    /// The tool that is wanted.
    pub(crate) tool: Option<String>,
    /// What it is to do.
    #[schema(value_type = Option<Object>)]
    pub(crate) arguments: Option<Value>,
    /// The rule by which a person is asked.
    pub(crate) rule: Option<String>,
    /// What Blue wants to change, and why.
    #[schema(value_type = Option<Object>)]
    pub(crate) patch: Option<Value>,
    /// Since when it waits, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) since: jiff::Timestamp,
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
    let waiting_matches = Find::of(Kind::Match, limit + 1).filter(Header::AWAITS_PERSON.is(true));
    let query = after.into_iter().fold(waiting_matches, Find::after_id);
    let found = app.store().find(&query).await?;
    let found = Page::of(found, limit, "approvals", |document| document.id.clone());
    let mut data = Vec::new();
    for document in found.data {
        let id = document.id.parse().map_err(|error| Problem::internal(&error))?;
        // It may have been decided meanwhile.
        data.extend(waiting(&app, id).await?);
    }
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

/// What the match waits with, if it still does.
async fn waiting(app: &App, id: MatchId) -> Result<Option<Waiting>, Problem> {
    let records = records(&**app.store(), id).await?;
    let game = fold(&records).map_err(|error| Problem::internal(&error))?;
    let Some((game, Asked { call, about })) = game.and_then(|game| asked(&game).map(|asked| (game, asked))) else {
        return Ok(None);
    };
    let rule = trail(&records).into_iter().rev().find(|used| used.call == call);
    let rule = rule.and_then(|used| used.rule().map(str::to_owned));
    let waits = Waiting {
        r#match: id.to_string(),
        call: call.0,
        about: "tool_call",
        tool: None,
        arguments: None,
        rule,
        patch: None,
        since: game.at,
    };
    Ok(Some(match about {
        About::Call(ToolCall { tool, arguments, .. }) => {
            Waiting { tool: Some(tool), arguments: Some(arguments), ..waits }
        }
        About::Patch(patch) => {
            let patch = serde_json::to_value(patch).map_err(|error| Problem::internal(&error))?;
            Waiting { about: "patch", patch: Some(patch), ..waits }
        }
    }))
}
