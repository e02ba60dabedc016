//! The matches of a server: each waits for a place, is played, and put down when the server closes.
//!
//! One task owns all that are played. Who asks is answered at once; a match that waits is in the database already, so a
//! server that starts takes up what another left.

mod rota;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena_core::id::MatchId;
use arena_core::spec::Spec;
use arena_store::Pages;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, JoinSet};
use tracing::Instrument as _;

use self::rota::Rota;
use crate::causes::in_one_line;
use crate::header::Header;
use crate::runner::{self, Put, Runner};

/// Unfinished matches that are looked up at once.
const PAGE: usize = 1_000;

/// Matches that wait and matches that are played.
pub struct Lobby {
    runner: Arc<Runner>,
    /// Matches that may wait.
    room: Arc<Semaphore>,
    shared: Arc<Shared>,
    /// Taken by whoever closes the lobby.
    task: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Something waits, or the lobby closes.
    news: Notify,
}

#[derive(Default)]
struct State {
    waiting: Rota<String, Waiting>,
    /// Every match that waits or is played here.
    here: HashSet<MatchId>,
    /// Matches that are being put down and shall go on: they wait anew once they are down.
    again: HashMap<MatchId, (String, Waiting)>,
    n_playing: usize,
    /// Why matches could not be played on, by the match.
    failed: HashMap<MatchId, String>,
    is_closing: bool,
}

struct Waiting {
    id: MatchId,
    /// Its place among those who may wait; a match that was there before the server has none.
    _room: Option<OwnedSemaphorePermit>,
}

/// How full the lobby is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// Matches that wait for a place.
    pub n_waiting: usize,
    /// Matches that are played.
    pub n_playing: usize,
}

/// A match is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many wait: come back later.
    #[error("{n_waiting} matches wait already, and no more may; try again later")]
    Full {
        /// How many.
        n_waiting: usize,
    },
    /// What the runner says.
    #[error(transparent)]
    Runner(Box<runner::Error>),
}

impl From<runner::Error> for Error {
    fn from(error: runner::Error) -> Self {
        Self::Runner(Box::new(error))
    }
}

impl Lobby {
    /// A lobby before `runner`: at most `n_places` matches are played at once, at most `n_waiting` more may wait.
    pub fn open(runner: Arc<Runner>, n_places: usize, n_waiting: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(play_all(Arc::clone(&runner), Arc::clone(&shared), n_places));
        Self { runner, room: Arc::new(Semaphore::new(n_waiting)), shared, task: Mutex::new(Some(task)) }
    }

    /// Creates a match of `owner`, to be played when its turn comes. Returns once it is durable.
    ///
    /// # Errors
    /// [`Error::Full`], and what [`Runner::create`] says.
    pub async fn start(&self, owner: &str, spec: Arc<Spec>) -> Result<MatchId, Error> {
        let id = self.runner.new_id()?;
        self.start_as(owner, id, spec).await?;
        Ok(id)
    }

    /// The same, with an id that was drawn before.
    ///
    /// # Errors
    /// As for [`Lobby::start`].
    pub async fn start_as(&self, owner: &str, id: MatchId, spec: Arc<Spec>) -> Result<(), Error> {
        let room = self.room()?;
        self.runner.create(id, spec).await?;
        self.admit(owner, id, Some(room));
        Ok(())
    }

    /// Lets a paused match go on, when its turn comes; takes up one that nobody plays.
    ///
    /// # Errors
    /// [`Error::Full`], and what [`Runner::go_on`] says.
    pub async fn resume(&self, owner: &str, id: MatchId) -> Result<(), Error> {
        let room = self.room()?;
        match self.runner.go_on(id).await {
            Ok(()) => {}
            // It could not be played on when its turn came, and perhaps now it can.
            Err(runner::Error::Conflict { .. }) if self.failure(id).is_some() => {}
            Err(error) => return Err(error.into()),
        }
        self.admit(owner, id, Some(room));
        Ok(())
    }

    /// Holds a match; its place is free for another.
    ///
    /// # Errors
    /// What [`Runner::pause`] says.
    pub async fn pause(&self, id: MatchId) -> Result<(), runner::Error> {
        self.shared.state().again.remove(&id);
        self.runner.pause(id).await
    }

    /// Ends a match.
    ///
    /// # Errors
    /// What [`Runner::stop`] says.
    pub async fn stop(&self, id: MatchId, reason: String) -> Result<(), runner::Error> {
        self.runner.stop(id, reason).await?;
        self.shared.state().forget(id);
        Ok(())
    }

