//! `list_code_definition_names`: what the source files of a folder define.

use std::fmt::Write as _;

use arena_core::message::ToolSpec;
use arena_sandbox::workspace::Kind;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::definitions::{Language, definitions};
use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

/// Files of one answer; Cline looks at as many.
const MAX_FILES: usize = 50;

/// Larger sources are generated, and passed over.
const MAX_FILE_BYTES: usize = 256 << 10;

pub(super) struct ListCodeDefinitionNames;

#[derive(Deserialize)]
struct Arguments {
    path: String,
}

#[async_trait]
impl Tool for ListCodeDefinitionNames {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "list_code_definition_names".parse().expect("it is a name"),
            description: format!(
                "List what the source files of a folder define (functions, types, methods), at most {MAX_FILES} files. \
                 Knows Rust, Python, JavaScript, TypeScript, Go, C and Java."
            ),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "the folder, relative to the workspace; . for all of it"},
                },
                "required": ["path"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { path } = arguments::read(arguments)?;
        Ok(vec![Access::Read(arguments::path(&path)?.to_string())])
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { path } = arguments::read(arguments).map_err(Failure::Told)?;
        let within = arguments::path(&path).map_err(Failure::Told)?;
        let found = job.found(&within, 1).await?;
        let files = job.files().await?;
        let mut list = String::new();
        let mut n_files = 0;
        for (path, _) in found.iter().filter(|(_, metadata)| metadata.kind == Kind::File) {
            let name = path.to_string();
            let Some(language) = Language::of(&name) else { continue };
            n_files += 1;
            if n_files > MAX_FILES {
                continue;
            }
            let Ok(bytes) = files.read_all(path, MAX_FILE_BYTES) else { continue };
            let _ = writeln!(list, "{name}");
            for (line, text) in definitions(language, &bytes) {
                let _ = writeln!(list, "{line:>5} | {text}");
            }
        }
        Ok(match n_files {
            0 => "no source file of a known language is in it".to_owned(),
            n if n > MAX_FILES => format!("{list}({MAX_FILES} of {n} source files; list its folders one by one)"),
            _ => list,
        })
    }
}
