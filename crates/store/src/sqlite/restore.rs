//! How what stood elsewhere is put into the database: what stands already is left alone. Touches the writer's connection.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::heads::Heads;
use super::log::Log;
use super::place::Place;
use super::{change, contents};
use crate::Error;
use crate::audit::Fact;
use crate::change::{Events, Restored, Row};
use crate::stored::integer;

impl Restored {
    /// Refuses what stands and is another; reads only.
    pub(super) fn look(&self, connection: &Connection, place: &Place, heads: &mut Heads) -> Result<(), Error> {
        let failed = place.failed("look for what stands");
        for events in &self.events {
            let (last, _) = heads.of(connection, events.id).map_err(failed)?;
            let standing = standing(connection, events).map_err(failed)?;
            events.missing(last, &standing)?;
        }
        for row in &self.rows {
            let standing = document(connection, row).map_err(failed)?;
            row.is_missing(standing.as_ref().map(|(rev, body)| (*rev, body.as_str())))?;
        }
        Ok(())
    }

    /// Writes what does not stand, after a look, and notes that.
    pub(super) fn write(&self, connection: &Connection, heads: &mut Heads, log: &mut Log) -> rusqlite::Result<()> {
        contents::write(connection, &self.contents, log)?;
        for events in &self.events {
            let n_standing = heads.of(connection, events.id)?.0.saturating_sub(events.after);
            let missing = usize::try_from(n_standing).ok().and_then(|n| events.bodies.get(n..)).unwrap_or_default();
            if !missing.is_empty() {
                let link = change::write(connection, events.id, missing, heads)?;
                log.write(connection, Fact::Head { id: events.id, seq: events.last(), link })?;
            }
        }
        for row in &self.rows {
            if document(connection, row)?.is_none() {
                row.write(connection, log)?;
            }
        }
        Ok(())
    }
}

/// The bodies in the place of these events.
fn standing(connection: &Connection, events: &Events) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached("SELECT body FROM events WHERE match_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")?
        .query_map(params![events.id.to_string(), integer(events.after), integer(events.bodies.len() as u64)], |row| {
            row.get(0)
        })?
        .collect()
}

/// The revision and the body in the place of this document.
fn document(connection: &Connection, row: &Row) -> rusqlite::Result<Option<(u64, String)>> {
    connection
        .prepare_cached("SELECT rev, body FROM documents WHERE kind = ?1 AND id = ?2")?
        .query_row(params![row.key.kind.word(), row.key.id], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
        })
        .optional()
}
