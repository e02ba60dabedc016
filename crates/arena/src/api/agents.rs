//! `/agents`: who can take a seat. Those that the program brings, and those that users keep.

use arena_core::agent::Agent;
use arena_core::id::Seat;
use arena_core::name::Name;
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

/// The routes of agents.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, remove)).routes(routes!(revisions))
}

/// An agent.
#[derive(Serialize, ToSchema)]
#[schema(as = Agent)]
pub(in crate::api) struct Shown {
    /// How it is called.
    #[schema(example = "attacker")]
    name: String,
    /// Where it sits: `red`, `blue`, `target` or `judge`.
    seat: &'static str,
    /// A line about it.
    summary: String,
    /// The model it asks for, if it does.
    model: Option<String>,
    /// Whether the program brings it: then it cannot be changed.
    built_in: bool,
    /// Which revision this is; nothing if it is built in.
    revision: Option<RevisionResource>,
    /// Its file, TOML: what it is told. Only for those who may see everything, and not in lists.
    source: Option<String>,
}

impl Resource for Agent {
    type Shown = Shown;

    const PLURAL: &'static str = "agents";

    fn shown(item: &Item<Self>, sees_source: bool) -> Shown {
        let agent = &item.value;
        let seat: Seat = agent.seat;
        Shown {
            name: agent.name.to_string(),
            seat: seat.word(),
            summary: agent.summary.clone(),
            model: agent.model.as_ref().map(ToString::to_string),
            built_in: item.revision.is_none(),
            revision: item.revision.clone().map(|revision| RevisionResource::of(revision, sees_source)),
            source: sees_source.then(|| agent.source().to_owned()),
        }
    }
}

/// List agents
///
/// By name, in pages.
#[utoipa::path(
    get, path = "/agents", tag = "agents", operation_id = "list_agents", params(Paging),
    responses(
        (status = 200, description = "A page of agents", body = Page<Shown>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn list(
    State(app): State<App>,
    _: May<ToRead>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Shown>>, Problem> {
    kept::list::<Agent>(&app, &paging).await
}

/// Keep an agent
///
/// The name is in its file.
#[utoipa::path(
    post, path = "/agents", tag = "agents", operation_id = "create_agent", request_body = Source,
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
    kept::create::<Agent>(&app, &caller, source).await
}

/// Show an agent
#[utoipa::path(
    get, path = "/agents/{name}", tag = "agents", operation_id = "show_agent",
    params(("name" = String, Path, description = "Which agent"), Which),
    responses(
        (status = 200, description = "The agent", body = Shown, headers(("etag" = String, description = "Its revision"))),
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
    kept::show::<Agent>(&app, &caller, &conditions, &name, &which).await
}

/// Change an agent
///
/// Makes a new revision; those before stay. Matches that were begun go on with the one they were begun with.
#[utoipa::path(
    put, path = "/agents/{name}", tag = "agents", operation_id = "change_agent", request_body = Source,
    params(
        ("name" = String, Path, description = "Which agent"),
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
    kept::change::<Agent>(&app, &caller, &conditions, &name, source).await
}

/// Remove an agent
///
/// Its revisions can still be read by their numbers.
#[utoipa::path(
    delete, path = "/agents/{name}", tag = "agents", operation_id = "remove_agent",
    params(
        ("name" = String, Path, description = "Which agent"),
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
    kept::remove::<Agent>(&app, &conditions, &name).await
}

/// List an agent's revisions
#[utoipa::path(
    get, path = "/agents/{name}/revisions", tag = "agents", operation_id = "list_agent_revisions",
    params(("name" = String, Path, description = "Which agent")),
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
    kept::revisions::<Agent>(&app, &caller, &name).await
}
