//! The load: matches that begin at a steady pace, people who watch some of them, and pages that are looked at.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arena_bench::http::{Connection, request};
use arena_bench::served::Served;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, MissedTickBehavior, interval, sleep};

/// Matches that the server can play at once, and as many may wait.
pub(crate) const N_PLACES: usize = 1_000;

/// Connections over which matches begin: one alone would wait for the disk each time.
const N_BEGINNERS: usize = 10;

/// People who watch, each a match from its beginning to its end, and then another.
const N_WATCHERS: usize = 20;

/// One match of so many plays with tools in the sandbox.
const ONE_WITH_TOOLS_IN: u64 = 200;

/// Between two looks at pages.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// What is looked at.
const PAGES: [&str; 6] =
    ["/api/v1/matches", "/api/v1/matches?status=completed", "/api/v1/stats", "/", "/matches", "/metrics"];

/// What all of it has done.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) n_matches: AtomicU64,
    pub(crate) n_refused: AtomicU64,
    pub(crate) n_watched: AtomicU64,
    pub(crate) n_looks: AtomicU64,
    is_over: AtomicBool,
}

/// What the server can do: matches a second, when as many as it has places for begin at once.
pub(crate) async fn capacity(served: &Served) -> f64 {
    let begun = Instant::now();
    let mut beginners = JoinSet::new();
    for _ in 0..N_BEGINNERS {
        let address = served.address;
        beginners.spawn(async move {
            let mut connection = Connection::open(address).await;
            for _ in 0..N_PLACES / N_BEGINNERS {
                let created = connection.ask("POST", "/api/v1/matches", Some(&chat())).await;
                assert_eq!(created.status, 201, "{}", created.text());
            }
        });
    }
    beginners.join_all().await;
    until_idle(served).await;
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let n = N_PLACES as f64;
    n / begun.elapsed().as_secs_f64()
}

/// Waits until nothing is played.
pub(crate) async fn until_idle(served: &Served) {
    let idle = |stats: &Value| stats["n_playing"] == 0 && stats["n_waiting"] == 0;
    served.until(&mut Connection::open(served.address).await, "/api/v1/stats", idle).await;
}

/// Begins so many matches a second for `length`, and has some of them watched. Returns when the last watcher has gone.
pub(crate) async fn run(address: SocketAddr, matches_per_s: f64, length: Duration, done: Arc<Done>) {
    let (newest, watched) = watch::channel(String::new());
    let mut tasks = JoinSet::new();
    for _ in 0..N_WATCHERS {
        tasks.spawn(watch_some(address, watched.clone(), Arc::clone(&done)));
    }
    tasks.spawn(look(address, Arc::clone(&done)));
    let mut beginners = JoinSet::new();
    #[expect(clippy::cast_precision_loss, reason = "ten")]
    let between = Duration::from_secs_f64(N_BEGINNERS as f64 / matches_per_s);
    for _ in 0..N_BEGINNERS {
        beginners.spawn(begin(address, between, length, newest.clone(), Arc::clone(&done)));
    }
    drop(newest);
    beginners.join_all().await;
    done.is_over.store(true, Ordering::Relaxed);
    tasks.join_all().await;
}

async fn begin(
    address: SocketAddr,
    between: Duration,
    length: Duration,
    newest: watch::Sender<String>,
    done: Arc<Done>,
) {
    let mut ticks = interval(between);
    // Whatever the machine held up is made up for.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let begun = Instant::now();
    let mut connection = Connection::open(address).await;
    while begun.elapsed() < length {
        ticks.tick().await;
        let n = done.n_matches.fetch_add(1, Ordering::Relaxed);
        let body = if n.is_multiple_of(ONE_WITH_TOOLS_IN) { with_tools() } else { chat() };
        let created = connection.ask("POST", "/api/v1/matches", Some(&body)).await;
        if created.status == 201 {
            newest.send_replace(created.json()["id"].as_str().unwrap_or_default().to_owned());
        } else {
            assert_eq!(created.status, 503, "{}", created.text());
            done.n_refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn chat() -> Value {
    json!({"scenario": "support-desk", "rounds": 5, "models": {"all": "openai:soak"}})
}

fn with_tools() -> Value {
    json!({"scenario": "repository", "rounds": 2, "models": {"all": "mock"}})
}

/// Watches the newest match over server-sent events to its end, then what is the newest then.
async fn watch_some(address: SocketAddr, mut newest: watch::Receiver<String>, done: Arc<Done>) {
    while newest.changed().await.is_ok() {
        let id = newest.borrow_and_update().clone();
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        let path = format!("/api/v1/stream?topics=match:{id}");
        stream.write_all(&request("GET", &path, address, None)).await.expect("the server reads");
        let mut end = Vec::new();
        let mut bytes = vec![0; 16 << 10];
        loop {
            let n = stream.read(&mut bytes).await.expect("the server writes");
            end.extend_from_slice(&bytes[..n]);
            if n == 0 || end.windows(ENDED.len()).any(|piece| piece == ENDED) {
                break;
            }
            // The word may come in two pieces.
            end.drain(..end.len().saturating_sub(ENDED.len()));
        }
        done.n_watched.fetch_add(1, Ordering::Relaxed);
    }
}

const ENDED: &[u8] = b"event: ended";

/// Looks at pages and lists, on a connection that is kept and on one that is not.
async fn look(address: SocketAddr, done: Arc<Done>) {
    let mut kept = Connection::open(address).await;
    while !done.is_over.load(Ordering::Relaxed) {
        for path in PAGES {
            let looked = kept.ask("GET", path, None).await;
            assert_eq!(looked.status, 200, "{path}: {}", looked.text());
            Connection::open(address).await.ask("GET", path, None).await;
            done.n_looks.fetch_add(2, Ordering::Relaxed);
        }
        sleep(BETWEEN_LOOKS).await;
    }
}
