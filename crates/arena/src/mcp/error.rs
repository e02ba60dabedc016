//! Why a server did not answer. Each variant is something else that the caller can do; none holds a secret.

use std::time::Duration;

use arena_core::name::Name;

/// There is no answer. What a tool itself calls a failure is one: [`Answer::is_error`](super::Answer::is_error).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Name another server.
    #[error("{message}")]
    NoSuchServer {
        /// Which there are, and which is near.
        message: String,
    },
    /// Enable it, or do without.
    #[error("MCP server {server} is not enabled: {origin}")]
    Disabled {
        /// Who.
        server: Name,
        /// Where the file speaks of it.
        origin: String,
    },
    /// Set the variable.
    #[error("MCP server {server} needs a variable: set {variable}")]
    Unready {
        /// Who.
        server: Name,
        /// Which.
        variable: String,
    },
    /// Install the program, or correct its path.
    #[error("MCP server {server} cannot be started: {command}: {cause}")]
    NotStarted {
        /// Who.
        server: Name,
        /// What was tried.
        command: String,
        /// What the system has against it.
        cause: String,
    },
    /// Look at what it says: it is there, or was, and does not speak MCP with us.
    #[error("MCP server {server} cannot be reached: {cause}{}", and_said(said))]
    NotConnected {
        /// Who.
        server: Name,
        /// What went wrong.
        cause: String,
        /// The end of what it wrote to its standard error.
        said: String,
    },
    /// Give it more time. A call may have had its effect.
    #[error("MCP server {server} did not {what} within {limit:?}")]
    TimedOut {
        /// Who.
        server: Name,
        /// What it did not do.
        what: &'static str,
        /// How long it had.
        limit: Duration,
    },
    /// It ended, or was ended, before it answered. A call may have had its effect, and is not made again; the next one
    /// starts the server anew.
    #[error("MCP server {server} was lost: {cause}{}", and_said(said))]
    Lost {
        /// Who.
        server: Name,
        /// How.
        cause: String,
        /// The end of what it wrote to its standard error.
        said: String,
    },
    /// Ask for something else: it does not take this request.
    #[error("MCP server {server} refuses: {message} ({code})")]
    Refused {
        /// Who.
        server: Name,
        /// JSON-RPC's number for it.
        code: i32,
        /// In its words.
        message: String,
    },
    /// Do without: it answered, and not what was asked.
    #[error("the answer of MCP server {server} {problem}")]
    Unusable {
        /// Who.
        server: Name,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The program is ending.
    #[error("MCP servers are being closed")]
    Closed,
}

fn and_said(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!("; it said: {said}") }
}
