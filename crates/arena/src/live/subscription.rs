//! One topic that somebody watches, and what comes of it.

use arena_core::id::Seq;
use axum::extract::ws::Utf8Bytes;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::channel::End;
use super::envelope::Frame;
use super::pokes::{Poke, look_again};
use super::reading::Error;
use super::topic::Topic;
use super::watcher::{PAGE, Seen, Watcher};

/// A topic that is watched.
pub struct Subscription {
    /// Which.
    pub topic: Topic,
    source: Source,
}

enum Source {
    Match(Box<Watcher>),
    Pokes(broadcast::Receiver<Poke>),
}

/// What comes next of a topic.
#[derive(Debug)]
pub enum Delivery {
    /// Events of a match, without a hole.
    Frames(Vec<Frame>),
    /// What has no number: that something changed, what is written, how many watch.
    Asides(Vec<Utf8Bytes>),
    /// Whoever watches was too slow for a match; it may go on, and gets what it missed from the store.
    Lagged,
    /// Nothing more will come.
    Ended(End),
}

impl Delivery {
    /// Whether there is more than is given out at once.
    pub(super) fn is_a_page(&self) -> bool {
        matches!(self, Self::Frames(frames) if frames.len() >= PAGE)
    }
}

impl Subscription {
    /// The events of a match.
    pub fn to_match(topic: Topic, watcher: Watcher) -> Self {
        Self { topic, source: Source::Match(Box::new(watcher)) }
    }

    /// What changes of `topic`, of all `pokes`.
    pub fn to_pokes(topic: Topic, pokes: broadcast::Receiver<Poke>) -> Self {
        Self { topic, source: Source::Pokes(pokes) }
    }

    /// The last event that was given out, if it is of a match.
    pub fn after(&self) -> Option<Seq> {
        match &self.source {
            Source::Match(watcher) => Some(watcher.after()),
            Source::Pokes(_) => None,
        }
    }

    /// What comes next. Waits for it, for ever if nothing comes. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`Error`], after which there is nothing more.
    pub async fn next(&mut self) -> Result<Delivery, Error> {
        let pokes = match &mut self.source {
            Source::Match(watcher) => {
                return Ok(match watcher.next().await? {
                    Seen::Frames(frames) => Delivery::Frames(frames),
                    Seen::Aside(text) => Delivery::Asides(vec![text]),
                    Seen::Lagged => Delivery::Lagged,
                    Seen::Ended(end) => Delivery::Ended(end),
                });
            }
            Source::Pokes(pokes) => pokes,
        };
        let mut texts = Vec::new();
        while texts.is_empty() {
            match pokes.recv().await {
                Ok(poke) if poke.topic == self.topic => texts.push(poke.text),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => texts.push(look_again(self.topic)),
                Err(RecvError::Closed) => return Ok(Delivery::Ended(End::Broken)),
            }
        }
        loop {
            match pokes.try_recv() {
                Ok(poke) if poke.topic == self.topic => texts.push(poke.text),
                Ok(_) => {}
                Err(TryRecvError::Lagged(_)) => texts.push(look_again(self.topic)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(Delivery::Asides(texts)),
            }
        }
    }
}
