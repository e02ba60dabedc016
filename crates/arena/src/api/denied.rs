//! `GET /audit/denied`: who was refused what.

use arena_store::{Query as Find, Repository};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
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

/// Which refusals.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Parameters {
    /// Why: `code` of the problem. Given more than once, any of them.
    #[serde(default)]
    pub(crate) code: Vec<String>,
    /// How many a page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List refused requests
///
/// The newest first, in pages. The last 10,000 are kept.
#[utoipa::path(
    get, path = "/audit/denied", tag = "audit", operation_id = "list_denied", params(Parameters),
    responses(
        (status = 200, description = "A page of refusals", body = Page<Denied>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: May<ToAdminister>,
    Query(Parameters { code, limit, cursor }): Query<Parameters>,
) -> Result<Json<Page<Denied>>, Problem> {
    let list_name = format!("denied {}", code.join(" "));
    let (limit, after) = Paging { limit, cursor }.read(&list_name)?;
    let mut query = after.into_iter().fold(Repository::<Denial>::query(limit + 1).descending(), Find::after_id);
    if !code.is_empty() {
        query = query.filter(Denial::CODE.any_of(code));
    }
    let found = Repository::<Denial>::of(&**app.store()).find(&query).await?;
    let Page { data, next_cursor, has_more } = Page::of(found, limit, &list_name, |document| document.id.clone());
    let data = data.into_iter().map(|document| document.body.into()).collect();
    Ok(Json(Page { data, next_cursor, has_more }))
}

impl From<Denial> for Denied {
    fn from(denial: Denial) -> Self {
        let Denial { at, who, address, method, path, code, n_left_out } = denial;
        Self { at, who, address: address.map(|address| address.to_string()), method, path, code, n_left_out }
    }
}
