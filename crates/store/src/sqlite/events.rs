//! Reads events back, and notices what is missing, was changed or was moved. Touches the connection it is given.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::place::Place;
use crate::stored::{EventRow, Read, integer};
use crate::{Cause, Error, Link};

/// The events of a match after `after`, at most `limit`, each as what `read` makes of its row.
pub(super) fn read<T>(
    connection: &Connection,
    place: &Place,
    (id, after, limit): (MatchId, Seq, usize),
    read: impl Fn(EventRow<'_>, Seq, Link) -> Read<T>,
) -> Result<Vec<T>, Error> {
    let failed = place.failed("read events");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);

    let mut select = connection
        .prepare_cached("SELECT seq, body, link FROM events WHERE match_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")
        .map_err(failed)?;
    let mut rows = select.query(params![id.to_string(), integer(after.0), limit]).map_err(failed)?;
    let mut events = Vec::new();
    let mut last = after;
    let mut link = None;
    while let Some(row) = rows.next().map_err(failed)? {
        let expected = last.next();
        let corrupt = |cause| place.corrupt(format!("event {expected} of match {id}"), cause);
        let before = match (link, after) {
            (Some(link), _) => link,
            (None, Seq::ZERO) => Link::first(id),
            (None, Seq(after)) => self::link(connection, id, after).map_err(|cause| corrupt(Some(Arc::new(cause))))?,
        };
        let (event, follows) = fields(row).and_then(|row| read(row, expected, before)).map_err(corrupt)?;
        events.push(event);
        (last, link) = (expected, Some(follows));
    }
    Ok(events)
}

/// The matches that have events.
pub(super) fn matches(
    connection: &Connection,
    place: &Place,
    after: Option<MatchId>,
    limit: usize,
) -> Result<Vec<MatchId>, Error> {
    let failed = place.failed("list matches");
    // A query for the next id steps over a match's events by the index; DISTINCT would read them all.
    let mut select = connection
        .prepare_cached("SELECT match_id FROM events WHERE match_id > ?1 ORDER BY match_id LIMIT 1")
        .map_err(failed)?;
    let mut last = after.map(|id| id.to_string()).unwrap_or_default();
    let mut ids = Vec::new();
    while ids.len() < limit {
        let next: Option<String> = select.query_row([&last], |row| row.get(0)).optional().map_err(failed)?;
        let Some(next) = next else { break };
        let id = next.parse();
        ids.push(id.map_err(|cause| place.corrupt(format!("match id {next:?}"), Some(Arc::new(cause) as Cause)))?);
        last = next;
    }
    Ok(ids)
}

/// The number and the link of the match's last event.
pub(super) fn head(connection: &Connection, place: &Place, id: MatchId) -> Result<Option<(Seq, Link)>, Error> {
    last(connection, id).map_err(place.failed("read the last event"))
}

/// The same, for who writes.
pub(super) fn last(connection: &Connection, id: MatchId) -> rusqlite::Result<Option<(Seq, Link)>> {
    let head = |row: &Row<'_>| Ok((Seq(row.get::<_, i64>(0)?.unsigned_abs()), row.get(1)?));
    connection
        .prepare_cached("SELECT seq, link FROM events WHERE match_id = ?1 ORDER BY seq DESC LIMIT 1")?
        .query_row([id.to_string()], head)
        .optional()
}

/// The link of an event that is there.
pub(super) fn link(connection: &Connection, id: MatchId, seq: u64) -> rusqlite::Result<Link> {
    connection
        .prepare_cached("SELECT link FROM events WHERE match_id = ?1 AND seq = ?2")?
        .query_row(params![id.to_string(), integer(seq)], |row| row.get(0))
}

/// Links all events: they were written before events had links.
pub(super) fn link_all(connection: &Connection, place: &Place) -> Result<(), Error> {
    let failed = place.failed("link the events");
    for id in matches(connection, place, None, usize::MAX)? {
        let mut select =
            connection.prepare("SELECT seq, body FROM events WHERE match_id = ?1 ORDER BY seq").map_err(failed)?;
        let mut update =
            connection.prepare("UPDATE events SET link = ?3 WHERE match_id = ?1 AND seq = ?2").map_err(failed)?;
        let mut link = Link::first(id);
        let mut rows = select.query([id.to_string()]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let (seq, body): (i64, String) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
            link = link.next(&body);
            update.execute(params![id.to_string(), seq, link.as_bytes()]).map_err(failed)?;
        }
    }
    Ok(())
}

impl FromSql for Link {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_bytes(value.as_blob()?).ok_or(FromSqlError::InvalidType)
    }
}

/// What stands in the row.
fn fields<'a>(row: &'a Row<'_>) -> Result<EventRow<'a>, Option<Cause>> {
    let unreadable = |cause: rusqlite::Error| Some(Arc::new(cause) as Cause);
    let body = row.get_ref(1).map_err(unreadable)?.as_str().map_err(|cause| unreadable(cause.into()))?;
    let link = row.get_ref(2).map_err(unreadable)?.as_blob().map_err(|cause| unreadable(cause.into()))?;
    Ok((row.get(0).map_err(unreadable)?, body, link))
}
