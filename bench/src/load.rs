//! One turn of a load: connections that are kept open, each with one request after another, for some seconds.

use std::net::SocketAddr;
use std::time::Instant;

use tokio::task::JoinSet;
use tokio::time::Duration;

use crate::delays::Delays;
use crate::http::{Connection, request};
use crate::process::Process;

/// At the beginning of a turn, not counted: whatever is slow once.
const WARM_UP: Duration = Duration::from_millis(300);

/// How much is asked.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Connections at once.
    pub n_connections: usize,
    /// How long a turn is.
    pub length: Duration,
}

/// What a turn found.
pub struct Turn {
    /// How long each request took.
    pub delays: Delays,
    /// Requests of a second.
    pub requests_per_s: f64,
    /// Of the server, a request, millionths of a second.
    pub cpu_us: f64,
}

impl Load {
    /// Asks the server for `path` for one turn.
    ///
    /// # Panics
    /// If an answer is another than 200.
    #[expect(clippy::cast_precision_loss, reason = "far less than 2^52 requests")]
    pub async fn turn(self, address: SocketAddr, path: &str, process: &Process) -> Turn {
        Self { length: WARM_UP, ..self }.run(address, path).await;
        let (cpu_s, begun) = (process.cpu_s(), Instant::now());
        let delays = Delays::of(self.run(address, path).await);
        let (cpu_s, took_s) = (process.cpu_s() - cpu_s, begun.elapsed().as_secs_f64());
        let n = delays.n() as f64;
        Turn { delays, requests_per_s: n / took_s, cpu_us: cpu_s / n * 1e6 }
    }

    /// How long each request took.
    async fn run(self, address: SocketAddr, path: &str) -> Vec<Duration> {
        let request = request("GET", path, address, None);
        let mut connections = JoinSet::new();
        for _ in 0..self.n_connections {
            let request = request.clone();
            connections.spawn(async move {
                let (mut connection, mut delays) = (Connection::open(address).await, Vec::new());
                let begun = Instant::now();
                while begun.elapsed() < self.length {
                    let asked = Instant::now();
                    connection.exchange(&request).await;
                    delays.push(asked.elapsed());
                    assert_eq!(connection.status(), 200);
                }
                delays
            });
        }
        connections.join_all().await.concat()
    }
}
