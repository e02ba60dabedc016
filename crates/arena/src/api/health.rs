//! `/livez`, `/readyz`, `/version` and `/metrics`: for whoever keeps the server running. They stand beside the API, not in it.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::app::App;
use super::extract::Query;
use super::problem::Problem;
use crate::access::{Caller, Scope};
use crate::causes::in_one_line;

/// The media type of what Prometheus reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes; none of them tells a secret.
pub(in crate::api) fn routes() -> Router<App> {
    Router::new()
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .route("/healthz", get(ready))
        .route("/version", get(version))
        .route("/metrics", get(metrics))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Each check by itself.
    verbose: Option<String>,
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<Check>>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    good: bool,
}

/// The process answers; it asks nobody else.
async fn live() -> Json<Health> {
    Json(Health { status: "live", checks: None })
}

/// The server can take a match: its database can be written, there is room for one more, and it is not closing.
async fn ready(State(app): State<App>, Query(parameters): Query<Parameters>) -> Response {
    // Writes nothing, and has to come back from the thread that does.
    let written = app.store().keep(vec![]).await;
    if let Err(error) = &written {
        tracing::error!("the database cannot be written: {}", in_one_line(error));
    }
    let checks = vec![
        Check { name: "database", good: written.is_ok() },
        Check { name: "queue", good: app.lobby().has_room() },
        Check { name: "open", good: !app.runner().is_closing() },
    ];
    let is_ready = checks.iter().all(|check| check.good);
    let (code, status) =
        if is_ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "unready") };
    (code, Json(Health { status, checks: parameters.verbose.map(|_| checks) })).into_response()
}

#[derive(Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
}

async fn version() -> Json<Version> {
    Json(Version { name: "arena", version: env!("CARGO_PKG_VERSION") })
}

async fn metrics(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.needs(Scope::Read)?;
    let n_tasks = Handle::current().metrics().num_alive_tasks();
    let text = app.runner().meter().text(app.lobby().crowd(), n_tasks);
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
