//! What stands in a database while an arena is moved into it: half of it is not to be taken for the whole. Touches the store.

use arena_core::id::MatchId;
use arena_store::{Document, Error, Kind, Model, Query, Repository, Rev, Store};
use serde::{Deserialize, Serialize};

/// There is one at a time.
const ID: &str = "here";

/// A move into a database that has begun and not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Underway {
    /// What is moved: a place, or the hash of an export.
    pub from: String,
    /// What ends the move: the command that began it.
    pub command: String,
}

/// What a database holds, for who wants to move an arena into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Empty,
    /// A part of what is moved.
    Underway(Underway),
    /// An arena.
    Taken,
}

impl Model for Underway {
    const KIND: Kind = Kind::Move;
}

impl Underway {
    /// The move into this database that has not ended, if there is one.
    ///
    /// # Errors
    /// What the store says.
    pub async fn of(store: &dyn Store) -> Result<Option<Self>, Error> {
        let found = store.get(Kind::Move, ID).await?;
        Ok(found.map(|Document { body, .. }| {
            // Whoever wrote another one knows more of it.
            let unknown = || Self { from: "somewhere".to_owned(), command: "a newer arena".to_owned() };
            body.read().unwrap_or_else(|_| unknown())
        }))
    }

    /// Says in the database that this has begun.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin(&self, store: &dyn Store) -> Result<(), Error> {
        Repository::of(store).put(ID, Rev::NEW, self).await
    }

    /// Says in the database that it is over.
    ///
    /// # Errors
    /// What the store says.
    pub async fn end(store: &dyn Store) -> Result<(), Error> {
        Repository::<Self>::of(store).delete(ID, Rev::NEW.next()).await
    }
}

impl Place {
    /// Looks what there is.
    ///
    /// # Errors
    /// What the store says.
    pub async fn of(store: &dyn Store) -> Result<Self, Error> {
        if let Some(underway) = Underway::of(store).await? {
            return Ok(Self::Underway(underway));
        }
        let matches: Vec<MatchId> = store.matches(None, 1).await?;
        let mut is_taken = !matches.is_empty() || !store.hashes(None, 1).await?.is_empty();
        for kind in Kind::ALL {
            is_taken = is_taken || !store.find(&Query::of(kind, 1)).await?.is_empty();
        }
        Ok(if is_taken { Self::Taken } else { Self::Empty })
    }
}
