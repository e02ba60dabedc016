//! `GET /matches/{id}/report`, `POST /reports`: what came of matches, in every format.

use arena_core::id::MatchId;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::{Body, Named, Query};
use super::problem::{self, Problem};
use crate::access::{May, ToRead};
use crate::clock::{Clock as _, SystemClock};
use crate::report::{self, Anchor, Format, gather};

/// Matches of one report. Each is folded while the client waits.
const MAX_MATCHES: usize = 1_000;

/// A page with what agents said runs nothing and loads nothing, whatever is in it.
const NOTHING_RUNS: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The routes of reports.
pub(in crate::api) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(of_match)).routes(routes!(of_matches))
}

/// How a report is written down.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportFormat)]
pub(in crate::api) enum Wanted {
    /// Everything, for programs.
    #[default]
    Json,
    /// For a terminal.
    Text,
    /// For a comment on a pull request.
    Markdown,
    /// For test reports of CI.
    Junit,
    /// For code scanning.
    Sarif,
    /// One page for people, which needs nothing else.
    Html,
}

/// How.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// How it is written down.
    #[serde(default)]
    format: Wanted,
}

/// A report on matches together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Which matches, each once.
    #[schema(min_items = 1, max_items = 1000)]
    matches: Vec<String>,
    /// How it is written down.
    #[serde(default)]
    format: Wanted,
}

/// Report on a match
///
/// What came of it so far. It shows what a spectator may see.
#[utoipa::path(
    get, path = "/matches/{id}/report", tag = "reports", operation_id = "report_match",
    params(("id" = String, Path, description = "Which match"), Parameters),
    responses(
        (status = 200, description = "The report", content(
            (serde_json::Value = "application/json"), (String = "text/plain"), (String = "text/markdown"),
            (String = "application/xml"), (serde_json::Value = "application/sarif+json"), (String = "text/html")
        )),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn of_match(
    State(app): State<App>,
    _: May<ToRead>,
    Named(id): Named<MatchId>,
    Query(Parameters { format }): Query<Parameters>,
) -> Result<Response, Problem> {
    written(&app, &[id], format.into()).await
}

/// Report on matches
///
/// On all of them together: their rounds are counted as one sample.
#[utoipa::path(
    post, path = "/reports", tag = "reports", operation_id = "report_matches", request_body = Ask,
    responses(
        (status = 200, description = "The report", content(
            (serde_json::Value = "application/json"), (String = "text/plain"), (String = "text/markdown"),
            (String = "application/xml"), (serde_json::Value = "application/sarif+json"), (String = "text/html")
        )),
        problem::OfBody,
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
async fn of_matches(State(app): State<App>, _: May<ToRead>, Body(ask): Body<Ask>) -> Result<Response, Problem> {
    if ask.matches.is_empty() || ask.matches.len() > MAX_MATCHES {
        return Err(Problem::field("#/matches", format!("name 1 to {MAX_MATCHES} matches")));
    }
    let mut ids: Vec<MatchId> = Vec::new();
    for (i, text) in ask.matches.iter().enumerate() {
        let wrong = |detail: String| Problem::field(&format!("#/matches/{i}"), detail);
        let id = text.parse().map_err(|_| wrong(format!("{text:?} is no id of a match")))?;
        if ids.contains(&id) {
            return Err(wrong(format!("match {id} is named twice; its rounds would count twice")));
        }
        ids.push(id);
    }
    ids.sort_unstable();
    written(&app, &ids, ask.format.into()).await
}

async fn written(app: &App, ids: &[MatchId], format: Format) -> Result<Response, Problem> {
    let made = gather(&**app.store(), ids, Anchor::default(), true, SystemClock.now()).await?;
    let text = format.render(&made);
    let (media_type, text) = match format {
        // Colours are for terminals of people, not for clients.
        Format::Text => ("text/plain; charset=utf-8", anstream::adapter::strip_str(&text).to_string()),
        Format::Json => ("application/json", text),
        Format::Markdown => ("text/markdown; charset=utf-8", text),
        Format::Junit => ("application/xml", text),
        Format::Sarif => ("application/sarif+json", text),
        Format::Html => ("text/html; charset=utf-8", text),
    };
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, media_type), (header::CONTENT_SECURITY_POLICY, NOTHING_RUNS)];
    Ok((headers, text).into_response())
}

impl From<Wanted> for Format {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Json => Self::Json,
            Wanted::Text => Self::Text,
            Wanted::Markdown => Self::Markdown,
            Wanted::Junit => Self::Junit,
            Wanted::Sarif => Self::Sarif,
            Wanted::Html => Self::Html,
        }
    }
}

impl From<report::Error> for Problem {
    fn from(error: report::Error) -> Self {
        match error {
            report::Error::NoSuchMatch(id) => Self::no("match", id),
            report::Error::Record { .. } => Self::internal(&error),
            report::Error::Store(error) => error.into(),
        }
    }
}
