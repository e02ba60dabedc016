//! One turn of the load: connections that are kept open, each with one request after another, for a few seconds.

use std::net::SocketAddr;
use std::time::Instant;

use arena_bench::http::{Connection, request};
use tokio::task::JoinSet;
use tokio::time::Duration;

use crate::Process;

pub(crate) const N_CONNECTIONS: usize = 64;

const TURN: Duration = Duration::from_secs(3);

/// At the beginning of a turn, not counted: whatever is slow once.
const WARM_UP: Duration = Duration::from_millis(300);

/// What a turn found.
pub(crate) struct Turn {
    pub(crate) requests_per_s: f64,
    pub(crate) p99_ms: f64,
    /// Of the server, a request, millionths of a second.
    pub(crate) cpu_us: f64,
}

impl Turn {
    #[expect(clippy::cast_precision_loss, reason = "far less than 2^52 requests")]
    pub(crate) async fn of(address: SocketAddr, path: &str, process: &Process) -> Self {
        run(address, path, WARM_UP).await;
        let (cpu_s, begun) = (process.cpu_s(), Instant::now());
        let mut delays = run(address, path, TURN).await;
        let (cpu_s, took_s) = (process.cpu_s() - cpu_s, begun.elapsed().as_secs_f64());
        delays.sort_unstable();
        let p99 = delays[delays.len() * 99 / 100];
        let n = delays.len() as f64;
        Self { requests_per_s: n / took_s, p99_ms: p99.as_secs_f64() * 1e3, cpu_us: cpu_s / n * 1e6 }
    }
}

/// How long each request took.
async fn run(address: SocketAddr, path: &str, length: Duration) -> Vec<Duration> {
    let request = request("GET", path, address, None);
    let mut connections = JoinSet::new();
    for _ in 0..N_CONNECTIONS {
        let request = request.clone();
        connections.spawn(async move {
            let (mut connection, mut delays) = (Connection::open(address).await, Vec::new());
            let begun = Instant::now();
            while begun.elapsed() < length {
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
