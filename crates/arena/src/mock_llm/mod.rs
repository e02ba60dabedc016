//! A server that speaks as OpenAI, Anthropic and Gemini do, and fails as they do: for tests, benchmarks, and trying out
//! what a chain of models does when one of them is away.
//!
//! One request goes from `connection` to `desk`, which reads the question in its vendor's form (`route`), finds the
//! `fault` that it meets, makes the answer, and lets the vendor write it. How the bytes are broken is planned in
//! `breakage` and done in `playback`. Of the arena it takes the seed and the search for the
//! nearest name, and nothing of the arena depends on it. It says nothing about any model.

mod answer;
mod anthropic;
mod breakage;
mod connection;
mod desk;
mod dice;
mod events;
mod fault;
mod gemini;
mod limits;
mod openai;
mod options;
mod pattern;
mod playback;
mod question;
mod refusal;
mod reply;
mod route;
mod rule;
mod schema;
mod stats;
mod twist;
mod vendor;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub use self::fault::{Fault, help, milliseconds};
pub use self::options::{MOST_TOKENS, Options, RightKey};
pub use self::rule::Rule;
pub use self::stats::Stats;

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub struct MockLlm {
    address: SocketAddr,
    book: stats::Book,
    stop: Arc<Notify>,
    task: JoinHandle<()>,
}

impl MockLlm {
    /// Starts a server.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] for an address that others can reach, unless that is allowed; otherwise whatever
    /// the system has against it.
    pub async fn start(options: Options) -> io::Result<Self> {
        if !options.listen.ip().is_loopback() && !options.allow_remote {
            let why = "other machines could reach it there; that has to be allowed explicitly";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let book = stats::Book::default();
        let router = desk::Desk::new(options, book.clone()).router();
        let stop = Arc::new(Notify::new());
        let task = tokio::spawn(connection::accept(listener, router, Arc::clone(&stop)));
        Ok(Self { address, book, stop, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What an OpenAI client takes as its base URL.
    pub fn openai_base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What an Anthropic client takes as its base URL; it appends `/v1/messages` itself.
    pub fn anthropic_base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a Gemini client takes as its base URL, without the version.
    pub fn gemini_base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it says what it has done.
    pub fn stats_url(&self) -> String {
        format!("http://{}/stats", self.address)
    }

    /// What it has done so far.
    pub fn stats(&self) -> Stats {
        self.book.stats()
    }

    /// Closes every connection and ends; says what it did.
    pub async fn close(mut self) -> Stats {
        self.stop.notify_one();
        // It cannot fail: it was neither aborted nor does it panic on what clients send.
        let _ = (&mut self.task).await;
        self.book.stats()
    }
}

impl Drop for MockLlm {
    fn drop(&mut self) {
        self.task.abort();
    }
}
