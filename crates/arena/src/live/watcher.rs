//! One who watches a match: a number that moves on, at the pace of whoever reads. Nothing is queued for it.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use arena_core::view::Audience;
use tokio::sync::watch;

use super::Live;
use super::channel::{Channel, End, Next};
use super::envelope::Frame;
use super::reading::{Error, Reading};

/// Frames that are given out at once.
pub(super) const PAGE: usize = 500;

/// A place in a match, for one audience.
pub struct Watcher {
    live: Live,
    id: MatchId,
    audience: Audience,
    after: Seq,
    channel: Arc<Channel>,
    bell: watch::Receiver<()>,
    /// What is not in the channel any more comes from here, until it is read up.
    history: Option<Reading>,
    /// Whether it was at the newest frame once: then what it missed, it was too slow for.
    was_live: bool,
}

/// What a watcher comes to.
#[derive(Debug)]
pub enum Seen {
    /// The next frames, without a hole; at least one.
    Frames(Vec<Frame>),
    /// It was too slow: the next frames are in the store alone. Whoever goes on gets them from there.
    Lagged,
    /// Nothing more will come.
    Ended(End),
}

impl Watcher {
    /// Who watches match `id` as `audience`, having seen everything up to `after`.
    pub fn new(live: Live, id: MatchId, audience: Audience, after: Seq) -> Self {
        let channel = live.channel(id, audience, after);
        let bell = channel.listen();
        Self { live, id, audience, after, channel, bell, history: None, was_live: false }
    }

    /// The last frame that was given out.
    pub fn after(&self) -> Seq {
        self.after
    }

    /// What comes next. Waits for it, for ever if nothing comes. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`Error`], after which there is nothing more.
    pub async fn next(&mut self) -> Result<Seen, Error> {
        loop {
            if let Some(history) = &mut self.history {
                let frames = history.ready().await?;
                if !frames.is_empty() {
                    return Ok(self.seen(frames));
                }
                self.history = None;
            }
            self.bell.mark_unchanged();
            match self.channel.after(self.after, PAGE) {
                Next::Frames(frames) => return Ok(self.seen(frames)),
                Next::Ended(end) => return Ok(Seen::Ended(end)),
                Next::Gone => {
                    self.history = Some(self.live.reading(self.id, self.audience, self.after));
                    if self.was_live {
                        self.was_live = false;
                        return Ok(Seen::Lagged);
                    }
                }
                Next::Nothing => {
                    self.was_live = true;
                    if self.bell.changed().await.is_err() {
                        return Ok(Seen::Ended(End::Broken));
                    }
                }
            }
        }
    }

    fn seen(&mut self, frames: Vec<Frame>) -> Seen {
        if let Some(last) = frames.last() {
            self.after = last.seq;
        }
        Seen::Frames(frames)
    }
}
