//! `arena serve`, as it is built beside this program, on a free port with a database of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Duration, sleep, timeout};

use crate::http::Connection;
use crate::process::Process;

/// Whatever is waited for comes sooner, or never.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct Served {
    /// What it costs.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    /// Gone after the process.
    _folder: TempDir,
}

/// Matches that may wait: no load is refused.
const MANY: &str = "100000";

/// A database that the server makes in its folder.
const OF_ITS_OWN: &str = "arena.db";

impl Served {
    /// A server that plays so many matches at once. Its log goes nowhere, but is written.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(n_matches: usize) -> Self {
        Self::start_on(OF_ITS_OWN, n_matches)
    }

    /// The same on this database: a file, or `postgres://...`.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_on(database: &str, n_matches: usize) -> Self {
        Self::start_with(database, n_matches, &[])
    }

    /// The same with these variables, and no others but its home.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_with(database: &str, n_matches: usize, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = Command::new(program())
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .envs(environment.iter().copied())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--rate",
                "0",
                "--json",
                "--database",
                database,
                "--concurrency",
                &n_matches.to_string(),
                "--queue",
                MANY,
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("arena starts; build it beside this: cargo build --release -p arena -p arena-bench");
        let said = first_line(&mut child);
        let address = said["url"].as_str().and_then(|url| url.strip_prefix("http://")).expect("an address");
        Self { process: Process(child), address: address.parse().expect("an address"), _folder: folder }
    }

    /// Ends it as a person does, so that its database is closed and whole.
    ///
    /// # Panics
    /// If it does not end by itself.
    pub fn end(mut self) {
        let pid = Pid::from_child(&self.process.0);
        kill_process(pid, Signal::TERM).expect("it runs");
        let ended = self.process.0.wait().expect("it is ours");
        assert!(ended.success(), "the server ended with {ended}");
    }

    /// Begins a match that goes on until it is stopped; its id.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn begin(&self, connection: &mut Connection, model: &str) -> String {
        let body = json!({"scenario": "support-desk", "mode": "continuous", "models": {"all": model}});
        self.create(connection, &body).await
    }

    /// Begins the match that `body` describes; its id.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn create(&self, connection: &mut Connection, body: &Value) -> String {
        let created = connection.ask("POST", "/api/v1/matches", Some(body)).await;
        assert_eq!(created.status, 201, "{}", created.text());
        created.json()["id"].as_str().expect("a match has an id").to_owned()
    }

    /// Waits until what is at `path` is so.
    ///
    /// # Panics
    /// If it does not become so.
    pub async fn until(&self, connection: &mut Connection, path: &str, is_so: impl Fn(&Value) -> bool) {
        let asking = async {
            while !is_so(&connection.ask("GET", path, None).await.json()) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, asking).await.expect("it becomes so");
    }

    /// Waits until the match is past its `n`th event.
    ///
    /// # Panics
    /// If it does not come so far.
    pub async fn until_past(&self, connection: &mut Connection, id: &str, n: u64) {
        let is_past = |shown: &Value| shown["position"]["seq"].as_u64().is_some_and(|seq| seq > n);
        self.until(connection, &format!("/api/v1/matches/{id}"), is_past).await;
    }

    /// How far a match is: the number of its last event.
    ///
    /// # Panics
    /// If there is none.
    pub async fn position(&self, connection: &mut Connection, id: &str) -> u64 {
        let shown = connection.ask("GET", &format!("/api/v1/matches/{id}"), None).await;
        shown.json()["position"]["seq"].as_u64().expect("a match has a position")
    }

    /// Stops a match; the number of its last event.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn stop(&self, connection: &mut Connection, id: &str) -> u64 {
        let stopped = connection.ask("POST", &format!("/api/v1/matches/{id}/stop"), Some(&json!({}))).await;
        assert_eq!(stopped.status, 200, "{}", stopped.text());
        stopped.json()["position"]["seq"].as_u64().expect("a match has a position")
    }
}

/// A thousand connections are a thousand open files: as many as this user may have.
pub fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    // Who may not have more has what there is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// What a server of ours says in JSON when it listens.
pub(crate) fn first_line(child: &mut Child) -> Value {
    let mut line = String::new();
    let out = child.stdout.take().expect("it is piped");
    BufReader::new(out).read_line(&mut line).expect("it says where it listens");
    serde_json::from_str(&line).expect("in JSON")
}

/// The program under measurement, as it was built beside this one.
///
/// # Panics
/// If this program is no file.
pub fn program() -> PathBuf {
    std::env::current_exe().expect("this program is a file").with_file_name("arena")
}
