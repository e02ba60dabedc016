//! How one write is put into the database. Touches the writer's connection.

use std::slice;

use arena_core::id::{MatchId, Seq};
use rusqlite::{Connection, OptionalExtension, params};

use super::contents;
use super::heads::Heads;
use super::log::Log;
use super::place::Place;
use super::recent::Changed;
use crate::audit::Fact;
use crate::change::{Change, Events, Key, Restored, Row, check_last};
use crate::stored::integer;
use crate::{Error, Link, Rev};

impl Change {
    /// What is another one after it.
    pub(super) fn changed(&self) -> impl Iterator<Item = Changed<'_>> {
        let mut removed = None;
        let (events, rows, key): (&[Events], &[Row], _) = match self {
            Self::Append { events, header } => (slice::from_ref(events), &[], header.as_ref().map(|row| &row.key)),
            Self::Put(row) => (&[], &[], Some(&row.key)),
            Self::Delete(key) => (&[], &[], Some(key)),
            Self::Remove { id, header, .. } => {
                removed = Some(*id);
                (&[], &[], Some(header))
            }
            Self::Keep(_) | Self::Forget(_) | Self::Note(_) => (&[], &[], None),
            Self::Restore(Restored { events, rows, .. }) => (events, rows, None),
        };
        let keys = rows.iter().map(|row| &row.key).chain(key);
        let ids = events.iter().map(|events| events.id).chain(removed);
        ids.map(Changed::Head).chain(keys.map(|key| Changed::Document(key.kind, &key.id)))
    }

    /// Writes within the open transaction, with what the audit log says of it: all of it, or on an error nothing.
    ///
    /// Where SQLite cannot undo this change alone, the whole transaction is gone and the connection in autocommit mode.
    pub(super) fn apply(
        &self,
        connection: &Connection,
        place: &Place,
        heads: &mut Heads,
        log: &mut Log,
    ) -> Result<(), Error> {
        self.look(connection, place, heads)?;
        let failed = place.failed("write");
        if self.is_one_row() {
            // Of a statement that fails, nothing stays.
            return self.write(connection, heads, log).map_err(failed);
        }
        let before = *log;
        run(connection, "SAVEPOINT change").map_err(failed)?;
        self.write(connection, heads, log).and_then(|()| run(connection, "RELEASE change")).map_err(|cause| {
            *log = before;
            heads.forget();
            let undone = run(connection, "ROLLBACK TO change").and_then(|()| run(connection, "RELEASE change"));
            if undone.is_err() && !connection.is_autocommit() {
                // If this fails too, the writer's COMMIT or its next BEGIN finds the transaction and ends it.
                let _ = run(connection, "ROLLBACK");
            }
            failed(cause)
        })
    }

    /// Whether one statement writes all of it: the usual append. A savepoint costs as much as that.
    fn is_one_row(&self) -> bool {
        matches!(self, Self::Append { events, header: None } if events.after > 0 && events.bodies.len() == 1)
    }

    /// Reads only: a refused change costs the others nothing. No one else writes between this and the writing.
    fn look(&self, connection: &Connection, place: &Place, heads: &mut Heads) -> Result<(), Error> {
        match self {
            Self::Append { events, header } => {
                events.look(connection, place, heads)?;
                header.as_ref().map_or(Ok(()), |row| row.key.look(connection, place))
            }
            Self::Put(row) => row.key.look(connection, place),
            Self::Delete(key) => key.look(connection, place),
            Self::Remove { id, last, header } => {
                let (found, _) = heads.of(connection, *id).map_err(place.failed("read the last event"))?;
                check_last(*id, *last, found)?;
                header.look(connection, place)
            }
            Self::Keep(_) | Self::Forget(_) | Self::Note(_) => Ok(()),
            Self::Restore(restored) => restored.look(connection, place, heads),
        }
    }

    fn write(&self, connection: &Connection, heads: &mut Heads, log: &mut Log) -> rusqlite::Result<()> {
        match self {
            Self::Append { events, header } => {
                let link = events.write(connection, heads)?;
                if header.is_some() || events.after == 0 {
                    log.write(connection, Fact::Head { id: events.id, seq: events.last(), link })?;
                }
                header.as_ref().map_or(Ok(()), |row| row.write(connection, log))
            }
            Self::Put(row) => row.write(connection, log),
            Self::Delete(key) => key.delete(connection, log),
            Self::Keep(blobs) => contents::write(connection, blobs, log),
            Self::Remove { id, header, .. } => remove(connection, *id, header, heads, log),
            Self::Forget(hashes) => contents::forget(connection, hashes, log),
            Self::Note(notes) => notes.iter().try_for_each(|note| log.note(connection, note)),
            Self::Restore(restored) => restored.write(connection, heads, log),
        }
    }
}

