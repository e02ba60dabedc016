//! How one write is put into the database. Touches the writer's connection.

use std::slice;

use arena_core::id::MatchId;
use rusqlite::{Connection, OptionalExtension, params};

use super::place::Place;
use super::recent::Changed;
use super::{contents, events};
use crate::change::{Change, Events, Key, Restored, Row};
use crate::stored::integer;
use crate::{Error, Link};

impl Change {
    /// What is another one after it.
    pub(super) fn changed(&self) -> impl Iterator<Item = Changed<'_>> {
        let (events, rows, key): (&[Events], &[Row], _) = match self {
            Self::Append { events, header } => (slice::from_ref(events), &[], header.as_ref().map(|row| &row.key)),
            Self::Put(row) => (&[], &[], Some(&row.key)),
            Self::Delete(key) => (&[], &[], Some(key)),
            Self::Keep(_) => (&[], &[], None),
            Self::Restore(Restored { events, rows, .. }) => (events, rows, None),
        };
        let keys = rows.iter().map(|row| &row.key).chain(key);
        events.iter().map(|events| Changed::Head(events.id)).chain(keys.map(|key| Changed::Document(key.kind, &key.id)))
    }

    /// Writes within the open transaction: all of it, or on an error nothing.
    ///
    /// Where SQLite cannot undo this change alone, the whole transaction is gone and the connection in autocommit mode.
    pub(super) fn apply(&self, connection: &Connection, place: &Place) -> Result<(), Error> {
        self.look(connection, place)?;
        let failed = place.failed("write");
        run(connection, "SAVEPOINT change").map_err(failed)?;
        self.write(connection).and_then(|()| run(connection, "RELEASE change")).map_err(|cause| {
            let undone = run(connection, "ROLLBACK TO change").and_then(|()| run(connection, "RELEASE change"));
            if undone.is_err() && !connection.is_autocommit() {
                // If this fails too, the writer's COMMIT or its next BEGIN finds the transaction and ends it.
                let _ = run(connection, "ROLLBACK");
            }
            failed(cause)
        })
    }

    /// Reads only: a refused change costs the others nothing. No one else writes between this and the writing.
    fn look(&self, connection: &Connection, place: &Place) -> Result<(), Error> {
        match self {
            Self::Append { events, header } => {
                events.look(connection, place)?;
                header.as_ref().map_or(Ok(()), |row| row.key.look(connection, place))
            }
            Self::Put(row) => row.key.look(connection, place),
            Self::Delete(key) => key.look(connection, place),
            Self::Keep(_) => Ok(()),
            Self::Restore(restored) => restored.look(connection, place),
        }
    }

    fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::Append { events, header } => {
                events.write(connection)?;
                header.as_ref().map_or(Ok(()), |row| row.write(connection))
            }
            Self::Put(row) => row.write(connection),
            Self::Delete(key) => key.delete(connection),
            Self::Keep(blobs) => contents::write(connection, blobs),
            Self::Restore(restored) => restored.write(connection),
        }
    }
}

impl Events {
    fn look(&self, connection: &Connection, place: &Place) -> Result<(), Error> {
        self.check(last(connection, self.id).map_err(place.failed("read the last event"))?)
    }

    fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        write(connection, self.id, self.after, &self.bodies)
    }
}

/// The number of a match's last event; 0 if it has none.
pub(super) fn last(connection: &Connection, id: MatchId) -> rusqlite::Result<u64> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(seq) FROM events WHERE match_id = ?1")?
        .query_row([id.to_string()], |row| row.get(0))?;
    Ok(last.map_or(0, i64::unsigned_abs))
}

/// Writes events of a match after `after`, which is its last one.
pub(super) fn write(connection: &Connection, id: MatchId, after: u64, bodies: &[String]) -> rusqlite::Result<()> {
    let mut link = match after {
        0 => Link::first(id),
        after => events::link(connection, id, after)?,
    };
    let id = id.to_string();
    let mut insert =
        connection.prepare_cached("INSERT INTO events (match_id, seq, body, link) VALUES (?1, ?2, ?3, ?4)")?;
    for (seq, body) in (after + 1..).zip(bodies) {
        link = link.next(body);
        insert.execute(params![id, integer(seq), body, link.as_bytes()])?;
    }
    Ok(())
}

impl Key {
    fn look(&self, connection: &Connection, place: &Place) -> Result<(), Error> {
        let rev: Option<i64> = connection
            .prepare_cached("SELECT rev FROM documents WHERE kind = ?1 AND id = ?2")
            .and_then(|mut rev| rev.query_row(params![self.kind.word(), self.id], |row| row.get(0)).optional())
            .map_err(place.failed("read the revision"))?;
        self.check(rev.map_or(0, i64::unsigned_abs))
    }

    fn delete(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached("DELETE FROM documents WHERE kind = ?1 AND id = ?2")?
            .execute(params![self.kind.word(), self.id])?;
        Ok(())
    }
}

impl Row {
    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let key = &self.key;
        connection
            .prepare_cached(
                "INSERT INTO documents (kind, id, rev, body) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, body = excluded.body",
            )?
            .execute(params![key.kind.word(), key.id, integer(key.expected + 1), self.body])?;
        Ok(())
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
