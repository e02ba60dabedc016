//! `/scenarios`: what can be played. Those that the program brings, and those that users keep.

mod check;

use arena_core::name::Name;
use arena_core::scenario::{Channel, Scenario};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::cursor::{Page, Paging};
use super::etag::Conditions;
use super::extract::{Body, Named, Query};
use super::kept::{self, MAX_SOURCE_BYTES, Resource, RevisionResource, Revisions, Source, Which};
use super::problem::{self, Problem};
use crate::access::{May, ToAdminister, ToRead};
use crate::library::Item;

/// The routes of scenarios.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(revisions))
        .routes(routes!(check::check_source))
        .routes(routes!(check::check))
}

/// A scenario.
#[derive(Serialize, ToSchema)]
#[schema(as = Scenario)]
pub(in crate::api) struct Shown {
    /// How it is called.
    #[schema(example = "support-desk")]
    name: String,
    /// A few words.
    title: String,
    /// A paragraph.
    summary: String,
    /// How Red's text reaches the Target: `chat` or `indirect`.
    channel: &'static str,
    /// What the Target is for.
    role: String,
    /// What Red may reach.
    objectives: Vec<Objective>,
    /// Benign work.
    tasks: Vec<String>,
    /// What the Target may call: its simulated tools, then its real ones.
    tools: Vec<String>,
    /// Whether the program brings it: then it cannot be changed.
    built_in: bool,
    /// Which revision this is; nothing if it is built in.
    revision: Option<RevisionResource>,
    /// Its file, TOML: what is planted, and what is told to whom. Only for those who may see everything, and not in lists.
    source: Option<String>,
}

/// Something that Red may reach.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Objective {
    /// How it is called.
    id: String,
    /// What decides whether it was reached.
    #[schema(example = "leak")]
    kind: &'static str,
    /// How bad it is.
    #[schema(example = "high")]
    severity: &'static str,
}

impl Resource for Scenario {
    type Shown = Shown;

    const PLURAL: &'static str = "scenarios";

    fn shown(item: &Item<Self>, sees_source: bool) -> Shown {
        let scenario = &item.value;
        let objectives = scenario.objectives.iter().map(|objective| Objective {
            id: objective.id.to_string(),
            kind: objective.reached.word(),
            severity: objective.severity.word(),
        });
        let simulated = scenario.tools.iter().map(|tool| tool.spec.name.to_string());
        Shown {
            name: scenario.name.to_string(),
            title: scenario.title.clone(),
            summary: scenario.summary.trim().to_owned(),
            channel: match scenario.channel {
                Channel::Chat => "chat",
                Channel::Indirect { .. } => "indirect",
            },
            role: scenario.target.role.clone(),
            objectives: objectives.collect(),
            tasks: scenario.tasks.iter().map(|task| task.id.to_string()).collect(),
            tools: simulated.chain(scenario.target.tools.iter().map(ToString::to_string)).collect(),
            built_in: item.revision.is_none(),
            revision: item.revision.clone().map(|revision| RevisionResource::of(revision, sees_source)),
            source: sees_source.then(|| scenario.source().to_owned()),
        }
    }
}

/// List scenarios
///
/// By name, in pages.
#[utoipa::path(
    get, path = "/scenarios", tag = "scenarios", operation_id = "list_scenarios", params(Paging),
    responses(
        (status = 200, description = "A page of scenarios", body = Page<Shown>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn list(
    State(app): State<App>,
    _: May<ToRead>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Shown>>, Problem> {
    kept::list::<Scenario>(&app, &paging).await
}

/// Keep a scenario
///
/// The name is in its file.
#[utoipa::path(
    post, path = "/scenarios", tag = "scenarios", operation_id = "create_scenario", request_body = Source,
    responses(
        (status = 201, description = "It is kept", body = Shown,
            headers(("location" = String, description = "Where it is"), ("etag" = String, description = "Its revision"))),
        problem::OfBody,
        (status = 409, description = "The name is taken", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn create(
    State(app): State<App>,
    caller: May<ToAdminister>,
    Body(source): Body<Source, MAX_SOURCE_BYTES>,
) -> Result<Response, Problem> {
    kept::create::<Scenario>(&app, &caller, source).await
}

/// Show a scenario
#[utoipa::path(
    get, path = "/scenarios/{name}", tag = "scenarios", operation_id = "show_scenario",
    params(("name" = String, Path, description = "Which scenario"), Which),
    responses(
        (status = 200, description = "The scenario", body = Shown, headers(("etag" = String, description = "Its revision"))),
        (status = 304, description = "It is as in `if-none-match`"),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn show(
    State(app): State<App>,
    caller: May<ToRead>,
    conditions: Conditions,
    Named(name): Named<Name>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    kept::show::<Scenario>(&app, &caller, &conditions, &name, &which).await
}

/// Change a scenario
///
/// Makes a new revision; those before stay. Matches that were begun go on with the one they were begun with.
#[utoipa::path(
    put, path = "/scenarios/{name}", tag = "scenarios", operation_id = "change_scenario", request_body = Source,
    params(
        ("name" = String, Path, description = "Which scenario"),
        ("if-match" = Option<String>, Header, description = "The etag of the revision that the change is based on"),
    ),
    responses(
        (status = 200, description = "The new revision", body = Shown, headers(("etag" = String, description = "Its revision"))),
        problem::OfBody,
        problem::OfWrite,
    )
)]
async fn change(
    State(app): State<App>,
    caller: May<ToAdminister>,
    conditions: Conditions,
    Named(name): Named<Name>,
    Body(source): Body<Source, MAX_SOURCE_BYTES>,
) -> Result<Response, Problem> {
    kept::change::<Scenario>(&app, &caller, &conditions, &name, source).await
}

/// Remove a scenario
///
/// Its revisions can still be read by their numbers.
#[utoipa::path(
    delete, path = "/scenarios/{name}", tag = "scenarios", operation_id = "remove_scenario",
    params(
        ("name" = String, Path, description = "Which scenario"),
        ("if-match" = Option<String>, Header, description = "The etag of the revision that is removed"),
    ),
    responses((status = 204, description = "It is removed"), problem::OfWrite)
)]
async fn remove(
    State(app): State<App>,
    _: May<ToAdminister>,
    conditions: Conditions,
    Named(name): Named<Name>,
) -> Result<StatusCode, Problem> {
    kept::remove::<Scenario>(&app, &conditions, &name).await
}

/// List a scenario's revisions
#[utoipa::path(
    get, path = "/scenarios/{name}/revisions", tag = "scenarios", operation_id = "list_scenario_revisions",
    params(("name" = String, Path, description = "Which scenario")),
    responses(
        (status = 200, description = "The revisions, the oldest first; none of what is built in", body = Revisions),
        (status = 404, description = "There is none", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn revisions(
    State(app): State<App>,
    caller: May<ToRead>,
    Named(name): Named<Name>,
) -> Result<Json<Revisions>, Problem> {
    kept::revisions::<Scenario>(&app, &caller, &name).await
}
