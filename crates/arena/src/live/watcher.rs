//! One who watches a match: a number that moves on, at the pace of whoever reads. Nothing is queued for it.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use arena_core::view::Audience;
use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Live;
use super::channel::{Channel, End, Next};
use super::envelope::Frame;
use super::pokes::frame;
use super::presence::Present;
use super::reading::{Error, Reading};
use super::topic::Topic;
use crate::drafts::{Delta, Reader};

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
    /// One of those who are counted.
    present: Present,
    /// What is written just now, for who may see it.
    drafts: Option<Reader>,
    /// Whether it was at the newest frame once: then what it missed, it was too slow for.
    was_live: bool,
}

/// What a watcher comes to.
#[derive(Debug)]
pub enum Seen {
    /// The next frames, without a hole; at least one.
    Frames(Vec<Frame>),
    /// A frame without a number, after all that have one: it may be missed.
    Aside(Utf8Bytes),
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
        let (present, drafts) = (live.presence.come(id), live.drafts(id, audience));
        Self { live, id, audience, after, channel, bell, history: None, present, drafts, was_live: false }
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
                Next::Ended(_) if !self.present.is_greeted() => {
                    let n_watching = self.present.next().await;
                    return Ok(self.presence(n_watching));
                }
                Next::Ended(end) => return Ok(Seen::Ended(end)),
                Next::Gone => {
                    self.history = Some(self.live.reading(self.id, self.audience, self.after));
                    if self.was_live {
                        self.was_live = false;
                        return Ok(Seen::Lagged);
                    }
                }
                Next::Nothing { is_level } => {
                    self.was_live |= is_level;
                    tokio::select! {
                        biased;
                        rung = self.bell.changed() => if rung.is_err() {
                            return Ok(Seen::Ended(End::Broken));
                        },
                        n_watching = self.present.next() => return Ok(self.presence(n_watching)),
                        delta = written(self.drafts.as_mut()) => return Ok(self.delta(&delta)),
                    }
                }
            }
        }
    }

    fn presence(&self, n_watching: usize) -> Seen {
        self.aside("presence", json!({"n_watching": n_watching}))
    }

    fn delta(&self, delta: &Delta) -> Seen {
        let Delta { call, seat, offset, text } = delta;
        self.aside("delta", json!({"call": call, "seat": seat, "offset": offset, "text": text}))
    }

    fn aside(&self, kind: &str, body: Value) -> Seen {
        Seen::Aside(frame(Topic::Match(self.id), kind, Some(body)))
    }

    fn seen(&mut self, frames: Vec<Frame>) -> Seen {
        if let Some(last) = frames.last() {
            self.after = last.seq;
        }
        Seen::Frames(frames)
    }
}

/// The next piece of what is written, for ever if there is nothing to read.
async fn written(drafts: Option<&mut Reader>) -> Delta {
    match drafts {
        Some(drafts) => drafts.next().await,
        None => std::future::pending().await,
    }
}
