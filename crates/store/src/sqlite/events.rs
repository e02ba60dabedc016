//! Reads events back, and notices what is missing or was moved. Touches a reading connection.

use std::sync::Arc;

use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::place::Place;
use crate::{Cause, Error};

/// The events of a match after `after`, at most `limit`.
pub(super) fn read(
    connection: &Connection,
    place: &Place,
    id: MatchId,
    after: Seq,
    limit: usize,
) -> Result<Vec<Record>, Error> {
    let failed = place.failed("read events");
    let integer = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);

    let mut select = connection
        .prepare_cached("SELECT seq, body FROM events WHERE match_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")
        .map_err(failed)?;
    let mut rows = select.query(params![id.to_string(), integer(after.0), limit]).map_err(failed)?;
    let mut records = Vec::new();
    let mut last = after;
    while let Some(row) = rows.next().map_err(failed)? {
        let expected = last.next();
        let record =
            record(row, expected).map_err(|cause| place.corrupt(format!("event {expected} of match {id}"), cause))?;
        records.push(record);
        last = expected;
    }
    Ok(records)
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

/// The row's record, if it is the expected one by its key and by its content.
fn record(row: &Row<'_>, expected: Seq) -> Result<Record, Option<Cause>> {
    let unreadable = |cause: rusqlite::Error| Some(Arc::new(cause) as Cause);
    let seq: i64 = row.get(0).map_err(unreadable)?;
    let body = row.get_ref(1).map_err(unreadable)?.as_str().map_err(|cause| unreadable(cause.into()))?;
    let record: Record = serde_json::from_str(body).map_err(|cause| Some(Arc::new(cause) as Cause))?;
    if u64::try_from(seq) == Ok(expected.0) && record.seq == expected { Ok(record) } else { Err(None) }
}
