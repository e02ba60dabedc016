//! Reads an export to its end before anything of it is written, and looks whether it may be. Touches the store, for reading.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use arena_core::engine::{Match, Stage, open, step};
use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use arena_store::{Document, Error, EventText, Kind, Link, Store};

use super::{Digest, Part, Reader, Scope, Unreadable};
use crate::header::Header;

/// An export that is whole.
pub struct Checked {
    /// What stands for it.
    pub digest: Digest,
    /// What it is of.
    pub scope: Scope,
    matches: Matches,
}

/// Why nothing of an export is written.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It is not whole.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// What the store says.
    #[error(transparent)]
    Store(#[from] Error),
    /// A single match must be over: who imports it would play it on otherwise, with its tools.
    #[error("match {0} is not over: only an export of a whole arena may have such")]
    NotOver(MatchId),
    /// The rules do not give these events.
    #[error("match {id}: event {seq} cannot follow what is before it: {why}")]
    Illegal {
        /// The match.
        id: MatchId,
        /// Which event.
        seq: Seq,
        /// What the rules say.
        why: String,
    },
    /// The header does not tell what the events do, or there is none.
    #[error("match {0} has no header, or one that does not tell what its events do: the file was made by hand")]
    Header(MatchId),
    /// Single matches come with their headers, and nothing else.
    #[error("{kind} {id:?} does not belong to an export of single matches: the file was made by hand")]
    Foreign {
        /// What it is.
        kind: Kind,
        /// Its id.
        id: String,
    },
    /// Another match of the same id is there, or the same one further on or less far.
    #[error(
        "match {0} is there already and is another one: nothing was written; import the file into a database of its own (--database)"
    )]
    Another(MatchId),
}

/// Reads all of it. Of single matches also looks whether they are what matches are.
///
/// # Errors
/// [`NotTaken`]: then nothing of it should be written.
pub fn check(input: impl BufRead) -> Result<Checked, NotTaken> {
    let mut reader = Reader::begin(input)?;
    let scope = reader.scope();
    let mut matches = Matches::default();
    while let Some(part) = reader.part()? {
        if scope == Scope::Matches {
            matches.see(part)?;
        }
    }
    matches.end()?;
    let digest = reader.digest().expect("it was read to its end");
    Ok(Checked { digest, scope, matches })
}

impl Checked {
    /// Of single matches: those that are not in `store`, which can take them.
    ///
    /// # Errors
    /// [`NotTaken::Another`], and what the store says.
    pub async fn new_in(&self, store: &dyn Store) -> Result<BTreeSet<MatchId>, NotTaken> {
        let mut new = BTreeSet::new();
        for (id, document) in &self.matches.headers {
            let Some((_, seq, link)) = self.matches.over.get(id) else { continue };
            match (store.head(*id).await?, store.get(Kind::Match, &document.id).await?) {
                (Some(head), Some(header)) if head == (*seq, *link) && header == *document => {}
                // Nothing, or what an import has left that was cut off: no list shows that.
                (None, None) => drop(new.insert(*id)),
                (Some((last, _)), None) if last <= *seq => drop(new.insert(*id)),
                _ => return Err(NotTaken::Another(*id)),
            }
        }
        Ok(new)
    }
}

/// The single matches of an export.
#[derive(Default)]
struct Matches {
    /// The one that is being read.
    current: Option<Match>,
    /// What their headers have to be, and their ends.
    over: BTreeMap<MatchId, (Header, Seq, Link)>,
    headers: BTreeMap<MatchId, Document>,
}

impl Matches {
    fn see(&mut self, part: Part) -> Result<(), NotTaken> {
        match part {
            Part::Content(_) => {}
            Part::Event(id, text) => self.event(id, &text)?,
            Part::Head(id, seq, link) => {
                let game = self.current.take().filter(|game| matches!(game.stage, Stage::Ended(_)));
                let game = game.ok_or(NotTaken::NotOver(id))?;
                self.over.insert(id, (Header::of(&game), seq, link));
            }
            Part::Document(document) => {
                let id = document.id.parse().ok().filter(|id| self.over.contains_key(id));
                let Some(id) = id.filter(|_| document.kind == Kind::Match) else {
                    return Err(NotTaken::Foreign { kind: document.kind, id: document.id });
                };
                self.headers.insert(id, document);
            }
        }
        Ok(())
    }

    fn event(&mut self, id: MatchId, text: &EventText) -> Result<(), NotTaken> {
        let seq = text.seq();
        let illegal = |why: String| NotTaken::Illegal { id, seq, why };
        let record: Record = serde_json::from_str(text.body()).map_err(|error| illegal(error.to_string()))?;
        if let Some(game) = &mut self.current {
            step(game, &record).map_err(|error| illegal(error.to_string()))?;
            return Ok(());
        }
        let game = open(&record).map_err(|error| illegal(error.to_string()))?;
        if game.id != id {
            return Err(illegal(format!("it is of match {}", game.id)));
        }
        self.current = Some(game);
        Ok(())
    }

    /// Every match has its header.
    fn end(&self) -> Result<(), NotTaken> {
        for (id, (expected, ..)) in &self.over {
            let header = self.headers.get(id).map(|document| document.body.read::<Header>());
            if !matches!(header, Some(Ok(header)) if header == *expected) {
                return Err(NotTaken::Header(*id));
            }
        }
        Ok(())
    }
}
