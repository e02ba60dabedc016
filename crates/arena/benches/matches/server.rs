//! `arena mock-llm` in a process of its own, so that what it costs is not counted.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use arena::mock_llm::{MockLlm, Options};

/// Set, with the latency in milliseconds, in the process that is the server.
pub(crate) const ROLE: &str = "ARENA_BENCH_SERVER_MS";

/// The server's process; it ends with this.
pub(crate) struct Server {
    child: Child,
    pub(crate) base_url: String,
}

impl Server {
    pub(crate) fn start(latency_ms: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(ROLE, latency_ms.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, base_url: line.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Is the server, until it is killed. It calls no tools, so that every match has the same number of calls.
pub(crate) fn serve(latency_ms: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let latency = Duration::from_millis(latency_ms);
        let server = MockLlm::start(Options { latency, tool_calls: 0.0, ..Options::default() }).await.unwrap();
        println!("{}", server.openai_base_url());
        std::future::pending::<()>().await;
    });
}
