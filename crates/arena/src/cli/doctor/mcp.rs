//! The MCP servers of the configuration: what they lack, and with `--ping` what they answer.

use std::time::Instant;

use futures_util::future::join_all;
use serde::Serialize;

use super::super::exit::Exit;
use super::super::table::table;
use super::super::visible::visible;
use crate::causes::in_one_line;
use crate::config::{Config, McpServer};
use crate::mcp::{Error, Servers};

/// A server, and what is known of it.
#[derive(Serialize)]
pub(super) struct ServerFound {
    name: String,
    /// Its program or its address.
    reach: String,
    origin: String,
    enabled: bool,
    /// Why it cannot be used; nothing if it can, as far as was tried.
    problem: Option<String>,
    /// How many tools it offers, if it was asked.
    n_tools: Option<usize>,
    /// How long it took until it had said so.
    elapsed_ms: Option<u64>,
    #[serde(skip)]
    exit: Exit,
}

/// All of them, as they are configured.
pub(super) fn configured(config: &Config) -> Vec<ServerFound> {
    config.mcp.values().map(ServerFound::of).collect()
}

/// Asks all that can be asked, at once. They are ended after that.
pub(super) async fn ping(config: &Config, found: &mut [ServerFound]) {
    let servers = Servers::new(config);
    let asked = found.iter_mut().filter(|server| server.enabled && server.problem.is_none());
    join_all(asked.map(async |server| {
        let began = Instant::now();
        let tools = servers.tools(&server.name).await;
        server.elapsed_ms = u64::try_from(began.elapsed().as_millis()).ok();
        match tools {
            Ok(tools) => server.n_tools = Some(tools.server.tools().len()),
            Err(error) => server.fail(&error),
        }
    }))
    .await;
    servers.close().await;
}

/// For people.
pub(super) fn text(found: &[ServerFound]) -> String {
    let mut rows = table(&["MCP server", "program or address", "ready"]);
    for server in found {
        let ready = match (&server.problem, server.n_tools, server.elapsed_ms) {
            (Some(problem), ..) => format!("no: {}", visible(problem)),
            (None, Some(n_tools), Some(ms)) => format!("yes: {n_tools} tools in {ms} ms"),
            (None, ..) if !server.enabled => "disabled".to_owned(),
            (None, ..) => "not asked".to_owned(),
        };
        rows.add_row([format!("{} ({})", server.name, visible(&server.origin)), visible(&server.reach), ready]);
    }
    format!("{rows}\n")
}

impl ServerFound {
    fn of(server: &McpServer) -> Self {
        let mut found = Self {
            name: server.name.to_string(),
            reach: server.reach.to_string(),
            origin: server.origin.to_string(),
            enabled: server.enabled,
            problem: None,
            n_tools: None,
            elapsed_ms: None,
            exit: Exit::Good,
        };
        if let Some(variable) = server.missing().first().filter(|_| server.enabled) {
            found.fail(&Error::Unready { server: server.name.clone(), variable: (*variable).to_owned() });
        }
        found
    }

    fn fail(&mut self, error: &Error) {
        self.problem = Some(in_one_line(error));
        self.exit = Exit::of_mcp(error);
    }

    /// What is not used is not broken.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}
