//! `list_files`: what is in a folder of the workspace.

use std::fmt::Write as _;

use arena_core::message::ToolSpec;
use arena_sandbox::RelPath;
use arena_sandbox::workspace::{Kind, Metadata};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

/// Entries of one answer.
const MAX_ENTRIES: usize = 200;

pub(super) struct ListFiles;

#[derive(Deserialize)]
struct Arguments {
    path: String,
    #[serde(default)]
    recursive: bool,
}

#[async_trait]
impl Tool for ListFiles {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "list_files".parse().expect("it is a name"),
            description: format!("List a folder of the workspace, at most {MAX_ENTRIES} entries. Folders end with /."),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "the folder, relative to the workspace; . for all of it"},
                    "recursive": {"type": "boolean", "description": "whether to look into its folders as well"},
                },
                "required": ["path"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { path, .. } = arguments::read(arguments)?;
        Ok(vec![Access::Read(arguments::path(&path)?.to_string())])
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { path, recursive } = arguments::read(arguments).map_err(Failure::Told)?;
        let within = arguments::path(&path).map_err(Failure::Told)?;
        let found = job.found(&within, if recursive { usize::MAX } else { 1 }).await?;
        let shown = |(path, metadata): &(RelPath, Metadata)| match metadata.kind {
            Kind::Folder => format!("{path}/"),
            Kind::File | Kind::Link | Kind::Other => path.to_string(),
        };
        let mut entries: Vec<String> = found.iter().map(shown).collect();
        if entries.is_empty() {
            return Ok("(nothing is in it)".to_owned());
        }
        let n_entries = entries.len();
        entries.truncate(MAX_ENTRIES);
        let mut list = entries.join("\n");
        if n_entries > MAX_ENTRIES {
            let _ = write!(list, "\n({MAX_ENTRIES} of {n_entries} entries; list its folders one by one for the rest)");
        }
        Ok(list)
    }
}
