//! Reading beside the writer: a few connections that cannot write, used on threads that may block.
//! Touches the database file for reading only.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::connection;
use super::place::Place;
use crate::Error;

/// Reads at one time. They come from the page cache and cost CPU, so more than the cores of a machine gain nothing.
const READERS: u32 = 4;

/// The connections. Held by the store.
pub(super) struct Readers {
    place: Place,
    /// Connections that nobody uses; the first of them are opened when first needed.
    idle: Arc<Mutex<Vec<Connection>>>,
    /// One permit for each connection that may be open. Closed with the store.
    permits: Arc<Semaphore>,
}

impl Readers {
    /// None open yet but `first`, if there is one.
    pub(super) fn new(place: Place, first: Option<Connection>) -> Self {
        let idle = Arc::new(Mutex::new(first.into_iter().collect()));
        Self { place, idle, permits: Arc::new(Semaphore::new(READERS as usize)) }
    }

    /// Runs `ask` on a connection of its own, as soon as one is free.
    pub(super) async fn read<T, F>(&self, ask: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Place) -> Result<T, Error> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| self.place.closed())?;
        let (place, idle) = (self.place.clone(), Arc::clone(&self.idle));
        let asked = spawn_blocking(move || {
            let free = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = free.map_or_else(|| connection::reading(&place), Ok)?;
            let answer = ask(&connection, &place);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            // Last, even if the caller has gone: a permit promises that its connection is back.
            drop(permit);
            answer
        });
        match asked.await {
            Ok(answer) => answer,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime stops.
            Err(_) => Err(self.place.closed()),
        }
    }

    /// Waits for the reads under way, refuses new ones and lets go of the file.
    pub(super) async fn close(&self) {
        // An error means that it was closed before.
        let all = self.permits.acquire_many(READERS).await;
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        drop(all);
    }
}
