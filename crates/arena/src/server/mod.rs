//! The socket of `arena serve`: connections with limits on everything, and an end in good order.

mod connection;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Requests under way have so long when the server closes.
const GRACE: Duration = Duration::from_secs(10);

/// A running server. It ends when this is dropped.
pub struct Server {
    address: SocketAddr,
    closing: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers at `listener` with `router`.
    ///
    /// # Errors
    /// Whatever the system has against it.
    pub fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let closing = watch::Sender::new(false);
        let task = tokio::spawn(connection::accept(listener, router, closing.subscribe()));
        Ok(Self { address, closing, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, and lets those under way come to their end, for a while.
    pub async fn close(mut self) {
        self.closing.send_replace(true);
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            tracing::warn!("requests were cut off that took longer than {} s", GRACE.as_secs());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
