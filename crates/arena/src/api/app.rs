//! What handlers share: the one value that every route of the server gets.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use arena_store::Store;

use super::matches::Rendered;
use super::once::Keys;
use super::problem::Problem;
use super::settings::Settings;
use super::tally::Tally;
use super::waiting::Questions;
use crate::access::{Door, Hosts, Rates};
use crate::live::Live;
use crate::lobby::Lobby;
use crate::roster::Roster;
use crate::runner::Runner;

/// The parts of a running server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    lobby: Arc<Lobby>,
    live: Live,
    door: Arc<Door>,
    settings: Arc<Settings>,
    keys: Arc<Keys>,
    rendered: Arc<Rendered>,
    questions: Arc<Questions>,
    tally: Arc<Tally>,
}

impl App {
    /// A server's parts around `lobby`, behind a door for `hosts`, started with `settings`.
    pub fn new(lobby: Lobby, hosts: Hosts, settings: Settings) -> Self {
        let lobby = Arc::new(lobby);
        let rates = (settings.rate > 0).then(|| Rates::new(settings.rate));
        let door = Door::new(hosts, Arc::clone(lobby.runner().store()), rates);
        Self {
            live: Live::new(Arc::clone(&lobby)),
            lobby,
            door: Arc::new(door),
            settings: Arc::new(settings),
            keys: Arc::default(),
            rendered: Arc::default(),
            questions: Arc::default(),
            tally: Arc::default(),
        }
    }

    /// Matches that wait and are played.
    pub fn lobby(&self) -> &Lobby {
        &self.lobby
    }

    /// What goes out to those who watch.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Who is let in.
    pub fn door(&self) -> &Arc<Door> {
        &self.door
    }

    /// How the server was started.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The keys of requests that may come twice.
    pub(in crate::api) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Matches as they were shown last.
    pub(in crate::api) fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    /// Questions as they were shown last.
    pub(in crate::api) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// What all matches come to.
    pub(in crate::api) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Who plays the matches.
    pub fn runner(&self) -> &Runner {
        self.lobby.runner()
    }

    /// Where everything is kept.
    pub fn store(&self) -> &Arc<dyn Store> {
        self.runner().store()
    }

    /// The last event of match `id`.
    ///
    /// # Errors
    /// [`Code::NotFound`](super::Code::NotFound) if there is no such match.
    pub(in crate::api) async fn last_of(&self, id: MatchId) -> Result<Seq, Problem> {
        let (seq, _) = self.store().head(id).await?.ok_or_else(|| Problem::no("match", id))?;
        Ok(seq)
    }

    /// The models.
    pub fn roster(&self) -> &Roster {
        self.runner().roster()
    }

    /// Ends what is watched, then what is played; closes the database.
    pub async fn close(self) {
        self.put_down().await;
        self.store().close().await;
    }

    /// The same, and leaves the database open for those who have something to say at the end.
    pub async fn put_down(&self) {
        self.live.close();
        self.door.close().await;
        self.lobby.close().await;
        self.runner().workshop().close().await;
    }
}
