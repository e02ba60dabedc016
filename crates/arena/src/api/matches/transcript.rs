//! `GET /matches/{id}/transcript`: a match as people read it, as far as it is.

use std::io;
use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use arena_core::view::{Audience, Screen};
use arena_store::Store;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::app::App;
use super::super::extract::{Named, Query};
use super::super::problem::{self, Problem};
use super::Eyes;
use crate::access::Caller;
use crate::transcript::{Format, Teller};

/// Events that are read and written down at once.
const PAGE: usize = 500;

/// How, for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Parameters {
    /// How it is written down.
    #[serde(default)]
    format: Wanted,
    /// As whom: without it as an operator if the token allows it, or else as a spectator.
    audience: Option<Eyes>,
}

/// How a transcript is written down.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TranscriptFormat)]
pub(in crate::api) enum Wanted {
    /// One object with all entries.
    #[default]
    Json,
    /// An entry a line, as JSON.
    Ndjson,
    /// For a terminal and a screen reader.
    Text,
    /// For people, elsewhere.
    Markdown,
}

/// A match as people read it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is written entry by entry; this is its shape for the document")]
pub(in crate::api) struct Transcript {
    /// The version of this shape.
    #[schema(example = 1)]
    schema_version: u32,
    /// Which match.
    r#match: String,
    /// Who sees it so.
    audience: Eyes,
    /// What was said and done, in its order.
    entries: Vec<Entry>,
}

/// One thing that was said or done.
#[derive(ToSchema)]
#[schema(as = TranscriptEntry)]
#[expect(dead_code, reason = "as for the transcript")]
pub(in crate::api) struct Entry {
    /// The event.
    seq: u64,
    /// Its moment, UTC.
    #[schema(format = DateTime)]
    at: String,
    /// In which round, from 1; 0 before the first.
    round: u64,
    /// `user`, `red`, `blue`, `target`, `rules`, `person`, `tool`, `out`, `judge` or `arena`.
    who: String,
    /// What it was.
    text: String,
}

/// A transcript that is being written.
struct Writing {
    store: Arc<dyn Store>,
    id: MatchId,
    format: Format,
    screen: Screen,
    teller: Teller,
    after: Seq,
    is_first: bool,
    is_done: bool,
}

/// Read a match's transcript
///
/// What was said and done so far, as an audience may see it.
#[utoipa::path(
    get, path = "/matches/{id}/transcript", tag = "matches", operation_id = "read_transcript",
    params(("id" = String, Path, description = "Which match"), Parameters),
    responses(
        (status = 200, description = "The transcript", content(
            (Transcript = "application/json"), (String = "application/x-ndjson"), (String = "text/plain"), (String = "text/markdown")
        )),
        (status = 400, description = "A parameter is wrong", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 403, description = "Not for these eyes", body = problem::Document, content_type = problem::MEDIA_TYPE),
        (status = 404, description = "There is no such match", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn transcript(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<MatchId>,
    Query(parameters): Query<Parameters>,
) -> Result<Response, Problem> {
    let audience = caller.audience(parameters.audience.map(Audience::from))?;
    app.last_of(id).await?;
    let format = Format::from(parameters.format);
    let mut writing = Writing {
        store: Arc::clone(app.store()),
        id,
        format,
        screen: Screen::new(audience),
        teller: Teller::default(),
        after: Seq::ZERO,
        is_first: true,
        is_done: false,
    };
    // What cannot be read at all is a problem; what breaks later breaks the answer off.
    let first = writing.page().await.map_err(|error| Problem::internal(&error))?;
    let begun = format.head(&id.to_string(), audience.word()) + &first;
    let rest = stream::try_unfold(writing, |mut writing| async move {
        if writing.is_done {
            return Ok(None);
        }
        let page = writing.page().await.inspect_err(|error| tracing::error!("a transcript broke off: {error}"))?;
        Ok(Some((page, writing)))
    });
    let pages = stream::once(async { Ok::<_, io::Error>(begun) }).chain(rest);
    Ok(([(header::CONTENT_TYPE, media_type(format))], Body::from_stream(pages)).into_response())
}

impl Writing {
    /// What the next events tell; behind the last, what ends the transcript.
    async fn page(&mut self) -> io::Result<String> {
        let records = self.store.records(self.id, self.after, PAGE).await.map_err(io::Error::other)?;
        let mut page = String::new();
        for record in &records {
            self.after = record.seq;
            let shown = self.screen.take(record).map_err(io::Error::other)?;
            for entry in self.teller.take(&shown) {
                page += &self.format.entry(&entry, std::mem::take(&mut self.is_first));
            }
        }
        if records.len() < PAGE {
            self.is_done = true;
            page += self.format.tail();
        }
        Ok(page)
    }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json",
        Format::Ndjson => "application/x-ndjson",
        Format::Text => "text/plain; charset=utf-8",
        Format::Markdown => "text/markdown; charset=utf-8",
    }
}

impl From<Wanted> for Format {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Json => Self::Json,
            Wanted::Ndjson => Self::Ndjson,
            Wanted::Text => Self::Text,
            Wanted::Markdown => Self::Markdown,
        }
    }
}
