//! `GET /matches/{id}/rounds`: what each round was about, and how it was judged.

use arena_core::id::{MatchId, Seq};
use arena_core::view::{Audience, Screen, Shown};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::super::app::App;
use super::super::cursor::{Page, Paging};
use super::super::extract::{Named, Query};
use super::super::problem::{self, Problem};
use super::Eyes;
use crate::access::Caller;

/// Events that are read at once.
const PAGE: usize = 1_000;

/// Which page, for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Parameters {
    /// How many a page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// As whom: without it as an operator if the token allows it, or else as a spectator.
    audience: Option<Eyes>,
}

/// A round.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Round {
    /// From 1.
    number: u64,
    /// `attack` or `benign`, and the objective or the task, as far as the audience may see it.
    #[schema(value_type = Object)]
    plan: Value,
    /// How it was judged, and by which evidence; nothing while it is played.
    #[schema(value_type = Option<Object>)]
    verdict: Option<Value>,
    /// The event that opened it.
    #[schema(value_type = u64)]
    first: Seq,
    /// The event that judged it.
    #[schema(value_type = Option<u64>)]
    last: Option<Seq>,
    /// When it was opened, UTC.
    #[schema(value_type = String, format = DateTime)]
    opened_at: jiff::Timestamp,
    /// When it was judged, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    judged_at: Option<jiff::Timestamp>,
}

/// List a match's rounds
///
/// In their order, in pages. Of an audience that sees no rounds there are none.
#[utoipa::path(
    get, path = "/matches/{id}/rounds", tag = "matches", operation_id = "list_rounds",
    params(("id" = String, Path, description = "Which match"), Parameters),
    responses(
        (status = 200, description = "A page of rounds", body = Page<Round>),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 403, description = "Not for these eyes", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn rounds(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<MatchId>,
    Query(Parameters { limit, cursor, audience }): Query<Parameters>,
) -> Result<Json<Page<Round>>, Problem> {
    let audience = caller.audience(audience.map(Audience::from))?;
    let list = format!("rounds {id} {}", audience.word());
    let (limit, after) = Paging { limit, cursor }.read(&list)?;
    let after: u64 = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    app.last_of(id).await?;
    let mut screen = Screen::new(audience);
    let mut rounds: Vec<Round> = Vec::new();
    let mut seq = Seq::ZERO;
    // A round that is one too many was opened after all that are wanted were judged.
    while rounds.len() <= limit {
        let records = app.store().records(id, seq, PAGE).await?;
        for record in &records {
            seq = record.seq;
            let shown = screen.take(record).map_err(|error| Problem::internal(&error))?;
            note(&mut rounds, after, &shown);
        }
        if records.len() < PAGE {
            break;
        }
    }
    Ok(Json(Page::of(rounds, limit, &list, |round| round.number.to_string())))
}

/// Opens or ends a round, if that is what is shown.
fn note(rounds: &mut Vec<Round>, after: u64, shown: &Shown) {
    let Some(event) = &shown.event else { return };
    let Some(round) = event["round"].as_u64().filter(|round| *round > after) else { return };
    match event["type"].as_str() {
        Some("round_opened") => {
            let plan = match event.get("plan") {
                Some(plan) => plan.clone(),
                // What Red is told of it.
                None => serde_json::json!({"kind": "attack", "objective": event["objective"], "goal": event["goal"]}),
            };
            let (first, opened_at) = (shown.seq, shown.at);
            rounds.push(Round { number: round, plan, verdict: None, first, last: None, opened_at, judged_at: None });
        }
        Some("round_judged") => {
            if let Some(open) = rounds.last_mut().filter(|open| open.number == round) {
                open.verdict = event.get("verdict").cloned();
                open.last = Some(shown.seq);
                open.judged_at = Some(shown.at);
            }
        }
        _ => {}
    }
}
