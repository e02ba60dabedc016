//! `POST /scenarios/check`, `POST /scenarios/{name}/check`: whether a scenario's referee can tell right from wrong.

use std::sync::Arc;

use arena_core::name::Name;
use arena_core::scenario::{Hint, Scenario};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::app::App;
use super::super::extract::{Body, Named};
use super::super::kept::{MAX_SOURCE_BYTES, Source};
use super::super::problem::{self, Problem};
use crate::access::{May, ToAdminister, ToRun};
use crate::library::{self, Error, Kept as _};

/// What came of a check.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Check {
    /// Whether it is fit to be played: all controls passed.
    passed: bool,
    /// Its controls: rounds whose verdict is known beforehand.
    controls: Vec<Control>,
    /// What was likely not meant. It can be played all the same.
    hints: Vec<HintResource>,
}

/// A round whose verdict is known beforehand.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Control {
    /// What was played.
    #[schema(example = "objective leak-code: reference exploit")]
    name: String,
    /// What has to come of it.
    #[schema(example = "breach")]
    expected: &'static str,
    /// What came of it.
    found: &'static str,
    /// Whether that is as it has to be.
    passed: bool,
}

/// Something odd.
#[derive(Serialize, ToSchema)]
#[schema(as = Hint)]
pub(in crate::api) struct HintResource {
    /// What it is about.
    #[schema(example = "objectives.leak-code")]
    key: String,
    /// What is odd, and what would be better.
    message: String,
}

/// Check a scenario that is not kept
///
/// Reads it, plays its controls and looks for what is likely not meant. Nothing is kept.
#[utoipa::path(
    post, path = "/scenarios/check", tag = "scenarios", operation_id = "check_source", request_body = Source,
    responses((status = 200, description = "What came of it", body = Check), problem::OfBody)
)]
pub(in crate::api) async fn check_source(
    State(app): State<App>,
    _: May<ToAdminister>,
    Body(source): Body<Source, MAX_SOURCE_BYTES>,
) -> Result<Json<Check>, Problem> {
    // A scenario says which real tools it has: who may not keep one may not play one's controls.
    let scenario = <Scenario as library::Kept>::parse(&source.source).map_err(Error::from)?;
    checked(&app, scenario).await
}

/// Check a scenario
#[utoipa::path(
    post, path = "/scenarios/{name}/check", tag = "scenarios", operation_id = "check_scenario",
    params(("name" = String, Path, description = "Which scenario")),
    responses(
        (status = 200, description = "What came of it", body = Check),
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 422, description = "Its tools are not to be had here", body = problem::Document,
            content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn check(
    State(app): State<App>,
    _: May<ToRun>,
    Named(name): Named<Name>,
) -> Result<Json<Check>, Problem> {
    let item = library::find::<Scenario>(&**app.store(), &name).await?;
    let item = item.ok_or_else(|| Problem::no(Scenario::KIND.word(), &name))?;
    checked(&app, item.value).await
}

async fn checked(app: &App, scenario: Arc<Scenario>) -> Result<Json<Check>, Problem> {
    let results = app.runner().workshop().controls(&scenario).await?;
    let hints = scenario.lint().into_iter().map(|Hint { key, message }| HintResource { key, message }).collect();
    let passed = results.iter().all(|result| result.passed);
    let controls = results.into_iter().map(|result| Control {
        found: result.verdict.word(),
        name: result.name,
        expected: result.expected,
        passed: result.passed,
    });
    Ok(Json(Check { passed, controls: controls.collect(), hints }))
}
