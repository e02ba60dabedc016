//! Things to be written as they stood elsewhere: a part of an arena that is moved. Pure.

use arena_core::id::{MatchId, Seq};

use crate::append::misnumbered;
use crate::{Blob, Document, Error, EventText};

/// One part of what is moved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restore {
    /// Contents.
    pub contents: Vec<Blob>,
    /// Events of matches, of each match once.
    pub events: Vec<Passage>,
    /// Documents, each once, with the revisions that they have to have.
    pub documents: Vec<Document>,
}

/// Consecutive events of one match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The match.
    pub id: MatchId,
    /// The event before them; [`Seq::ZERO`] if they are its first.
    pub after: Seq,
    /// At least one, numbered `after + 1`, `after + 2` and so on.
    pub texts: Vec<EventText>,
}

impl Passage {
    /// Refuses texts that do not follow `after` one by one.
    pub(crate) fn check(&self) -> Result<(), Error> {
        misnumbered(self.id, self.after, self.texts.iter().map(EventText::seq))
    }
}
