//! `use_mcp_tool`: a tool of an MCP server of the configuration.

use std::fmt::Write as _;

use arena_core::message::{ToolSpec, cut};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Failure, Job, Tool, arguments};
use crate::causes::in_one_line;
use crate::mcp::{self, Servers};
use crate::policy::Access;

/// Its name.
pub(super) const USE_MCP_TOOL: &str = "use_mcp_tool";

/// As much of what servers offer is told to a model, bytes: they describe themselves, and may have hundreds of tools.
const MAX_OFFER_BYTES: usize = 16 << 10;

pub(super) struct UseMcpTool;

#[derive(Deserialize)]
struct Arguments {
    server_name: String,
    tool_name: String,
    /// An object, or its JSON as text: models write both.
    #[serde(default, rename = "arguments")]
    of_the_tool: Value,
}

#[async_trait]
impl Tool for UseMcpTool {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: USE_MCP_TOOL.parse().expect("it is a name"),
            description: "Call a tool of an MCP server.".to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "server_name": {"type": "string"},
                    "tool_name": {"type": "string"},
                    "arguments": {"type": ["object", "string"], "description": "what the tool takes, as its schema says"},
                },
                "required": ["server_name", "tool_name"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { server_name: server, tool_name: tool, .. } = arguments::read(arguments)?;
        Ok(vec![Access::Mcp { server, tool }])
    }

    fn needs_cell(&self) -> bool {
        false
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { server_name, tool_name, of_the_tool } = arguments::read(arguments).map_err(Failure::Told)?;
        let arguments = object(of_the_tool).map_err(Failure::Told)?;
        let answer = job.servers().call(&server_name, &tool_name, arguments).await.map_err(|error| failure(&error))?;
        if answer.is_error { Err(Failure::Told(answer.text)) } else { Ok(answer.text) }
    }
}

/// What the servers offer, for a model. One that does not answer offers nothing now.
pub(super) async fn offered(servers: &Servers) -> String {
    let mut offer = String::new();
    for (server, tools) in servers.all_tools().await {
        for tool in tools.iter().flat_map(|tools| tools.server.tools()) {
            let (name, about, parameters) = (tool.name(), tool.description(), tool.parameters());
            let _ = write!(offer, "\n- {server}, {name}: {about} Arguments: {parameters}");
        }
    }
    cut(offer, MAX_OFFER_BYTES)
}

/// Why a server gave no answer. A server that is away is as one that fails: the model is told, and goes on without.
pub(super) fn failure(error: &mcp::Error) -> Failure {
    Failure::Told(in_one_line(error))
}

fn object(arguments: Value) -> Result<Map<String, Value>, String> {
    let written = match arguments {
        Value::Null => return Ok(Map::new()),
        Value::Object(object) => return Ok(object),
        Value::String(text) if text.trim().is_empty() => return Ok(Map::new()),
        Value::String(text) => serde_json::from_str(&text),
        other => Ok(other),
    };
    match written {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("the arguments are no JSON object".to_owned()),
        Err(error) => Err(format!("the arguments are no JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_an_object_however_they_are_written() {
        let one = || json!({"a": 1}).as_object().cloned().ok_or(());
        for (written, expected) in [
            (json!({"a": 1}), one()),
            (json!("{\"a\": 1}"), one()),
            (json!(null), Ok(Map::new())),
            (json!("  "), Ok(Map::new())),
            (json!("[1]"), Err(())),
            (json!("{"), Err(())),
        ] {
            assert_eq!(object(written.clone()).map_err(drop), expected, "{written}");
        }
    }
}
