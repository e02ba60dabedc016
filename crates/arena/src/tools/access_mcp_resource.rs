//! `access_mcp_resource`: what an MCP server of the configuration offers to read.

use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::use_mcp_tool::failure;
use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

pub(super) struct AccessMcpResource;

#[derive(Deserialize)]
struct Arguments {
    server_name: String,
    uri: String,
}

#[async_trait]
impl Tool for AccessMcpResource {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "access_mcp_resource".parse().expect("it is a name"),
            description: "Read a resource of an MCP server.".to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {"server_name": {"type": "string"}, "uri": {"type": "string"}},
                "required": ["server_name", "uri"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { server_name: server, uri } = arguments::read(arguments)?;
        Ok(vec![Access::McpResource { server, uri }])
    }

    fn needs_cell(&self) -> bool {
        false
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { server_name, uri } = arguments::read(arguments).map_err(Failure::Told)?;
        Ok(job.servers().read_resource(&server_name, &uri).await.map_err(|error| failure(&error))?.text)
    }
}
