//! `arena mcp`: the servers of the configuration, for people who try one out. What a server says is shown as text.

use std::io::Write as _;

use serde_json::{Value, json};

use super::args::{Configuration, Mcp};
use super::exit::{Exit, Failure};
use super::signals;
use super::table::table;
use super::visible::visible;
use crate::causes::in_one_line;
use crate::config::McpServer;
use crate::mcp::{Answer, Error, Resources, Servers, Tools};

pub(super) async fn mcp(mcp: Mcp, configuration: &Configuration) -> Result<Exit, Failure> {
    let servers = Servers::new(&configuration.load()?);
    let done = tokio::select! {
        done = asked(&servers, mcp) => done,
        () = signals::ended() => Ok(Exit::Interrupted),
    };
    // A server that was started is not left behind, whatever came of it.
    servers.close().await;
    done
}

async fn asked(servers: &Servers, mcp: Mcp) -> Result<Exit, Failure> {
    match mcp {
        Mcp::List { json } => list(servers, json).await,
        Mcp::Call { server, tool, arguments, json } => print(&servers.call(&server, &tool, arguments).await?, json),
        Mcp::Read { server, uri, json } => print(&servers.read_resource(&server, &uri).await?, json),
    }
}

fn print(answer: &Answer, json: bool) -> Result<Exit, Failure> {
    let Answer { is_error, text, size_bytes, kept_bytes, structured } = answer;
    if json {
        let answer = json!({
            "schema_version": 1, "is_error": is_error, "text": text, "size_bytes": size_bytes,
            "kept_bytes": kept_bytes, "structured": structured,
        });
        writeln!(std::io::stdout(), "{answer}")?;
    } else {
        writeln!(anstream::stdout(), "{}", visible(text))?;
    }
    Ok(if *is_error { Exit::Gate } else { Exit::Good })
}

/// A server, and what it has if it was asked.
struct Listed<'s> {
    server: &'s McpServer,
    found: Option<Result<(Tools, Resources), Error>>,
}

async fn list(servers: &Servers, json: bool) -> Result<Exit, Failure> {
    let found = servers.configured().map(async |server| {
        let name = server.name.as_str();
        let found = async { Ok((servers.tools(name).await?, servers.resources(name).await?)) };
        Listed { server, found: if server.enabled { Some(found.await) } else { None } }
    });
    let listed = futures_util::future::join_all(found).await;
    if listed.is_empty() {
        return Err(Failure::nothing("no MCP server is configured: add [mcp.NAME] to arena.toml"));
    }
    if json {
        let servers: Vec<Value> = listed.iter().map(Listed::json).collect();
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "servers": servers}))?;
    } else {
        for server in &listed {
            server.print()?;
        }
    }
    Ok(listed.iter().map(Listed::exit).max().unwrap_or_default())
}

impl Listed<'_> {
    fn state(&self) -> &'static str {
        match &self.found {
            None => "disabled",
            Some(Ok(_)) => "ready",
            Some(Err(_)) => "not ready",
        }
    }

    fn exit(&self) -> Exit {
        match &self.found {
            Some(Err(error)) => Exit::of_mcp(error),
            None | Some(Ok(_)) => Exit::Good,
        }
    }

    fn json(&self) -> Value {
        let mut entry = json!({
            "name": self.server.name, "reach": self.server.reach.to_string(), "origin": self.server.origin.to_string(),
            "state": self.state(), "problem": null, "tools": [], "left_out": [], "n_tools_left_out": 0,
            "resources": [], "n_resources_left_out": 0,
        });
        match &self.found {
            None => {}
            Some(Err(error)) => entry["problem"] = json!(in_one_line(error)),
            Some(Ok((tools, resources))) => {
                let offered = tools.server.tools().iter().zip(tools.server.specs());
                let offered = offered.map(|(tool, spec)| {
                    json!({"name": tool.name(), "function": spec.name, "description": tool.description(),
                        "parameters": tool.parameters()})
                });
                let left_out =
                    tools.left_out.iter().map(|tool| json!({"name": tool.name, "why": tool.why.to_string()}));
                entry["tools"] = offered.collect();
                entry["left_out"] = left_out.collect();
                entry["n_tools_left_out"] = json!(tools.n_left_out);
                entry["resources"] = json!(resources.resources);
                entry["n_resources_left_out"] = json!(resources.n_left_out);
            }
        }
        entry
    }

    fn print(&self) -> Result<(), Failure> {
        let mut out = anstream::stdout();
        let McpServer { name, reach, origin, .. } = self.server;
        writeln!(out, "{name}: {} ({}, {origin})", self.state(), visible(&reach.to_string()))?;
        match &self.found {
            None => {}
            Some(Err(error)) => writeln!(out, "  {}", visible(&in_one_line(error)))?,
            Some(Ok((tools, resources))) => print_found(&mut out, tools, resources)?,
        }
        writeln!(out)?;
        Ok(())
    }
}

fn print_found(out: &mut impl std::io::Write, tools: &Tools, resources: &Resources) -> Result<(), Failure> {
    let mut rows = table(&["tool", "about"]);
    for tool in tools.server.tools() {
        rows.add_row([tool.name().to_owned(), first_line(tool.description())]);
    }
    for tool in &tools.left_out {
        rows.add_row([visible(&tool.name), format!("left out: {}", tool.why)]);
    }
    writeln!(out, "{rows}")?;
    if tools.n_left_out > tools.left_out.len() {
        writeln!(out, "and {} tools more that are left out", tools.n_left_out - tools.left_out.len())?;
    }
    if resources.resources.is_empty() {
        return Ok(());
    }
    let mut rows = table(&["resource", "about"]);
    for resource in &resources.resources {
        let about = if resource.description.is_empty() { &resource.name } else { &resource.description };
        rows.add_row([visible(&resource.uri), first_line(about)]);
    }
    writeln!(out, "\n{rows}")?;
    if resources.n_left_out > 0 {
        writeln!(out, "and {} resources more", resources.n_left_out)?;
    }
    Ok(())
}

fn first_line(text: &str) -> String {
    visible(text.trim().lines().next().unwrap_or_default())
}
