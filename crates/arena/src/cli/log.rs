//! What is logged, and how: on stderr, as lines for people or of JSON.

use tracing_subscriber::EnvFilter;

use super::args::{Command, LogFormat};

/// What is logged if nobody says otherwise. What goes wrong with an MCP server is an error that we say ourselves.
const LOG: &str = "warn,rmcp=off";

/// A server says what it does.
const LOG_OF_A_SERVER: &str = "info,rmcp=off";

/// Begins to log, for the rest of the process.
pub(super) fn begin(command: &Command) {
    let (usual, format) = match command {
        Command::Serve(serve) => (LOG_OF_A_SERVER, serve.log_format),
        _ => (LOG, LogFormat::Text),
    };
    let filter = EnvFilter::try_from_env("ARENA_LOG").unwrap_or_else(|_| usual.into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
