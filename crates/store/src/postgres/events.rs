//! Reads events back, and notices what is missing, was changed or was moved. Touches the pool it is given.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::server::Server;
use crate::stored::{EventRow, Read, integer};
use crate::{Cause, Error, Link};

/// The rows of a match after `after`, at most `limit`, and before them that of `after`, whose link the next one follows.
pub(super) async fn read(readers: &PgPool, id: MatchId, after: Seq, limit: usize) -> Result<Vec<PgRow>, sqlx::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(i64::from(after > Seq::ZERO));
    sqlx::query("SELECT seq, body, link FROM events WHERE match_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3")
        .bind(id.to_string())
        .bind(integer(after.0))
        .bind(limit)
        .fetch_all(readers)
        .await
}

/// The events of rows that [`read`] gave, each as what `made` makes of its row.
pub(super) fn events<T>(
    rows: &[PgRow],
    server: &Server,
    (id, after): (MatchId, Seq),
    made: impl Fn(EventRow<'_>, Seq, Link) -> Read<T>,
) -> Result<Vec<T>, Error> {
    let corrupt = |seq: Seq, cause| server.corrupt(format!("event {seq} of match {id}"), cause);
    let unreadable = |cause: sqlx::Error| Some(Arc::new(cause) as Cause);
    let mut rows = rows.iter();
    let mut link = Link::first(id);
    if after > Seq::ZERO {
        let Some(row) = rows.next() else { return Ok(vec![]) };
        if row.try_get::<i64, _>(0).ok() != Some(integer(after.0)) {
            return Err(corrupt(after, None));
        }
        link = self::link(row, server, id)?.1;
    }
    let mut last = after;
    let mut events = Vec::new();
    for row in rows {
        let expected = last.next();
        let corrupt = |cause| corrupt(expected, cause);
        let get = |cause| corrupt(unreadable(cause));
        let (seq, body, kept) =
            (row.try_get(0).map_err(get)?, row.try_get(1).map_err(get)?, row.try_get(2).map_err(get)?);
        let (event, follows) = made((seq, body, kept), expected, link).map_err(corrupt)?;
        events.push(event);
        (last, link) = (expected, follows);
    }
    Ok(events)
}

/// The row of the match's last event.
pub(super) async fn head(readers: &PgPool, id: MatchId) -> Result<Option<PgRow>, sqlx::Error> {
    sqlx::query("SELECT seq, body, link FROM events WHERE match_id = $1 ORDER BY seq DESC LIMIT 1")
        .bind(id.to_string())
        .fetch_optional(readers)
        .await
}

/// The number and the link of a row of events.
pub(super) fn link(row: &PgRow, server: &Server, id: MatchId) -> Result<(Seq, Link), Error> {
    let seq = row.try_get::<i64, _>(0).map(|seq| Seq(seq.unsigned_abs())).map_err(server.failed("read an event"))?;
    let link = row.try_get::<&[u8], _>(2).ok().and_then(Link::from_bytes);
    link.map(|link| (seq, link)).ok_or_else(|| server.corrupt(format!("event {seq} of match {id}"), None))
}

/// The ids of matches that have events. Steps over a match's events by the index; `DISTINCT` would read them all.
pub(super) async fn matches(
    readers: &PgPool,
    after: Option<MatchId>,
    limit: usize,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "WITH RECURSIVE ids AS (\
           (SELECT match_id FROM events WHERE match_id > $1 ORDER BY match_id LIMIT 1) \
           UNION ALL \
           SELECT (SELECT match_id FROM events WHERE match_id > ids.match_id ORDER BY match_id LIMIT 1) \
           FROM ids WHERE ids.match_id IS NOT NULL) \
         SELECT match_id FROM ids WHERE match_id IS NOT NULL LIMIT $2",
    )
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(readers)
    .await
}

/// An id that the database lists.
pub(super) fn match_id(text: &str, server: &Server) -> Result<MatchId, Error> {
    text.parse().map_err(|cause| server.corrupt(format!("match id {text:?}"), Some(Arc::new(cause) as Cause)))
}