    /// Takes up every match that was cut off, the oldest first. What somebody paused is left alone. How many there are.
    ///
    /// # Errors
    /// What the store says.
    pub async fn take_up(&self) -> Result<usize, arena_store::Error> {
        let mut pages = Pages::of(Header::cut_off(PAGE));
        let mut n_taken = 0;
        while let Some(page) = pages.next(&**self.runner.store()).await? {
            for id in page.iter().filter_map(|document| document.id.parse().ok()) {
                self.admit("", id, None);
                n_taken += 1;
            }
        }
        Ok(n_taken)
    }

    /// How full it is.
    pub fn crowd(&self) -> Crowd {
        let state = self.shared.state();
        Crowd { n_waiting: state.waiting.len(), n_playing: state.n_playing }
    }

    /// Whether one more may wait.
    pub fn has_room(&self) -> bool {
        self.room.available_permits() > 0
    }

    /// Why the match could not be played on, if that is so.
    pub fn failure(&self, id: MatchId) -> Option<String> {
        self.shared.state().failed.get(&id).cloned()
    }

    /// The runner that plays.
    pub fn runner(&self) -> &Arc<Runner> {
        &self.runner
    }

    /// Puts every match down in good order; they are taken up again by whoever opens the database next.
    pub async fn close(&self) {
        self.runner.close();
        self.shared.state().is_closing = true;
        self.shared.news.notify_one();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // It neither panics nor is aborted; how it ended tells nothing.
            let _ = task.await;
        }
    }

    fn room(&self) -> Result<OwnedSemaphorePermit, Error> {
        let room = Arc::clone(&self.room).try_acquire_owned();
        room.map_err(|_| Error::Full { n_waiting: self.crowd().n_waiting })
    }

    fn admit(&self, owner: &str, id: MatchId, room: Option<OwnedSemaphorePermit>) {
        let mut state = self.shared.state();
        state.failed.remove(&id);
        let (owner, waiting) = (owner.to_owned(), Waiting { id, _room: room });
        if state.here.insert(id) {
            state.waiting.add(owner, waiting);
            self.shared.news.notify_one();
        } else if !state.waiting.has(|waiting| waiting.id == id) {
            state.again.insert(id, (owner, waiting));
        }
    }
}

impl Drop for Lobby {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The next match to be played, if there is a place for it.
    fn next(&mut self, n_places: usize) -> Option<MatchId> {
        if self.n_playing >= n_places || self.is_closing {
            return None;
        }
        let next = self.waiting.next()?;
        self.n_playing += 1;
        Some(next.id)
    }

    /// A match that waits no longer.
    fn forget(&mut self, id: MatchId) {
        self.failed.remove(&id);
        self.again.remove(&id);
        let n_before = self.waiting.len();
        self.waiting.remove(|waiting| waiting.id == id);
        if self.waiting.len() < n_before {
            self.here.remove(&id);
        }
    }
}

async fn play_all(runner: Arc<Runner>, shared: Arc<Shared>, n_places: usize) {
    let mut playing = JoinSet::new();
    loop {
        while let Some(id) = { shared.state().next(n_places) } {
            let runner = Arc::clone(&runner);
            let span = tracing::info_span!("match", match.id = %id);
            playing.spawn(async move { (id, play(&runner, id).await) }.instrument(span));
        }
        if playing.is_empty() && shared.state().is_closing {
            return;
        }
        tokio::select! {
            () = shared.news.notified() => {}
            Some(over) = playing.join_next() => put_down(&shared, over),
        }
    }
}

/// Plays a match until it is over or put down.
async fn play(runner: &Runner, id: MatchId) -> Result<Put, runner::Error> {
    tracing::info!("the match is played");
    let put = runner.resume(id).await?.ended().await?;
    let (Put::Ended(game) | Put::Down(game)) = &put;
    tracing::info!(match.status = game.stage.word(), match.rounds = game.verdicts.len(), "the match is put down");
    Ok(put)
}

fn put_down(shared: &Shared, over: Result<(MatchId, Result<Put, runner::Error>), tokio::task::JoinError>) {
    let mut state = shared.state();
    state.n_playing -= 1;
    match over {
        Ok((id, put)) => {
            state.here.remove(&id);
            let again = state.again.remove(&id);
            if let (Ok(Put::Down(_)), Some((owner, waiting)), false) = (&put, again, state.is_closing) {
                state.here.insert(id);
                state.waiting.add(owner, waiting);
            }
            match put {
                // A conflict is one that somebody stopped before its turn came.
                Ok(_) | Err(runner::Error::Closing | runner::Error::Conflict { .. }) => {}
                Err(error) => {
                    let why = in_one_line(&error);
                    tracing::error!(match.id = %id, "match {id} cannot be played on: {why}");
                    state.failed.insert(id, why);
                }
            }
        }
        // Its record is whole up to the last durable event; the next start takes it up.
        Err(cause) => tracing::error!("the task of a match broke: {cause}"),
    }
}
