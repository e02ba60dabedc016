//! What goes out to those who watch. The store is the truth; nothing here is the only copy of anything.
//!
//! `envelope` is an event as bytes, `reading` folds a match for one audience, `channel` shares the newest frames among all
//! who watch, and a `watcher` is one of them.

mod channel;
mod envelope;
mod reading;
mod watcher;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arena_core::id::{MatchId, Seq};
use arena_core::view::Audience;
use tokio::sync::watch;

pub use self::channel::{Channel, End, Next};
pub use self::envelope::Frame;
pub use self::reading::{Error, Reading};
pub use self::watcher::{Seen, Watcher};
use crate::runner::Runner;

/// The channels that somebody watches. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    runner: Arc<Runner>,
    channels: Arc<Mutex<Channels>>,
    closing: watch::Sender<bool>,
}

/// The channels by what they show; one that nobody watches any more is gone.
type Channels = HashMap<(MatchId, Audience), Weak<Channel>>;

impl Live {
    /// Nobody watches yet.
    pub fn new(runner: Arc<Runner>) -> Self {
        Self { runner, channels: Arc::default(), closing: watch::Sender::new(false) }
    }

    /// The newest frames of match `id` for `audience`; the same for all who ask while anybody holds it.
    pub fn channel(&self, id: MatchId, audience: Audience) -> Arc<Channel> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = channels.get(&(id, audience)).and_then(Weak::upgrade) {
            return open;
        }
        channels.retain(|_, channel| channel.strong_count() > 0);
        let opened = Arc::new(Channel::open(self.reading(id, audience, Seq::ZERO)));
        channels.insert((id, audience), Arc::downgrade(&opened));
        opened
    }

    /// The frames of match `id` for `audience` from the store.
    pub fn reading(&self, id: MatchId, audience: Audience, after: Seq) -> Reading {
        Reading::new(Arc::clone(self.runner.store()), self.runner.bus(), id, audience, after)
    }

    /// Tells everybody who watches that the server goes away.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Becomes true when the server goes away.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}
