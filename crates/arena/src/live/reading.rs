//! A match as one audience sees it, frame after frame: read from the store and folded on the way.

use std::sync::Arc;

use arena_core::engine::{Illegal, Stage};
use arena_core::id::{MatchId, Seq};
use arena_core::view::{Audience, Screen};
use arena_store::Store;

use super::envelope::Frame;
use crate::bus::Bus;
use crate::feed::Feed;

/// A place in a match's frames, moving on.
pub struct Reading {
    id: MatchId,
    feed: Feed,
    screen: Screen,
    /// Frames up to here are not wanted.
    after: Seq,
}

/// A match cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] arena_store::Error),
    /// The record of the match does not fold.
    #[error("the record of match {id} is not the record of a match")]
    Record {
        /// Which match.
        id: MatchId,
        /// Where it breaks.
        #[source]
        cause: Illegal,
    },
}

impl Reading {
    /// The frames of match `id` after `after`, for `audience`.
    pub fn new(store: Arc<dyn Store>, bus: &Bus, id: MatchId, audience: Audience, after: Seq) -> Self {
        // What may be seen of an event depends on those before it: the fold begins at the first.
        Self { id, feed: Feed::new(store, bus, id, Seq::ZERO), screen: Screen::new(audience), after }
    }

    /// The next frames; none only if the match is over and all of it was known. Waits for them, for ever if none come.
    ///
    /// # Errors
    /// [`Error`], after which there is nothing more.
    pub async fn next(&mut self) -> Result<Vec<Frame>, Error> {
        loop {
            let records = self.feed.next().await?;
            let frames = self.show(&records)?;
            if !frames.is_empty() || self.is_over() {
                return Ok(frames);
            }
        }
    }

    /// The next frames that are there already, a page of them at most; none if there are none yet.
    ///
    /// # Errors
    /// As for [`Reading::next`].
    pub async fn ready(&mut self) -> Result<Vec<Frame>, Error> {
        loop {
            let records = self.feed.ready().await?;
            let frames = self.show(&records)?;
            if !frames.is_empty() || records.is_empty() {
                return Ok(frames);
            }
        }
    }

    /// Whether the match is over, and everything of it was given out.
    pub fn is_over(&self) -> bool {
        self.screen.game().is_some_and(|game| matches!(game.stage, Stage::Ended(_)))
    }

    fn show(&mut self, records: &[arena_core::event::Record]) -> Result<Vec<Frame>, Error> {
        let mut frames = Vec::new();
        for record in records {
            let illegal = |cause| Error::Record { id: self.id, cause };
            if record.seq > self.after {
                frames.push(Frame::of(self.id, self.screen.take(record).map_err(illegal)?));
            } else {
                self.screen.skip(record).map_err(illegal)?;
            }
        }
        Ok(frames)
    }
}
