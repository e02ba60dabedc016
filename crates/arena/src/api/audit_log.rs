//! `GET /audit/log`: everything that was changed, and what was asked of the server.

use arena_store::Noted;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::cursor::{Page, Paging};
use super::extract::Query;
use super::problem::{self, Problem};
use crate::access::{May, ToAdminister};

/// The routes of the audit log.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
#[schema(as = LogEntry)]
pub(crate) struct Entry {
    /// Its number: 1, 2, 3 and so on, without a gap.
    seq: u64,
    /// When it was written, UTC.
    #[schema(value_type = String, format = DateTime)]
    at: jiff::Timestamp,
    /// What happened. `what` is `put`, with `kind`, `id`, `rev` and `hash` of a document; `deleted`, with its last `rev`;
    /// `kept`, with the `hash` of a content, and `forgotten`, once that was removed; `head`, with `match`, and `seq` and `link` of its
    /// last event, and `removed`, with the same, once its events were; or `happened`, with `topic` and `body`: for a `request` who
    /// asked, from which address, method, path, status and the request's id; for `prune` who removes what is old, and
    /// `before` which moment.
    #[schema(value_type = Object)]
    fact: Value,
    /// The hash that stands for all entries up to this one.
    link: String,
}

/// List what was changed
///
/// The newest first, in pages: each document that was written or removed, how far matches have come, each request that was
/// let in to change something, and those that the server could not answer. Nothing is ever removed from it.
#[utoipa::path(
    get, path = "/audit/log", tag = "audit", operation_id = "list_audit_log", params(Paging),
    responses(
        (status = 200, description = "A page of entries", body = Page<Entry>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: May<ToAdminister>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Entry>>, Problem> {
    const LIST: &str = "audit log";
    let (limit, after) = paging.read(LIST)?;
    // The list goes back from here. Numbers have no gap, so the page is known by its numbers.
    let before = match after.and_then(|after| after.parse().ok()) {
        Some(after) => after,
        None => app.store().notes_head().await?.0 + 1,
    };
    let last = before.saturating_sub(1);
    let first = last.saturating_sub(limit as u64 + 1);
    let n = usize::try_from(last - first).unwrap_or_default();
    let mut found = app.store().notes(first, n).await?;
    found.reverse();
    let found = found.into_iter().map(Entry::from).collect();
    Ok(Json(Page::of(found, limit, LIST, |entry: &Entry| entry.seq.to_string())))
}

impl From<Noted> for Entry {
    fn from(Noted { seq, entry, link }: Noted) -> Self {
        let fact = serde_json::to_value(entry.fact).expect("a fact is plain data");
        Self { seq, at: entry.at, fact, link: link.to_string() }
    }
}
