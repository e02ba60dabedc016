//! `GET /stream`: server-sent events.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use arena_core::id::Seq;
use arena_core::view::Audience;
use arena_store::Repository;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::super::app::App;
use super::super::extract::Query;
use super::super::matches::Eyes;
use super::super::problem::{self, Code, Problem};
use super::{MAX_TOPICS, subscribe};
use crate::access::Caller;
use crate::causes::in_one_line;
use crate::header::Header;
use crate::live::{Coming, Delivery, Pace, Subscription, Topic};

/// Of silence, then a comment says that the server is still there.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// What a browser sends when it comes back.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What to watch.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Parameters {
    /// What to watch, joined by commas: `match:ID`, `matches`, `approvals`, `system`. At most 64.
    #[param(example = "matches,approvals")]
    topics: String,
    /// Of a single match, only events after this number; `last-event-id` comes before it.
    #[serde(default)]
    #[param(default = 0)]
    after: u64,
    /// As whom: without it as an operator if the token allows it, or else as a spectator.
    audience: Option<Eyes>,
}

/// One who holds a stream open.
struct Holder {
    subscriptions: Vec<Subscription>,
    /// The last event of each match that was written. A subscription is ahead of it: it has given out what is to be written
    /// in the same piece, and a connection may break in between.
    written: Vec<(Topic, Seq)>,
    pace: Pace,
    closing: watch::Receiver<bool>,
    /// Until the token of who watches counts no longer.
    expired: BoxFuture<'static, ()>,
    /// What is to be written before anything else.
    greeting: Option<Bytes>,
    is_over: bool,
}

