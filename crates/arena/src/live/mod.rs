//! What goes out to those who watch. The store is the truth; nothing here is the only copy of anything.
//!
//! `envelope` is an event as bytes, `reading` folds a match for one audience, `channel` shares the newest frames among all
//! who watch, and a `watcher` is one of them; `presence` counts them. `pokes` tell that lists changed. A `subscription` is
//! a watched topic of either kind, `pace` says when a connection gets what is there of its topics; the transports are in the
//! API.

mod channel;
mod envelope;
mod pace;
mod pokes;
mod presence;
mod reading;
mod subscription;
mod topic;
mod watcher;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arena_core::id::{MatchId, Seq};
use arena_core::view::Audience;
use tokio::sync::watch;

pub use self::channel::{Channel, End, Next};
pub use self::envelope::Frame;
pub use self::pace::{Coming, Pace};
pub use self::pokes::Pokes;
use self::presence::Presence;
pub use self::reading::{Error, Reading};
pub use self::subscription::{Delivery, Subscription};
pub use self::topic::{NotATopic, Topic};
pub use self::watcher::{Seen, Watcher};
use crate::drafts::Reader;
use crate::lobby::Lobby;
use crate::runner::Runner;

/// The channels that somebody watches. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    runner: Arc<Runner>,
    pokes: Pokes,
    presence: Presence,
    channels: Arc<Mutex<Channels>>,
    closing: watch::Sender<bool>,
}

/// The channels by what they show; one that nobody watches any more is gone.
type Channels = HashMap<(MatchId, Audience), Weak<Channel>>;

impl Live {
    /// Nobody watches yet.
    pub fn new(lobby: Arc<Lobby>) -> Self {
        let runner = Arc::clone(lobby.runner());
        let (pokes, closing) = (Pokes::of(lobby), watch::Sender::new(false));
        Self { runner, pokes, presence: Presence::default(), channels: Arc::default(), closing }
    }

    /// The newest frames of match `id` for `audience`; the same for all who ask while anybody holds it. Who asks first wants
    /// those after `after`; who wants earlier ones reads them from the store.
    pub fn channel(&self, id: MatchId, audience: Audience, after: Seq) -> Arc<Channel> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = channels.get(&(id, audience)).and_then(Weak::upgrade) {
            return open;
        }
        channels.retain(|_, channel| channel.strong_count() > 0);
        let opened = Arc::new(Channel::open(self.reading(id, audience, after), after));
        channels.insert((id, audience), Arc::downgrade(&opened));
        opened
    }

    /// The frames of match `id` for `audience` from the store.
    pub fn reading(&self, id: MatchId, audience: Audience, after: Seq) -> Reading {
        Reading::new(Arc::clone(self.runner.store()), self.runner.bus(), id, audience, after)
    }

    /// What models write in match `id`, which nobody has screened: for who may see everything.
    fn drafts(&self, id: MatchId, audience: Audience) -> Option<Reader> {
        match audience {
            Audience::Operator => Some(self.runner.drafts().read(id)),
            Audience::Red | Audience::Blue | Audience::Target | Audience::Spectator => None,
        }
    }

    /// Somebody watches `topic`: of a match as `audience`, having seen everything up to `after`.
    pub fn subscribe(&self, topic: Topic, audience: Audience, after: Seq) -> Subscription {
        match topic {
            Topic::Match(id) => Subscription::to_match(topic, Watcher::new(self.clone(), id, audience, after)),
            Topic::Matches | Topic::Approvals | Topic::System => Subscription::to_pokes(topic, self.pokes.listen()),
        }
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
