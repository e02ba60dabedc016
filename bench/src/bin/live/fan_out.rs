//! The limit: a process that writes as many bytes to as many plain sockets, in the pauses that the server makes, and knows
//! nothing of matches or frames.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arena_bench::process::Process;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Set in the process that writes: a [`FanOut`] as JSON.
pub(crate) const ROLE: &str = "ARENA_BENCH_FAN_OUT";

/// A connection of the server rests so long after it was written to (`arena/src/live/pace.rs`).
const PAUSE: Duration = Duration::from_millis(40);

/// Until all sockets are open and written to.
const WARM_UP: Duration = Duration::from_secs(2);

/// What is written.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct FanOut {
    pub(crate) n_sockets: usize,
    /// To all of them together.
    pub(crate) deliveries_per_s: f64,
    /// Of a delivery.
    pub(crate) n_bytes: usize,
}

/// What came of it.
pub(crate) struct Cost {
    pub(crate) deliveries_per_s: f64,
    /// Of the process that writes, for all that was delivered.
    pub(crate) cpu_s: f64,
    pub(crate) n_deliveries: f64,
}

impl FanOut {
    /// Lets a process write, and reads all of it, for so long.
    pub(crate) async fn cost(self, length: Duration) -> Cost {
        let order = serde_json::to_string(&self).expect("it is plain data");
        let (process, address) = Process::once_more(ROLE, order);
        let n_read = Arc::new(AtomicU64::new(0));
        let mut readers = JoinSet::new();
        for _ in 0..self.n_sockets {
            let stream = TcpStream::connect(address).await.expect("it listens");
            readers.spawn(read(stream, Arc::clone(&n_read)));
        }
        sleep(WARM_UP).await;
        let (cpu_s, before, begun) = (process.cpu_s(), n_read.load(Ordering::Relaxed), Instant::now());
        sleep(length).await;
        let (cpu_s, n_read) = (process.cpu_s() - cpu_s, n_read.load(Ordering::Relaxed) - before);
        let n_deliveries = super::as_f64(n_read / self.n_bytes as u64);
        Cost { deliveries_per_s: n_deliveries / begun.elapsed().as_secs_f64(), cpu_s, n_deliveries }
    }
}

async fn read(mut stream: TcpStream, n_read: Arc<AtomicU64>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = stream.read(&mut buffer).await {
        n_read.fetch_add(n as u64, Ordering::Relaxed);
    }
}

/// Is the process that writes, until it is killed.
pub(crate) fn write(order: &str) {
    let FanOut { n_sockets, deliveries_per_s, n_bytes } = serde_json::from_str(order).expect("it is an order");
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        writeln!(std::io::stdout(), "{}", listener.local_addr().expect("it listens")).expect("somebody waits for it");
        let mut streams = Vec::new();
        while streams.len() < n_sockets {
            let (stream, _) = listener.accept().await.expect("a socket");
            stream.set_nodelay(true).expect("TCP has it");
            streams.push(stream);
        }
        let mut pauses = interval(PAUSE);
        pauses.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (begun, mut n_written) = (Instant::now(), 0);
        loop {
            pauses.tick().await;
            let due = deliveries_per_s * begun.elapsed().as_secs_f64() / super::as_f64(n_sockets as u64);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole deliveries, of minutes")]
            let due = due as usize;
            let bytes = vec![b'x'; (due - n_written) * n_bytes];
            n_written = due;
            for stream in &mut streams {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        }
    });
}
