//! One write, turned to text by its caller: nothing is left to do for who writes it but the writing. Pure.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};

use crate::{Append, Blob, Error, Kind, Note, Put, Rev};

/// What one call writes.
#[derive(Debug)]
pub(crate) enum Change {
    Append { events: Events, header: Option<Row> },
    Put(Row),
    Delete(Key),
    Keep(Vec<Blob>),
    Note(Vec<Note>),
}

/// Consecutive events of a match.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) id: MatchId,
    pub(crate) after: u64,
    pub(crate) bodies: Vec<String>,
}

/// A document, by its name and the revision that it must have.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) expected: u64,
}

/// A document to be written.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) body: String,
}

impl Change {
    /// Turns an append to text, after its numbers were checked. `database` is what errors call it.
    pub(crate) fn append(append: Append, database: &str) -> Result<Self, Error> {
        append.check()?;
        let bodies =
            append.records.iter().map(serde_json::to_string).collect::<Result<_, _>>().map_err(unwritable(database))?;
        let events = Events { id: append.id, after: append.after.0, bodies };
        Ok(Self::Append { events, header: append.header.map(|put| row(put, database)).transpose()? })
    }

    /// Turns a document to text.
    pub(crate) fn put(put: Put, database: &str) -> Result<Self, Error> {
        row(put, database).map(Self::Put)
    }

    /// The removal of a document.
    pub(crate) fn delete(kind: Kind, id: String, expected: Rev) -> Self {
        Self::Delete(Key { kind, id, expected: expected.0 })
    }

    /// About how much there is to write.
    pub(crate) fn size_bytes(&self) -> usize {
        match self {
            Self::Append { events, header } => {
                let header = header.as_ref().map_or(0, |row| row.body.len());
                events.bodies.iter().map(String::len).sum::<usize>() + header
            }
            Self::Put(row) => row.body.len(),
            Self::Delete(key) => key.id.len(),
            Self::Keep(blobs) => blobs.iter().map(|blob| blob.bytes().len()).sum(),
            // About; each is small.
            Self::Note(notes) => notes.len() * 256,
        }
    }
}

impl Events {
    /// The number of the last of them.
    pub(crate) fn last(&self) -> Seq {
        Seq(self.after + self.bodies.len() as u64)
    }

    /// Refuses another last event than the one that the caller knew.
    pub(crate) fn check(&self, last: u64) -> Result<(), Error> {
        refuse_other(self.after, last, || format!("match {}", self.id))
    }
}

impl Key {
    /// Refuses another revision than the one that the caller knew; 0 is that of no document.
    pub(crate) fn check(&self, rev: u64) -> Result<(), Error> {
        refuse_other(self.expected, rev, || format!("document {} {:?}", self.kind, self.id))
    }
}

fn refuse_other(expected: u64, found: u64, what: impl FnOnce() -> String) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Conflict { what: what(), expected, found }) }
}

fn row(put: Put, database: &str) -> Result<Row, Error> {
    let body = serde_json::to_string(&put.body).map_err(unwritable(database))?;
    Ok(Row { key: Key { kind: put.kind, id: put.id, expected: put.expected.0 }, body })
}

fn unwritable(database: &str) -> impl Fn(serde_json::Error) -> Error {
    |cause| Error::Database {
        attempt: "write as JSON what belongs",
        database: database.to_owned(),
        cause: Arc::new(cause),
    }
}
