//! `GET /matches/{id}/events`: what comes after a number, now or within a while.

use std::time::Duration;

use arena_core::id::{MatchId, Seq};
use arena_core::view::Audience;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

use super::super::app::App;
use super::super::extract::{Named, Query};
use super::super::problem::{self, Code, Problem};
use crate::access::Caller;
use crate::live::{Frame, Reading};

/// Events that come at once, if nobody says how many.
const LIMIT: usize = 500;

/// Events that may come at once.
const MAX_LIMIT: usize = 1_000;

/// The longest wait for an event.
const MAX_WAIT_S: u64 = 60;

/// From where, how many, for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Parameters {
    /// Only events after this number.
    #[serde(default)]
    #[param(default = 0, maximum = 9_223_372_036_854_775_807_u64)]
    after: u64,
    /// How many, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 500)]
    limit: Option<usize>,
    /// If there is none yet, wait for one so many seconds, at most 60.
    #[serde(default)]
    #[param(maximum = 60, default = 0)]
    wait: u64,
    /// As whom: without it as an operator if the token allows it, or else as a spectator.
    audience: Option<Eyes>,
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum Eyes {
    Red,
    Blue,
    Target,
    Spectator,
    Operator,
}

impl From<Eyes> for Audience {
    fn from(eyes: Eyes) -> Self {
        match eyes {
            Eyes::Red => Self::Red,
            Eyes::Blue => Self::Blue,
            Eyes::Target => Self::Target,
            Eyes::Spectator => Self::Spectator,
            Eyes::Operator => Self::Operator,
        }
    }
}

/// Events of a match.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is written from finished texts; this is its shape for the document")]
pub(in crate::api) struct Events {
    /// The events in their order, without a hole.
    data: Vec<Envelope>,
    /// The parameter `after` of what comes next.
    next_after: u64,
    /// Whether there is more already.
    has_more: bool,
}

/// An event. What may not be seen has its number, and the kind `hidden`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "as for events")]
pub(in crate::api) struct Envelope {
    /// The version of this shape.
    #[schema(example = 1)]
    v: u32,
    /// Which match.
    #[schema(example = "match:01kanp8m6s1x3f0v9h2r7c4d5e")]
    topic: String,
    /// Its number in the match: 1, 2, 3 and so on.
    seq: u64,
    /// Its moment.
    #[schema(format = DateTime)]
    ts: Option<String>,
    /// What happened.
    #[schema(example = "model_replied")]
    kind: String,
    /// More of it.
    body: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Read a match's events
///
/// For who fills a gap, replays, or cannot hold a stream open. With `accept: application/x-ndjson` an event a line.
#[utoipa::path(
    get, path = "/matches/{id}/events", tag = "matches", operation_id = "list_events",
    params(("id" = String, Path, description = "Which match"), Parameters),
    responses(
        (status = 200, description = "The events", content((Events = "application/json"), (String = "application/x-ndjson"))),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 403, description = "Not for these eyes", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Named(id): Named<MatchId>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let audience = caller.audience(parameters.audience.map(Audience::from))?;
    let limit = parameters.limit.unwrap_or(LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong(format!("limit: write 1 to {MAX_LIMIT}")));
    }
    if i64::try_from(parameters.after).is_err() {
        return Err(wrong("after: no match has so many events".to_owned()));
    }
    if parameters.wait > MAX_WAIT_S {
        return Err(wrong(format!("wait: write 0 to {MAX_WAIT_S} seconds")));
    }
    app.last_of(id).await?;
    let mut reading = app.live().reading(id, audience, Seq(parameters.after));
    let mut frames = some(&mut reading, limit).await?;
    if frames.is_empty() && !reading.is_over() && parameters.wait > 0 {
        let mut closing = app.live().closing();
        let next = timeout(Duration::from_secs(parameters.wait), reading.next());
        tokio::select! {
            next = next => if let Ok(next) = next { frames = next.map_err(|error| Problem::internal(&error))? },
            () = async { drop(closing.wait_for(|closing| *closing).await) } => {}
        }
    }
    let has_more = frames.len() > limit;
    frames.truncate(limit);
    let wants_lines = headers.get(header::ACCEPT).is_some_and(|accept| {
        accept
            .to_str()
            .is_ok_and(|accept| accept.split(',').any(|part| part.trim().starts_with("application/x-ndjson")))
    });
    if wants_lines {
        let lines: String = frames.iter().flat_map(|frame| [frame.text.as_str(), "\n"]).collect();
        return Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response());
    }
    let next_after = frames.last().map_or(parameters.after, |frame| frame.seq.0);
    let data: Vec<&str> = frames.iter().map(|frame| frame.text.as_str()).collect();
    let body = format!("{{\"data\":[{}],\"next_after\":{next_after},\"has_more\":{has_more}}}", data.join(","));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// What is there already, one more than `limit` if there are so many.
async fn some(reading: &mut Reading, limit: usize) -> Result<Vec<Frame>, Problem> {
    let mut frames: Vec<Frame> = Vec::new();
    while frames.len() <= limit {
        let page = reading.ready().await.map_err(|error| Problem::internal(&error))?;
        if page.is_empty() {
            break;
        }
        frames.extend(page);
    }
    Ok(frames)
}

fn wrong(detail: String) -> Problem {
    Problem::new(Code::InvalidParameter, detail)
}
