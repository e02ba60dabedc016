//! The limit of a start: a process with the runtime and the allocator of the program, which asks once.

use std::net::SocketAddr;
use std::process::Command;

use arena_bench::http::Connection;
use serde_json::json;

/// Set, with whom to ask, in the process that is this.
pub(crate) const ROLE: &str = "ARENA_BENCH_START";

/// Starts it.
pub(crate) fn command(address: SocketAddr) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program is a file"));
    command.env(ROLE, address.to_string());
    command
}

/// Is it: it is ended when it has asked.
pub(crate) fn ask(address: SocketAddr) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let body = json!({"model": "bench", "messages": [{"role": "user", "content": "hello"}]});
        Connection::open(address).await.ask("POST", "/v1/chat/completions", Some(&body)).await;
    });
}
