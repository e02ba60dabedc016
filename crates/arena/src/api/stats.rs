//! `GET /stats`: all matches in figures, those with a mock and those without apart.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::problem::Problem;
use super::tally::Totals;
use crate::access::{May, ToRead};
use crate::report::Rates;

/// The routes of figures.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stats))
}

/// All matches in figures.
#[derive(Serialize, ToSchema)]
pub(crate) struct Stats {
    /// How many matches there are, by their status.
    pub(crate) n_matches: BTreeMap<String, u64>,
    /// Matches that wait for a place now.
    pub(crate) n_waiting: usize,
    /// Matches that are played now.
    pub(crate) n_playing: usize,
    /// Matches in which models played alone.
    pub(crate) real: Figures,
    /// Matches in which a mock had a part: they say nothing about a model.
    pub(crate) mock: Figures,
}

/// What matches come to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Figures {
    /// How many.
    pub(crate) n_matches: u64,
    pub(crate) rates: Rates,
    /// By who sat where, with which model.
    pub(crate) agents: Vec<OfAgent>,
    /// By what was attacked: each scenario with each Target.
    pub(crate) pairs: Vec<OfPair>,
}

/// The matches in which an agent sat in a seat.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfAgent {
    /// `red`, `blue` or `target`.
    pub(crate) seat: &'static str,
    pub(crate) agent: String,
    pub(crate) model: String,
    pub(crate) n_matches: u64,
    pub(crate) rates: Rates,
}

/// The matches of a scenario with a Target.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfPair {
    pub(crate) scenario: String,
    pub(crate) target: String,
    pub(crate) model: String,
    pub(crate) n_matches: u64,
    pub(crate) rates: Rates,
}

/// Show figures over all matches
///
/// Rates with their intervals, by agent and by scenario. Every match is counted as far as it is played.
#[utoipa::path(
    get, path = "/stats", tag = "matches", operation_id = "show_stats",
    responses((status = 200, description = "The figures", body = Stats))
)]
pub(crate) async fn stats(State(app): State<App>, _: May<ToRead>) -> Result<Json<Stats>, Problem> {
    let Totals { n_matches, real, mock } = app.tally().totals(&app).await?;
    let crowd = app.lobby().crowd();
    let (n_waiting, n_playing) = (crowd.n_waiting, crowd.n_playing);
    Ok(Json(Stats { n_matches, n_waiting, n_playing, real: real.figures(), mock: mock.figures() }))
}
