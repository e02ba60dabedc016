//! `GET /settings`: how this server was started, and what it allows.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::MAX_BODY_BYTES;
use super::kept::MAX_SOURCE_BYTES;
use super::problem::Problem;
use crate::access::{May, ToAdminister};

/// The routes of settings.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(settings))
}

/// How a server was started. It is changed by starting it otherwise; models and providers are read again on SIGHUP.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Settings {
    /// The program.
    #[schema(value_type = String, example = "0.1.0")]
    pub version: &'static str,
    /// Where it listens.
    #[schema(example = "127.0.0.1:3000")]
    pub listen: String,
    /// Other names that it answers to.
    pub allow_hosts: Vec<String>,
    /// How many matches are played at once.
    pub concurrency: u32,
    /// How many more may wait.
    pub queue: u32,
    /// Requests a second of each token and address; 0 is without a limit.
    pub rate: u32,
    /// Model calls that all matches may make together; nothing is without a limit.
    pub total_calls: Option<u64>,
    /// Tokens that all matches may read and write together.
    pub total_tokens: Option<u64>,
    /// What all matches may cost together, millionths of a US dollar.
    pub total_cost_microusd: Option<u64>,
    /// Seconds that a question waits for a person.
    pub wait_for_person: u64,
}

/// Settings and limits.
#[derive(Serialize, ToSchema)]
#[schema(as = ServerSettings)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub(crate) settings: Settings,
    /// The file of models and providers, if there is one.
    pub(crate) config_file: Option<String>,
    /// Bytes of a body.
    pub(crate) max_body_bytes: usize,
    /// Bytes of a body with an agent or a scenario.
    pub(crate) max_source_bytes: usize,
}

/// Show the settings
///
/// Only for those who may see everything.
#[utoipa::path(
    get, path = "/settings", tag = "server", operation_id = "show_settings",
    responses((status = 200, description = "The settings", body = Shown))
)]
pub(crate) async fn settings(State(app): State<App>, _: May<ToAdminister>) -> Result<Json<Shown>, Problem> {
    let config = app.roster().config();
    Ok(Json(Shown {
        settings: app.settings().clone(),
        config_file: config.file.as_ref().map(|file| file.value.display().to_string()),
        max_body_bytes: MAX_BODY_BYTES,
        max_source_bytes: MAX_SOURCE_BYTES,
    }))
}
