//! `write_to_file`: a whole file, made or replaced.

use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

pub(super) struct WriteToFile;

#[derive(Deserialize)]
struct Arguments {
    path: String,
    content: String,
}

#[async_trait]
impl Tool for WriteToFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "write_to_file".parse().expect("it is a name"),
            description:
                "Write a whole file of the workspace: make it, or replace all that is in it. Folders are made."
                    .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "the file, relative to the workspace"},
                    "content": {"type": "string", "description": "all that shall be in it"},
                },
                "required": ["path", "content"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { path, .. } = arguments::read(arguments)?;
        Ok(vec![Access::Write(arguments::path(&path)?.to_string())])
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { path, content } = arguments::read(arguments).map_err(Failure::Told)?;
        let within = arguments::path(&path).map_err(Failure::Told)?;
        job.write(&within, &content).await?;
        Ok(format!("wrote {} bytes to {within}", content.len()))
    }
}
