//! `GET /audit/denied`: who was refused what.

use arena_store::{Kind, Order, Query as Find};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::cursor::{Page, Paging};
use super::extract::Query;
use super::problem::{self, Problem};
use crate::access::denials::Denial;
use crate::access::{May, ToAdminister};

/// The routes of the trail of refusals.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A request that was refused.
#[derive(Serialize, ToSchema)]
#[schema(as = Denial)]
pub(crate) struct Denied {
    /// When, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: jiff::Timestamp,
    /// The name of the token that was shown, if it is one.
    pub(crate) who: Option<String>,
    /// From where.
    pub(crate) address: Option<String>,
    /// What was wanted.
    #[schema(example = "POST")]
    pub(crate) method: String,
    /// Of what; the beginning of a long one.
    pub(crate) path: String,
    /// Why not: `code` of the problem.
    #[schema(example = "forbidden")]
    pub(crate) code: String,
    /// Refusals between the one before and this for which there was no room.
    pub(crate) n_left_out: u64,
}

/// List refused requests
///
/// The newest first, in pages. The last 10,000 are kept.
#[utoipa::path(
    get, path = "/audit/denied", tag = "audit", operation_id = "list_denied", params(Paging),
    responses(
        (status = 200, description = "A page of refusals", body = Page<Denied>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: May<ToAdminister>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Denied>>, Problem> {
    let (limit, after) = paging.read("denied")?;
    let query = Find { order: Order::Descending, after, ..Find::of(Kind::Denied, limit + 1) };
    let found = app.store().find(&query).await?;
    let Page { data, next_cursor, has_more } = Page::of(found, limit, "denied", |document| document.id.clone());
    let read = |document: arena_store::Document| {
        serde_json::from_value::<Denial>(document.body).map(Denied::from).map_err(|error| Problem::internal(&error))
    };
    Ok(Json(Page { data: data.into_iter().map(read).collect::<Result<_, _>>()?, next_cursor, has_more }))
}

impl From<Denial> for Denied {
    fn from(denial: Denial) -> Self {
        let Denial { at, who, address, method, path, code, n_left_out } = denial;
        Self { at, who, address: address.map(|address| address.to_string()), method, path, code, n_left_out }
    }
}
