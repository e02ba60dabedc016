//! `GET /matches/{id}/calls`, `GET /matches/{id}/verification`: what tools were asked, and whether the record is whole.

use arena_core::id::MatchId;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::app::App;
use super::super::cursor::{Page, Paging};
use super::super::extract::{Named, Query};
use super::super::problem::{self, Problem};
use crate::access::{May, ToAdminister};
use crate::audit::{ToolUse, Wholeness, trail};
use crate::runner::records;

/// A tool call: who wanted what, what was decided and by which rule, and what came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = ToolCall)]
pub(crate) struct Call {
    /// The event that ruled on it.
    pub(crate) seq: u64,
    /// In which round, from 1.
    pub(crate) round: u32,
    /// When it was ruled on, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: jiff::Timestamp,
    /// The tool.
    pub(crate) tool: String,
    /// `allowed`, `denied`, `approved`, `refused`, `unanswered` or `asked`.
    pub(crate) decision: &'static str,
    /// The rule that decided, as it was written, if one did.
    pub(crate) rule: Option<String>,
    /// How it ended, in a few words.
    pub(crate) end: String,
    /// Everything that is recorded of it: arguments, outcome, files, exchanges with the network.
    #[schema(value_type = Object)]
    pub(crate) record: ToolUse,
}

/// Whether a record is whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verification {
    /// Whether nothing is wrong.
    pub(crate) good: bool,
    /// Events that can be read.
    pub(crate) n_events: usize,
    /// Tool calls among them.
    pub(crate) n_calls: usize,
    /// The link of the last event: who notes it can tell later whether the end was cut off.
    pub(crate) head: Option<String>,
    /// What is wrong, and where.
    pub(crate) problems: Vec<String>,
}

/// List a match's tool calls
///
/// The audit trail, in its order, in pages. Only for those who may see everything.
#[utoipa::path(
    get, path = "/matches/{id}/calls", tag = "audit", operation_id = "list_calls",
    params(("id" = String, Path, description = "Which match"), Paging),
    responses(
        (status = 200, description = "A page of calls", body = Page<Call>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn calls(
    State(app): State<App>,
    _: May<ToAdminister>,
    Named(id): Named<MatchId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Call>>, Problem> {
    let list = format!("calls {id}");
    let (limit, after) = paging.read(&list)?;
    let after: u64 = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    let records = records(&**app.store(), id).await?;
    if records.is_empty() {
        return Err(Problem::no("match", id));
    }
    let calls = trail(&records).into_iter().filter(|used| used.seq.0 > after).take(limit + 1);
    Ok(Json(Page::of(calls.map(Call::from).collect(), limit, &list, |call| call.seq.to_string())))
}

/// Verify a match's record
///
/// Reads all of it: whether the hash chain holds, and whether the contents that it names are there.
#[utoipa::path(
    get, path = "/matches/{id}/verification", tag = "audit", operation_id = "verify_match",
    params(("id" = String, Path, description = "Which match")),
    responses(
        (status = 200, description = "What was found", body = Verification),
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn verification(
    State(app): State<App>,
    _: May<ToAdminister>,
    Named(id): Named<MatchId>,
) -> Result<Json<Verification>, Problem> {
    let Wholeness { good, n_events, n_calls, head, problems, .. } = Wholeness::of(&**app.store(), id, None).await;
    if n_events == 0 && good {
        return Err(Problem::no("match", id));
    }
    Ok(Json(Verification { good, n_events, n_calls, head, problems }))
}

impl From<ToolUse> for Call {
    fn from(record: ToolUse) -> Self {
        Self {
            seq: record.seq.0,
            round: record.round,
            at: record.at,
            tool: record.tool.clone(),
            decision: record.decision(),
            rule: record.rule().map(str::to_owned),
            end: record.end(),
            record,
        }
    }
}