impl Events {
    fn look(&self, connection: &Connection, place: &Place, heads: &mut Heads) -> Result<(), Error> {
        let (last, _) = heads.of(connection, self.id).map_err(place.failed("read the last event"))?;
        self.check(last)
    }

    /// Returns the link of the last.
    fn write(&self, connection: &Connection, heads: &mut Heads) -> rusqlite::Result<Link> {
        write(connection, self.id, &self.bodies, heads)
    }
}

/// Writes events of a match after its last one. Returns the link of the last.
pub(super) fn write(
    connection: &Connection,
    id: MatchId,
    bodies: &[String],
    heads: &mut Heads,
) -> rusqlite::Result<Link> {
    let (mut last, mut link) = heads.of(connection, id)?;
    let named = id.to_string();
    let mut insert =
        connection.prepare_cached("INSERT INTO events (match_id, seq, body, link) VALUES (?1, ?2, ?3, ?4)")?;
    for body in bodies {
        (last, link) = (last + 1, link.next(body));
        insert.execute(params![named, integer(last), body, link.as_bytes()])?;
    }
    heads.moved(id, (last, link));
    Ok(link)
}

/// Removes a match with its header, after a look.
fn remove(
    connection: &Connection,
    id: MatchId,
    header: &Key,
    heads: &mut Heads,
    log: &mut Log,
) -> rusqlite::Result<()> {
    let (last, link) = heads.of(connection, id)?;
    if last > 0 {
        connection.prepare_cached("DELETE FROM events WHERE match_id = ?1")?.execute([id.to_string()])?;
        heads.moved(id, (0, Link::first(id)));
        log.write(connection, Fact::Removed { id, seq: Seq(last), link })?;
    }
    if header.expected > 0 { header.delete(connection, log) } else { Ok(()) }
}

impl Key {
    fn look(&self, connection: &Connection, place: &Place) -> Result<(), Error> {
        let rev: Option<i64> = connection
            .prepare_cached("SELECT rev FROM documents WHERE kind = ?1 AND id = ?2")
            .and_then(|mut rev| rev.query_row(params![self.kind.word(), self.id], |row| row.get(0)).optional())
            .map_err(place.failed("read the revision"))?;
        self.check(rev.map_or(0, i64::unsigned_abs))
    }

    fn delete(&self, connection: &Connection, log: &mut Log) -> rusqlite::Result<()> {
        connection
            .prepare_cached("DELETE FROM documents WHERE kind = ?1 AND id = ?2")?
            .execute(params![self.kind.word(), self.id])?;
        log.write(connection, Fact::Deleted { kind: self.kind, id: self.id.clone(), rev: Rev(self.expected) })
    }
}

impl Row {
    pub(super) fn write(&self, connection: &Connection, log: &mut Log) -> rusqlite::Result<()> {
        let key = &self.key;
        connection
            .prepare_cached(
                "INSERT INTO documents (kind, id, rev, body) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, body = excluded.body",
            )?
            .execute(params![key.kind.word(), key.id, integer(key.expected + 1), self.body])?;
        log.write(connection, Fact::put(key.kind, &key.id, Rev(key.expected + 1), &self.body))
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
