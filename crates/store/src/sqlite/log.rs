//! The audit log in SQLite: written by the one who writes, in the transaction of what it tells; and read back. Touches the
//! connection it is given.

use std::sync::Arc;

use arena_core::id::Seq;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::events;
use super::place::Place;
use crate::audit::{Chain, Digest, Fact, Named, Noted, Standing};
use crate::stored::integer;
use crate::{Cause, Error, Link, Note, Rev};

/// The pen of the writer: where the log ends, and the moment of the transaction. A copy is the way back.
#[derive(Clone, Copy)]
pub(super) struct Log {
    chain: Chain,
    at: Timestamp,
}

impl Log {
    /// Goes on where the log ends.
    pub(super) fn open(connection: &Connection, place: &Place) -> Result<Self, Error> {
        Ok(Self { chain: Chain::after(head(connection, place)?), at: Timestamp::now() })
    }

    /// What is written from now on is written at this moment.
    pub(super) fn begin(&mut self) {
        self.at = Timestamp::now();
    }

    /// Writes one entry.
    pub(super) fn write(&mut self, connection: &Connection, fact: Fact) -> rusqlite::Result<()> {
        let line = self.chain.add(self.at, fact);
        connection.prepare_cached("INSERT INTO audit (seq, body, link) VALUES (?1, ?2, ?3)")?.execute(params![
            integer(line.seq),
            line.body,
            line.link.as_bytes()
        ])?;
        Ok(())
    }

    /// Writes what somebody has to say.
    pub(super) fn note(&mut self, connection: &Connection, note: &Note) -> rusqlite::Result<()> {
        match note {
            Note::Happened { topic, body } => {
                self.write(connection, Fact::Happened { topic: topic.clone(), body: body.clone() })
            }
            Note::Head(id) => match events::last(connection, *id)? {
                Some((seq, link)) => self.write(connection, Fact::Head { id: *id, seq, link }),
                None => Ok(()),
            },
        }
    }
}

/// Notes everything that stands: it was written before there was a log.
pub(super) fn note_all(connection: &Connection, place: &Place) -> Result<(), Error> {
    let failed = place.failed("note what stands");
    let mut log = Log::open(connection, place)?;
    let mut select =
        connection.prepare("SELECT kind, id, rev, body FROM documents ORDER BY kind, id").map_err(failed)?;
    let mut rows = select.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let (kind, id): (String, String) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
        let named = Named { kind, id };
        let kind = serde_json::from_value(named.kind.as_str().into())
            .map_err(|cause| place.corrupt(named.to_string(), Some(Arc::new(cause))))?;
        let standing = standing(row, named).map_err(failed)?;
        let fact = Fact::Put { kind, id: standing.named.id, rev: standing.rev, hash: standing.hash };
        log.write(connection, fact).map_err(failed)?;
    }
    let mut select = connection.prepare("SELECT hash FROM contents ORDER BY hash").map_err(failed)?;
    let mut rows = select.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let hash: String = row.get(0).map_err(failed)?;
        let hash = hash.parse().map_err(|cause| place.corrupt(format!("content {hash}"), Some(Arc::new(cause))))?;
        log.write(connection, Fact::Kept { hash }).map_err(failed)?;
    }
    for id in events::matches(connection, place, None, usize::MAX)? {
        log.note(connection, &Note::Head(id)).map_err(failed)?;
    }
    Ok(())
}

/// The entries after `after`, at most `limit`.
pub(super) fn read(connection: &Connection, place: &Place, after: u64, limit: usize) -> Result<Vec<Noted>, Error> {
    let failed = place.failed("read the audit log");
    let corrupt = |seq: u64, cause: Option<Cause>| place.corrupt(format!("entry {seq} of the audit log"), cause);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);

    let mut select = connection
        .prepare_cached("SELECT seq, body, link FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2")
        .map_err(failed)?;
    let mut rows = select.query(params![integer(after), limit]).map_err(failed)?;
    let mut found = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next().map_err(failed)? {
        let (seq, before) = match last {
            Some((seq, link)) => (seq + 1, link),
            None => (after + 1, link_of(connection, after).map_err(|cause| corrupt(after, Some(Arc::new(cause))))?),
        };
        let noted = noted(row, seq, before).map_err(|cause| corrupt(seq, cause))?;
        last = Some((seq, noted.link));
        found.push(noted);
    }
    Ok(found)
}

/// The last entry's number and link.
pub(super) fn head(connection: &Connection, place: &Place) -> Result<Option<(u64, Link)>, Error> {
    connection
        .prepare_cached("SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1")
        .and_then(|mut select| {
            select.query_row([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))).optional()
        })
        .map_err(place.failed("read the end of the audit log"))
}

/// The documents after `after`, whatever they are.
pub(super) fn documents(
    connection: &Connection,
    place: &Place,
    after: Option<Named>,
    limit: usize,
) -> Result<Vec<Standing>, Error> {
    let failed = place.failed("list the documents");
    // No kind is empty, so that everything comes after it.
    let after = after.unwrap_or(Named { kind: String::new(), id: String::new() });
    let mut select = connection
        .prepare_cached(
            "SELECT kind, id, rev, body FROM documents WHERE (kind, id) > (?1, ?2) ORDER BY kind, id LIMIT ?3",
        )
        .map_err(failed)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![after.kind, after.id, limit]).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let named = Named { kind: row.get(0).map_err(failed)?, id: row.get(1).map_err(failed)? };
        let what = named.to_string();
        found.push(standing(row, named).map_err(|cause| place.corrupt(what, Some(Arc::new(cause))))?);
    }
    Ok(found)
}

/// The link of the event of this number, if it is there.
pub(super) fn link_of_event(
    connection: &Connection,
    place: &Place,
    id: arena_core::id::MatchId,
    seq: Seq,
) -> Result<Option<Link>, Error> {
    events::link(connection, id, seq.0).optional().map_err(|cause| match cause {
        rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => {
            place.corrupt(format!("event {seq} of match {id}"), Some(Arc::new(cause)))
        }
        cause => place.failed("read the link of an event")(cause),
    })
}

/// The link of an entry that is there, or that of the empty log.
fn link_of(connection: &Connection, seq: u64) -> rusqlite::Result<Link> {
    if seq == 0 {
        return Ok(Link::of_empty_log());
    }
    connection.prepare_cached("SELECT link FROM audit WHERE seq = ?1")?.query_row([integer(seq)], |row| row.get(0))
}

fn noted(row: &Row<'_>, seq: u64, before: Link) -> Result<Noted, Option<Cause>> {
    let unreadable = |cause: rusqlite::Error| Some(Arc::new(cause) as Cause);
    if row.get::<_, i64>(0).map_err(unreadable)? != integer(seq) {
        return Err(None);
    }
    let body = row.get_ref(1).map_err(unreadable)?.as_str().map_err(|cause| unreadable(cause.into()))?;
    Noted::read(seq, before, body, row.get(2).ok()).map_err(Some)
}

/// What stands in columns 2 and 3.
fn standing(row: &Row<'_>, named: Named) -> rusqlite::Result<Standing> {
    let rev = Rev(row.get::<_, i64>(2)?.unsigned_abs());
    Ok(Standing { named, rev, hash: Digest::of(row.get_ref(3)?.as_str()?) })
}
