//! `arena mock-llm`, as it is built beside this program, on a free port: every model that a measurement asks.

use std::process::{Command, Stdio};

use crate::process::Process;
use crate::served::{first_line, program};

/// A running one.
pub struct ModelServer {
    /// What it costs.
    pub process: Process,
    /// Of OpenAI's dialect.
    pub base_url: String,
}

impl ModelServer {
    /// One that answers after so many milliseconds, and calls no tool: so every match has the same number of calls.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(latency_ms: u64) -> Self {
        let mut child = Command::new(program())
            .env_clear()
            .args(["mock-llm", "--listen", "127.0.0.1:0", "--json", "--tool-calls", "0"])
            .args(["--latency", &latency_ms.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("arena starts; build it beside this: cargo build --release -p arena -p arena-bench");
        let said = first_line(&mut child);
        let base_url = said["openai_base_url"].as_str().expect("an address").to_owned();
        Self { process: Process(child), base_url }
    }
}
