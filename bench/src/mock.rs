//! `arena mock-llm`, as it is built beside this program: it answers as a model does, after a latency, and counts.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::http::Connection;
use crate::process::Process;
use crate::served::{first_line, program};

/// A running one.
pub struct Mock {
    /// What it costs.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    /// What an `OpenAI` client takes as its base URL.
    pub base_url: String,
}

impl Mock {
    /// One that answers so late. It calls no tools, so that every match asks equally often.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(latency_ms: u64) -> Self {
        let mut child = Command::new(program())
            .args(["mock-llm", "--listen", "127.0.0.1:0", "--json", "--tool-calls", "0"])
            .args(["--latency", &latency_ms.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("arena starts; build it beside this: cargo build --release -p arena -p arena-bench");
        let said = first_line(&mut child);
        let text = |key: &str| said[key].as_str().expect("it says where it is").to_owned();
        Self {
            process: Process(child),
            address: text("address").parse().expect("an address"),
            base_url: text("openai_base_url"),
        }
    }

    /// What it did since the last call of this.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn stats(&self) -> Value {
        let mut connection = Connection::open(self.address).await;
        let stats = connection.ask("GET", "/stats", None).await.json();
        connection.ask("DELETE", "/stats", None).await;
        stats
    }
}
