//! One write, turned to text by its caller: nothing is left to do for who writes it but the writing. Pure.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};

use crate::audit::Digest;
use crate::{Append, Blob, Document, Error, EventText, Kind, Note, Passage, Put, Restore, Rev};

/// What one call writes.
#[derive(Debug)]
pub(crate) enum Change {
    Append {
        events: Events,
        header: Option<Row>,
    },
    Put(Row),
    Delete(Key),
    Keep(Vec<Blob>),
    /// A match with its events up to `last`. Its header is expected at revision 0 if there is none.
    Remove {
        id: MatchId,
        last: u64,
        header: Key,
    },
    /// Contents, by their names, which are hashes.
    Forget(Vec<String>),
    Note(Vec<Note>),
    Restore(Restored),
}

/// What is written as it stood elsewhere.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) events: Vec<Events>,
    pub(crate) rows: Vec<Row>,
    pub(crate) contents: Vec<Blob>,
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
        Ok(Self::Append { events, header: append.header.map(Row::of) })
    }

    /// Turns a document to text.
    pub(crate) fn put(put: Put) -> Self {
        Self::Put(Row::of(put))
    }

    /// The removal of a document.
    pub(crate) fn delete(kind: Kind, id: String, expected: Rev) -> Self {
        Self::Delete(Key { kind, id, expected: expected.0 })
    }

    /// The removal of a match, which ends at event `last`, with its header.
    pub(crate) fn remove(id: MatchId, Seq(last): Seq, Rev(expected): Rev) -> Self {
        Self::Remove { id, last, header: Key { kind: Kind::Match, id: id.to_string(), expected } }
    }

    /// The removal of contents. What is no hash is not theirs.
    pub(crate) fn forget(mut hashes: Vec<String>) -> Self {
        hashes.retain(|hash| hash.parse::<Digest>().is_ok());
        Self::Forget(hashes)
    }

    /// Turns a part of a move to text, after its numbers were checked.
    pub(crate) fn restore(restore: Restore) -> Result<Self, Error> {
        let Restore { contents, events, documents } = restore;
        let events = events.into_iter().map(Events::of).collect::<Result<_, _>>()?;
        // The row of a document knows the revision before its own.
        let put = |Document { kind, id, rev, body }| Put { kind, id, expected: Rev(rev.0.saturating_sub(1)), body };
        let rows = documents.into_iter().map(|document| Row::of(put(document))).collect();
        Ok(Self::Restore(Restored { events, rows, contents }))
    }

    /// About how much there is to write.
    pub(crate) fn size_bytes(&self) -> usize {
        match self {
            Self::Append { events, header } => events.size_bytes() + header.as_ref().map_or(0, |row| row.body.len()),
            Self::Put(row) => row.body.len(),
            Self::Delete(key) => key.id.len(),
            // About; each is small.
            Self::Note(notes) => notes.len() * 256,
            Self::Keep(blobs) => size_bytes(blobs),
            // About; of what is taken away, pages are written as well.
            Self::Remove { last, .. } => usize::try_from(*last).unwrap_or(usize::MAX).saturating_mul(512),
            Self::Forget(hashes) => hashes.len() * 1_024,
            Self::Restore(Restored { events, rows, contents }) => {
                let events: usize = events.iter().map(Events::size_bytes).sum();
                let rows: usize = rows.iter().map(|row| row.body.len()).sum();
                events + rows + size_bytes(contents)
            }
        }
    }
}

impl Events {
    /// The number of the last of them.
    pub(crate) fn last(&self) -> Seq {
        Seq(self.after + self.bodies.len() as u64)
    }

    fn of(passage: Passage) -> Result<Self, Error> {
        passage.check()?;
        let bodies = passage.texts.into_iter().map(EventText::into_body).collect();
        Ok(Self { id: passage.id, after: passage.after.0, bodies })
    }

    fn size_bytes(&self) -> usize {
        self.bodies.iter().map(String::len).sum()
    }

    /// Refuses another last event than the one that the caller knew.
    pub(crate) fn check(&self, last: u64) -> Result<(), Error> {
        check_last(self.id, self.after, last)
    }

    /// Those that do not stand yet, where the match's last event is `last` and the bodies after `after` are `standing`.
    ///
    /// Refuses a match that lacks the event before them, and one that has others in their place.
    pub(crate) fn missing(&self, last: u64, standing: &[String]) -> Result<&[String], Error> {
        if last < self.after {
            self.check(last)?;
        }
        let differs = standing.iter().zip(&self.bodies).position(|(stands, body)| stands != body);
        match differs {
            Some(n) => {
                Err(Error::Different { what: format!("event {} of match {}", self.after + 1 + n as u64, self.id) })
            }
            None => Ok(self.bodies.get(standing.len()..).unwrap_or_default()),
        }
    }
}

impl Key {
    /// Refuses another revision than the one that the caller knew; 0 is that of no document.
    pub(crate) fn check(&self, rev: u64) -> Result<(), Error> {
        refuse_other(self.expected, rev, || format!("document {} {:?}", self.kind, self.id))
    }
}

impl Row {
    fn of(Put { kind, id, expected, body }: Put) -> Self {
        Self { key: Key { kind, id, expected: expected.0 }, body: body.into_text() }
    }

    /// Whether it does not stand yet, where revision and body are `standing`. Refuses another one in its place.
    pub(crate) fn is_missing(&self, standing: Option<(u64, &str)>) -> Result<bool, Error> {
        match standing {
            None => Ok(true),
            Some((rev, body)) if rev == self.key.expected + 1 && body == self.body => Ok(false),
            Some(_) => Err(Error::Different { what: format!("document {} {:?}", self.key.kind, self.key.id) }),
        }
    }
}

fn size_bytes(blobs: &[Blob]) -> usize {
    blobs.iter().map(|blob| blob.bytes().len()).sum()
}

/// Refuses another last event of a match than the `expected` one.
pub(crate) fn check_last(id: MatchId, expected: u64, last: u64) -> Result<(), Error> {
    refuse_other(expected, last, || format!("match {id}"))
}

fn refuse_other(expected: u64, found: u64, what: impl FnOnce() -> String) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Conflict { what: what(), expected, found }) }
}

fn unwritable(database: &str) -> impl Fn(serde_json::Error) -> Error {
    |cause| Error::Database {
        attempt: "write as JSON what belongs",
        database: database.to_owned(),
        cause: Arc::new(cause),
    }
}
