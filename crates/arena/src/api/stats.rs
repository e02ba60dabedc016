//! `GET /stats`: all matches in figures, those with a mock and those without apart.

use std::collections::BTreeMap;

use arena_core::score::Score;
use arena_store::{Kind, Pages, Query as Find};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::problem::Problem;
use crate::access::{May, ToRead};
use crate::header::{Header, Sitting};
use crate::report::Rates;

/// Matches that are read at once.
const PAGE: usize = 1_000;

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

/// Rounds that are added up.
#[derive(Default)]
struct Sum {
    n_matches: u64,
    score: Score,
}

#[derive(Default)]
struct Sums {
    whole: Sum,
    agents: BTreeMap<(&'static str, String, String), Sum>,
    pairs: BTreeMap<(String, String, String), Sum>,
}

/// Show figures over all matches
///
/// Rates with their intervals, by agent and by scenario. Every match is counted as far as it is played.
#[utoipa::path(
    get, path = "/stats", tag = "matches", operation_id = "show_stats",
    responses((status = 200, description = "The figures", body = Stats))
)]
pub(crate) async fn stats(State(app): State<App>, _: May<ToRead>) -> Result<Json<Stats>, Problem> {
    let mut n_matches = BTreeMap::new();
    let (mut real, mut mock) = (Sums::default(), Sums::default());
    let mut pages = Pages::of(Find::of(Kind::Match, PAGE));
    while let Some(page) = pages.next(&**app.store()).await? {
        for document in page {
            let header: Header = serde_json::from_value(document.body).map_err(|error| Problem::internal(&error))?;
            *n_matches.entry(header.status.clone()).or_default() += 1;
            if header.mock { &mut mock } else { &mut real }.count(&header);
        }
    }
    let crowd = app.lobby().crowd();
    let (n_waiting, n_playing) = (crowd.n_waiting, crowd.n_playing);
    Ok(Json(Stats { n_matches, n_waiting, n_playing, real: real.figures(), mock: mock.figures() }))
}

impl Sum {
    fn count(&mut self, header: &Header) {
        self.n_matches += 1;
        self.score = std::mem::take(&mut self.score).plus(&header.score);
    }
}

impl Sums {
    fn count(&mut self, header: &Header) {
        self.whole.count(header);
        let seats = [("red", Some(&header.red)), ("blue", header.blue.as_ref()), ("target", Some(&header.target))];
        for (seat, sitting) in seats {
            if let Some(Sitting { agent, model }) = sitting {
                self.agents.entry((seat, agent.to_string(), model.to_string())).or_default().count(header);
            }
        }
        let Sitting { agent, model } = &header.target;
        let pair = (header.scenario.to_string(), agent.to_string(), model.to_string());
        self.pairs.entry(pair).or_default().count(header);
    }

    fn figures(self) -> Figures {
        let Sum { n_matches, score } = self.whole;
        let agents = self.agents.into_iter().map(|((seat, agent, model), Sum { n_matches, score })| OfAgent {
            seat,
            agent,
            model,
            n_matches,
            rates: Rates::of(&score),
        });
        let pairs = self.pairs.into_iter().map(|((scenario, target, model), Sum { n_matches, score })| OfPair {
            scenario,
            target,
            model,
            n_matches,
            rates: Rates::of(&score),
        });
        Figures { n_matches, rates: Rates::of(&score), agents: agents.collect(), pairs: pairs.collect() }
    }
}
