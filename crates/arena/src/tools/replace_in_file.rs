//! `replace_in_file`: parts of a file, found by what they are. All of them, or nothing.

use arena_core::edit::search_replace;
use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

pub(super) struct ReplaceInFile;

#[derive(Deserialize)]
struct Arguments {
    path: String,
    diff: String,
}

#[async_trait]
impl Tool for ReplaceInFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "replace_in_file".parse().expect("it is a name"),
            description: "Replace parts of a file of the workspace. Each SEARCH block must be found exactly once."
                .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "the file, relative to the workspace"},
                    "diff": {
                        "type": "string",
                        "description": "one or more blocks:\n------- SEARCH\nwhole lines as they are\n=======\n\
                                        lines to put in their place\n+++++++ REPLACE",
                    },
                },
                "required": ["path", "diff"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { path, .. } = arguments::read(arguments)?;
        let path = arguments::path(&path)?.to_string();
        // What does not match is quoted back, so an edit is a look as well.
        Ok(vec![Access::Read(path.clone()), Access::Write(path)])
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { path, diff } = arguments::read(arguments).map_err(Failure::Told)?;
        let within = arguments::path(&path).map_err(Failure::Told)?;
        let text = job.text(&within).await?;
        let edited =
            search_replace::apply(text.as_deref(), &diff).map_err(|error| Failure::Told(format!("{path}: {error}")))?;
        job.write(&within, &edited).await?;
        Ok(format!("{within} is changed; it has {} lines now", edited.lines().count()))
    }
}
