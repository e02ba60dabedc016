//! MCP servers of the configuration: their tools are listed and called, their resources read. Starts processes and opens
//! connections, on the host and outside of any sandbox; what servers say is bounded, and data.
//!
//! A `line` to each server is shared by all who ask. It holds a `connection`, which holds a `process` or a session;
//! a `meter` ends what says too much, `refusing` answers what servers ask, `listing` and `answer` take what they
//! say apart, `masks` keep what they were given in secret out of it.

mod answer;
mod connection;
mod error;
mod line;
mod listing;
mod masks;
mod meter;
mod process;
mod refusing;

use std::collections::BTreeMap;

use arena_core::name::Name;
use arena_core::problem::unknown;
use futures_util::future::join_all;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub use self::answer::{Answer, MAX_TEXT_BYTES};
pub use self::error::Error;
use self::line::Line;
pub use self::listing::{LeftOut, Resource, Resources, Tools};
use crate::config::{Config, McpServer};

/// All servers. A server is started when something is first asked of it, and runs until [`Servers::close`], or until
/// this is dropped: then it and its group are killed.
#[derive(Debug)]
pub struct Servers {
    lines: BTreeMap<Name, Line>,
    closing: CancellationToken,
}

impl Servers {
    /// Those of a configuration; none is started.
    pub fn new(config: &Config) -> Self {
        let closing = CancellationToken::new();
        let line = |(name, server): (&Name, &McpServer)| (name.clone(), Line::new(server.clone(), closing.clone()));
        Self { lines: config.mcp.iter().map(line).collect(), closing }
    }

    /// How they are configured.
    pub fn configured(&self) -> impl Iterator<Item = &McpServer> {
        self.lines.values().map(|line| &line.server)
    }

    /// What each enabled server has, or why it is not there; all are asked at once.
    pub async fn all_tools(&self) -> Vec<(Name, Result<Tools, Error>)> {
        let enabled = self.lines.iter().filter(|(_, line)| line.server.enabled);
        join_all(enabled.map(async |(name, _)| (name.clone(), self.tools(name.as_str()).await))).await
    }

    /// The tools of a server. What a server changes later is seen by who lists them again.
    ///
    /// # Errors
    /// [`Error`], a variant for each thing that the caller can do.
    pub async fn tools(&self, server: &str) -> Result<Tools, Error> {
        self.line(server)?.connection().await?.tools().await
    }

    /// The resources of a server.
    ///
    /// # Errors
    /// As of [`Self::tools`].
    pub async fn resources(&self, server: &str) -> Result<Resources, Error> {
        self.line(server)?.connection().await?.resources().await
    }

    /// Calls a tool, at most once. Dropping the future gives the call up, and tells the server so.
    ///
    /// # Errors
    /// As of [`Self::tools`]. After [`Error::TimedOut`] and [`Error::Lost`] the call may have had its effect.
    pub async fn call(&self, server: &str, tool: &str, arguments: Map<String, Value>) -> Result<Answer, Error> {
        self.line(server)?.connection().await?.call(tool, arguments).await
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// As of [`Self::tools`].
    pub async fn read_resource(&self, server: &str, uri: &str) -> Result<Answer, Error> {
        self.line(server)?.connection().await?.read(uri).await
    }

    /// Ends all of them in good order, and waits until they have ended. Who asks after that gets [`Error::Closed`].
    pub async fn close(&self) {
        self.closing.cancel();
        join_all(self.lines.values().map(Line::close)).await;
    }

    fn line(&self, server: &str) -> Result<&Line, Error> {
        let names = self.lines.keys().map(Name::as_str);
        self.lines.get(server).ok_or_else(|| Error::NoSuchServer { message: unknown("MCP server", server, names) })
    }
}
