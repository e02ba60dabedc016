//! The database that a whole arena is moved into: who may begin, who goes on, and that it is as it should be in the end.

use arena_store::Store;

use super::exit::Failure;
use super::headway::Headway;
use super::location::Location;
use crate::moving::{Digest, Place, Underway, digest};

/// How a move begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// There was nothing.
    New,
    /// A part of it is there, from an attempt that was cut off.
    Again,
    /// An arena is there: nothing may be written.
    Taken,
}

impl Arrival {
    /// Looks what `to` holds, and says in it that the move has begun if it may.
    pub(super) async fn begin(store: &dyn Store, to: &Location, underway: &Underway) -> Result<Self, Failure> {
        match Place::of(store).await? {
            Place::Empty => {
                underway.begin(store).await?;
                Ok(Self::New)
            }
            Place::Underway(found) if found.from == underway.from => Ok(Self::Again),
            Place::Underway(found) => Err(cut_off(to, &found)),
            Place::Taken => Ok(Self::Taken),
        }
    }

    /// What is said when something stands in the way: with what was begun, it is what has changed since then.
    pub(super) fn failed(self, to: &Location, error: arena_store::Error) -> Failure {
        match (self, &error) {
            (Self::Again, arena_store::Error::Different { what } | arena_store::Error::Conflict { what, .. }) => {
                stale(to, what)
            }
            _ => error.into(),
        }
    }
}

/// Compares what arrived with what was sent, and ends the move.
pub(super) async fn end(store: &dyn Store, to: &Location, sent: Digest, headway: &mut Headway) -> Result<(), Failure> {
    let arrived = digest(store, |part| headway.saw(part)).await?;
    if arrived != sent {
        return Err(stale(to, "something"));
    }
    Ok(Underway::end(store).await?)
}

/// A move into `location` that was cut off.
pub(super) fn cut_off(location: &Location, Underway { from, command }: &Underway) -> Failure {
    Failure::usage(format!(
        "database {location} is not whole: moving {from} into it was cut off; end that with: {command}; or give it up: {}",
        location.removal()
    ))
}

fn stale(to: &Location, what: &str) -> Failure {
    Failure::usage(format!(
        "{what} was changed or removed since the move into {to} began, so that the two are not the same; \
         begin anew: {}, and give the same command",
        to.removal()
    ))
}
