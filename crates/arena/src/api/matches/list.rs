//! `GET /matches`.

use std::num::NonZeroUsize;

use arena_store::{Query as Find, Repository};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::app::App;
use super::super::cursor::{Page, Paging};
use super::super::extract::Query;
use super::super::problem::{self, Problem};
use super::resource::Resource;
use crate::access::{May, ToRead};
use crate::header::Header;

/// Which matches are listed. A parameter that is given more than once takes any of its values.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Parameters {
    /// The status.
    #[serde(default)]
    pub(crate) status: Vec<Status>,
    /// The scenario.
    #[serde(default)]
    pub(crate) scenario: Vec<String>,
    /// The label.
    #[serde(default)]
    pub(crate) label: Vec<String>,
    /// Who attacks.
    #[serde(default)]
    pub(crate) red: Vec<String>,
    /// Who defends.
    #[serde(default)]
    pub(crate) blue: Vec<String>,
    /// Who is under test.
    #[serde(default)]
    pub(crate) target: Vec<String>,
    /// Whether a mock has a part.
    pub(crate) mock: Option<bool>,
    /// The order.
    #[serde(default)]
    pub(crate) sort: Sort,
    /// How many a page, at most 200.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<NonZeroUsize>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// What a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It waits for a place.
    Pending,
    /// It is played.
    Running,
    /// Somebody holds it.
    Paused,
    /// It came to its end.
    Completed,
    /// Somebody ended it.
    Stopped,
    /// It could not go on.
    Failed,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum Sort {
    /// The newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// The oldest first.
    #[serde(rename = "created_at")]
    Oldest,
}

/// List matches
///
/// The newest first, in pages. Repeated parameters are alternatives, different ones hold all.
#[utoipa::path(
    get, path = "/matches", tag = "matches", operation_id = "list_matches", params(Parameters),
    responses(
        (status = 200, description = "A page of matches", body = Page<Resource>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: May<ToRead>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Page<Resource>>, Problem> {
    let list = serde_json::to_string(&Parameters { limit: None, cursor: None, ..parameters.clone() })
        .map_err(|error| Problem::internal(&error))?;
    let paging = Paging { limit: parameters.limit.map(NonZeroUsize::get), cursor: parameters.cursor.clone() };
    let (limit, after) = paging.read(&list)?;
    let query = after.into_iter().fold(asked(&parameters, limit + 1)?, Find::after_id);
    let found = Repository::<Header>::of(&**app.store()).find(&query).await?;
    let matches: Result<Vec<Resource>, Problem> =
        found.into_iter().map(|document| Resource::of(&app, &caller, document)).collect();
    Ok(Json(Page::of(matches?, limit, &list, |resource| resource.id.clone())))
}

fn asked(parameters: &Parameters, limit: usize) -> Result<Find, Problem> {
    let statuses = serde_json::to_value(&parameters.status).map_err(|error| Problem::internal(&error))?;
    let statuses: Vec<String> = serde_json::from_value(statuses).map_err(|error| Problem::internal(&error))?;
    let mut query = Repository::<Header>::query(limit);
    if parameters.sort == Sort::Newest {
        query = query.descending();
    }
    for (field, words) in [
        (Header::STATUS, &statuses),
        (Header::SCENARIO, &parameters.scenario),
        (Header::LABEL, &parameters.label),
        (Header::RED, &parameters.red),
        (Header::BLUE, &parameters.blue),
        (Header::TARGET, &parameters.target),
    ] {
        if !words.is_empty() {
            query = query.filter(field.any_of(words.iter().cloned()));
        }
    }
    Ok(parameters.mock.into_iter().fold(query, |query, mock| query.filter(Header::MOCK.is(mock))))
}
