//! The next events of one match, as handed to the store. Pure.

use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};

use crate::{Error, Put};

/// Events to add to a match, with what must not have changed meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    /// The match.
    pub id: MatchId,
    /// The last event that the caller knows of; [`Seq::ZERO`] for a match without any.
    pub after: Seq,
    /// At least one, numbered `after + 1`, `after + 2` and so on.
    pub records: Vec<Record>,
    /// A document to write in the same transaction: what a list shows of the match.
    pub header: Option<Put>,
}

impl Append {
    /// Refuses records that do not follow `after` one by one.
    pub(crate) fn check(&self) -> Result<(), Error> {
        misnumbered(self.id, self.after, self.records.iter().map(|record| record.seq))
    }
}

/// Refuses numbers that do not follow `after` one by one, and none at all.
pub(crate) fn misnumbered(id: MatchId, after: Seq, numbers: impl IntoIterator<Item = Seq>) -> Result<(), Error> {
    let mut last = after;
    for found in numbers {
        let expected = last.next();
        if found != expected {
            return Err(Error::Misnumbered { id, expected, found: Some(found) });
        }
        last = expected;
    }
    if last == after { Err(Error::Misnumbered { id, expected: after.next(), found: None }) } else { Ok(()) }
}
