//! The least that can answer: axum with one handler that has the answer ready, in a process of its own with the runtime and
//! the allocator of the program.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::serve::ListenerExt as _;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::http::Answer;
use crate::process::Process;

/// Set in the process that is this server: the folder with the answer.
pub const ROLE: &str = "ARENA_BENCH_BARE";

/// Written by whoever answers, for each answer anew.
const NOT_OURS: [&str; 2] = ["content-length", "date"];

/// A running one.
pub struct Bare {
    /// What it costs.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    _folder: TempDir,
}

impl Bare {
    /// One that answers with this to everything. This program's `main` has to call [`serve`] in a process with [`ROLE`].
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(answer: &Answer) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, bytes) in [("head", answer.head.as_bytes()), ("body", &answer.body)] {
            std::fs::write(folder.path().join(name), bytes).expect("the folder is ours");
        }
        let (process, address) = Process::once_more(ROLE, folder.path());
        Self { process, address, _folder: folder }
    }
}

/// Is the server, until it is killed.
///
/// # Panics
/// If nothing of [`Bare::start`] is in the folder.
pub fn serve(folder: &Path) {
    let read = |name: &str| std::fs::read(folder.join(name)).expect("the answer is there");
    let head = String::from_utf8(read("head")).expect("it was a text");
    let headers: HeaderMap = head.lines().skip(1).filter_map(|line| line.split_once(": ")).filter_map(header).collect();
    let body = Bytes::from(read("body"));
    let answer = move || {
        let answer = (headers.clone(), body.clone());
        async { answer }
    };
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        writeln!(std::io::stdout(), "{address}").expect("somebody waits for it");
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("TCP has it"));
        let router = Router::new().fallback(answer);
        axum::serve(listener, router).await.expect("it serves until it is killed");
    });
}

fn header((name, value): (&str, &str)) -> Option<(HeaderName, HeaderValue)> {
    let is_ours = !NOT_OURS.contains(&name);
    is_ours.then(|| (name.parse().expect("a name"), value.parse().expect("a value")))
}
