//! The one line to a server that all share: opened when it is first needed, by one of those who need it, and opened anew
//! when it was lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::error::Error;
use crate::config::McpServer;

/// A server, connected or not.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) server: McpServer,
    state: Mutex<State>,
    /// Counts what came of opening it: who waited for another's attempt shares it.
    n_attempts: AtomicU64,
    closing: CancellationToken,
}

#[derive(Debug)]
enum State {
    /// Not asked for yet.
    Idle,
    Up(Arc<Connection>),
    /// It could not be opened.
    Failed(Error),
}

impl Line {
    pub(super) fn new(server: McpServer, closing: CancellationToken) -> Self {
        Self { server, state: Mutex::new(State::Idle), n_attempts: AtomicU64::new(0), closing }
    }

    /// The connection, opened if it has to be.
    pub(super) async fn connection(&self) -> Result<Arc<Connection>, Error> {
        let name = || self.server.name.clone();
        if !self.server.enabled {
            return Err(Error::Disabled { server: name(), origin: self.server.origin.to_string() });
        }
        if let Some(variable) = self.server.missing().first() {
            return Err(Error::Unready { server: name(), variable: (*variable).to_owned() });
        }
        let n_attempts = self.n_attempts.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if self.closing.is_cancelled() {
            return Err(Error::Closed);
        }
        match &*state {
            State::Up(connection) if connection.is_alive().await => return Ok(Arc::clone(connection)),
            State::Failed(error) if self.n_attempts.load(Ordering::Acquire) != n_attempts => return Err(error.clone()),
            State::Up(dead) => dead.close().await,
            State::Failed(_) | State::Idle => {}
        }
        *state = State::Idle;
        let opened = tokio::select! {
            biased;
            () = self.closing.cancelled() => return Err(Error::Closed),
            opened = Connection::open(&self.server) => opened,
        };
        self.n_attempts.fetch_add(1, Ordering::AcqRel);
        match opened {
            Ok(connection) => {
                let connection = Arc::new(connection);
                *state = State::Up(Arc::clone(&connection));
                Ok(connection)
            }
            Err(error) => {
                *state = State::Failed(error.clone());
                Err(error)
            }
        }
    }

    /// Ends it for good; `closing` was cancelled before.
    pub(super) async fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock().await, State::Idle);
        match state {
            State::Up(connection) => connection.close().await,
            State::Idle | State::Failed(_) => {}
        }
    }
}