/// Watch as server-sent events
///
/// Each event's data is an envelope as in a match's events; its id is where all topics stand, to come back with. An envelope
/// without a `seq` has no id and may be missed: pokes, how many watch a match, what its models are writing. The
/// stream ends when all its matches are over: come back then, and the answer is 204, which tells a browser to stop.
#[utoipa::path(
    get, path = "/stream", tag = "live", operation_id = "stream", params(Parameters),
    responses(
        (status = 200, description = "Events, as they come", body = String, content_type = "text/event-stream"),
        (status = 204, description = "Everything that was asked for is over, and known"),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 403, description = "Not for these eyes", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn stream(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let topics = topics(&parameters.topics)?;
    let known = match headers.get(LAST_EVENT_ID) {
        Some(id) => positions(id.to_str().unwrap_or_default())
            .ok_or_else(|| wrong("last-event-id: it is not of this stream"))?,
        None => vec![],
    };
    if parameters.after > 0 && topics.len() != 1 {
        return Err(wrong("after: it says nothing about several topics; send last-event-id"));
    }
    let mut subscriptions = Vec::new();
    for topic in topics {
        let known = known.iter().find(|(of, _)| *of == topic).map(|(_, after)| *after);
        let after = known.unwrap_or(Seq(parameters.after));
        subscriptions.push(subscribe(&app, &caller, topic, parameters.audience.map(Audience::from), after).await?);
    }
    if all_is_known(&app, &subscriptions).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let stands = |subscription: &Subscription| Some((subscription.topic, subscription.after()?));
    let holder = Holder {
        written: subscriptions.iter().filter_map(stands).collect(),
        subscriptions,
        pace: Pace::default(),
        closing: app.live().closing(),
        expired: async move { app.door().until_worthless(&caller).await }.boxed(),
        greeting: Some(Bytes::from_static(b"retry: 1000\n\n")),
        is_over: false,
    };
    let body =
        Body::from_stream(unfold(holder, async |mut holder| Some((Ok::<_, Infallible>(holder.next().await?), holder))));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

impl Holder {
    /// The next piece, everything that is ready; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        if self.is_over {
            return None;
        }
        if self.subscriptions.is_empty() {
            self.is_over = true;
            return Some(Bytes::from_static(b"event: ended\ndata: {}\n\n"));
        }
        let next = timeout(HEARTBEAT, self.pace.next_of(&mut self.subscriptions));
        let next = tokio::select! {
            next = next => next,
            () = async { drop(self.closing.wait_for(|closing| *closing).await) } => {
                self.is_over = true;
                return Some(Bytes::from_static(b"event: closing\ndata: {}\n\n"));
            }
            // Who comes back is told why.
            () = &mut self.expired => return None,
        };
        match next {
            Ok(coming) => Some(self.piece(coming)),
            Err(_) => Some(Bytes::from_static(b": still here\n\n")),
        }
    }

    fn piece(&mut self, coming: Vec<Coming>) -> Bytes {
        let mut piece = String::new();
        for (topic, delivery) in coming {
            match delivery {
                Ok(Delivery::Frames(frames)) => {
                    // Where the others stand is the same for all of these.
                    let (before, after) = self.others(topic);
                    for frame in frames {
                        let _ = write!(piece, "id: {before}{topic}@{}{after}\ndata: {}\n\n", frame.seq, frame.text);
                        self.written.iter_mut().filter(|(of, _)| *of == topic).for_each(|(_, seq)| *seq = frame.seq);
                    }
                }
                Ok(Delivery::Asides(texts)) => {
                    for text in texts {
                        let _ = write!(piece, "data: {text}\n\n");
                    }
                }
                // It goes on from the store.
                Ok(Delivery::Lagged) => {}
                Ok(Delivery::Ended(_)) => self.leave(topic),
                Err(error) => {
                    tracing::error!("a stream cannot go on: {}", in_one_line(&error));
                    self.leave(topic);
                }
            }
        }
        // An empty piece would end the body.
        if piece.is_empty() { Bytes::from_static(b":\n\n") } else { piece.into() }
    }

    fn leave(&mut self, topic: Topic) {
        self.subscriptions.retain(|subscription| subscription.topic != topic);
    }

    /// Where the matches stand before and after `topic`, as the parts of an id around its own. Those that are over stay in
    /// it: who comes back must not get them once more.
    fn others(&self, topic: Topic) -> (String, String) {
        let i = self.written.iter().position(|(of, _)| *of == topic).unwrap_or_default();
        let before = self.written[..i].iter().map(|(of, seq)| format!("{of}@{seq},")).collect::<Vec<_>>();
        let after = self.written[i + 1..].iter().map(|(of, seq)| format!(",{of}@{seq}")).collect::<Vec<_>>();
        (before.concat(), after.concat())
    }
}

/// Whether nothing is to come: every topic is a match that is over, and its last event is known.
async fn all_is_known(app: &App, subscriptions: &[Subscription]) -> Result<bool, Problem> {
    for subscription in subscriptions {
        let (Topic::Match(id), Some(after)) = (subscription.topic, subscription.after()) else { return Ok(false) };
        let header = Repository::<Header>::of(&**app.store()).get(&id.to_string()).await?;
        // A header is written with the last event, and no later than it.
        if !header.is_some_and(|header| header.body.is_over() && header.body.last == after) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn topics(text: &str) -> Result<Vec<Topic>, Problem> {
    let mut topics = Vec::new();
    for part in text.split(',') {
        let topic = part.trim().parse().map_err(|error| wrong(&format!("topics: {error}")))?;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    if topics.len() > MAX_TOPICS {
        return Err(wrong(&format!("topics: at most {MAX_TOPICS} come in one stream")));
    }
    Ok(topics)
}

/// Where matches stand, as an id says.
fn positions(id: &str) -> Option<Vec<(Topic, Seq)>> {
    id.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (topic, after) = part.split_once('@')?;
            Some((topic.parse().ok()?, Seq(after.parse().ok()?)))
        })
        .collect()
}

fn wrong(detail: &str) -> Problem {
    Problem::new(Code::InvalidParameter, detail)
}
