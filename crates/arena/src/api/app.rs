//! What handlers share: the one value that every route of the server gets.

use std::sync::Arc;

use arena_store::Store;

use crate::live::Live;
use crate::lobby::Lobby;
use crate::roster::Roster;
use crate::runner::Runner;

/// The parts of a running server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    lobby: Arc<Lobby>,
    live: Live,
}

impl App {
    /// A server's parts around `lobby`.
    pub fn new(lobby: Lobby) -> Self {
        let lobby = Arc::new(lobby);
        Self { live: Live::new(Arc::clone(&lobby)), lobby }
    }

    /// Matches that wait and are played.
    pub fn lobby(&self) -> &Lobby {
        &self.lobby
    }

    /// What goes out to those who watch.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Who plays the matches.
    pub fn runner(&self) -> &Runner {
        self.lobby.runner()
    }

    /// Where everything is kept.
    pub fn store(&self) -> &Arc<dyn Store> {
        self.runner().store()
    }

    /// The models.
    pub fn roster(&self) -> &Roster {
        self.runner().roster()
    }

    /// Ends what is watched, then what is played; closes the database.
    pub async fn close(self) {
        self.live.close();
        let store = Arc::clone(self.store());
        self.lobby.close().await;
        self.runner().workshop().close().await;
        store.close().await;
    }
}
