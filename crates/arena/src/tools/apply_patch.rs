//! `apply_patch`: changes to several files in one text, in the V4A format. All of them, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use arena_core::edit::patch::{self, Change, Operation, Patch};
use arena_core::message::ToolSpec;
use arena_sandbox::workspace::{Error, Permission};
use arena_sandbox::{RelPath, Workspace};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::job::{MAX_FILE_BYTES, text};
use super::{Failure, Job, Tool, arguments};
use crate::policy::Access;

pub(super) struct ApplyPatch;

#[derive(Deserialize)]
struct Arguments {
    input: String,
}

/// Contents and mode of a file; nothing if it is not there.
type Before = Option<(Vec<u8>, u32)>;

#[async_trait]
impl Tool for ApplyPatch {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "apply_patch".parse().expect("it is a name"),
            description:
                "Change several files of the workspace at once. Each hunk must fit in exactly one place; if one \
                          does not fit, nothing is changed."
                    .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "input": {
                        "type": "string",
                        "description": "*** Begin Patch\n*** Add File: PATH\n+a line\n*** Update File: PATH\n@@ a line above\n \
                                        a line that stays\n-a line that goes\n+a line that comes\n*** Delete File: PATH\n\
                                        *** End Patch",
                    },
                },
                "required": ["input"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { input } = arguments::read(arguments)?;
        let patch = patch::parse(&input).map_err(|error| error.to_string())?;
        let access = |(access, name): (patch::Access, &str)| {
            let within = arguments::path(name)?.to_string();
            Ok(match access {
                patch::Access::Read => Access::Read(within),
                patch::Access::Write | patch::Access::Remove => Access::Write(within),
            })
        };
        patch.paths().into_iter().map(access).collect()
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { input } = arguments::read(arguments).map_err(Failure::Told)?;
        let patch = patch::parse(&input).map_err(|error| Failure::Told(error.to_string()))?;
        check_names(&patch)?;
        let files = job.files().await?;
        let mut before = BTreeMap::new();
        let mut unreadable = None;
        let changes = patch.apply(|path| match read(&files, path, &mut before) {
            Ok(text) => text,
            Err(failure) => {
                unreadable.get_or_insert(failure);
                None
            }
        });
        // What cannot be read is more to the point than that it does not fit.
        if let Some(failure) = unreadable {
            return Err(failure);
        }
        let changes = changes.map_err(|error| Failure::Told(error.to_string()))?;
        for (i, change) in changes.iter().enumerate() {
            if let Err(failure) = carry_out(&files, change, permission(&patch, change, &before)) {
                restore(&files, &changes[..i], &before)?;
                return Err(failure);
            }
        }
        let word = |change: &Change| if change.content.is_some() { "wrote" } else { "removed" };
        let lines: Vec<String> = changes.iter().map(|change| format!("{} {}", word(change), change.path)).collect();
        Ok(lines.join("\n"))
    }
}

/// One file under two names would be written twice.
fn check_names(patch: &Patch<'_>) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for operation in &patch.operations {
        let (name, moved_to) = match operation {
            Operation::Update { path, moved_to, .. } => (path, *moved_to),
            Operation::Add { path, .. } | Operation::Delete { path } => (path, None),
        };
        for name in [Some(*name), moved_to].into_iter().flatten() {
            if !seen.insert(arguments::path(name).map_err(Failure::Told)?) {
                return Err(Failure::Told(format!("nothing was changed: {name} is in the patch twice")));
            }
        }
    }
    Ok(())
}

/// The text of a file, and into `before` how it was.
fn read(files: &Workspace, path: &str, before: &mut BTreeMap<RelPath, Before>) -> Result<Option<String>, Failure> {
    let within = arguments::path(path).map_err(Failure::Told)?;
    let found = files.metadata(&within).and_then(|found| Ok((files.read_all(&within, MAX_FILE_BYTES)?, found.mode)));
    match found {
        Ok((bytes, mode)) => {
            before.insert(within, Some((bytes.clone(), mode)));
            text(path, bytes).map(Some)
        }
        Err(Error::NotFound { .. }) => {
            before.insert(within, None);
            Ok(None)
        }
        Err(error) => Err(Failure::of_file(error)),
    }
}

/// A file that is moved takes its mode along.
fn permission(patch: &Patch<'_>, change: &Change, before: &BTreeMap<RelPath, Before>) -> Permission {
    let moved_from = patch.operations.iter().find_map(|operation| match operation {
        Operation::Update { path, moved_to: Some(to), .. } if *to == change.path => arguments::path(path).ok(),
        _ => None,
    });
    match moved_from.and_then(|from| before.get(&from)?.as_ref().map(|(_, mode)| *mode)) {
        Some(mode) => Permission::Exactly(mode),
        None => Permission::Kept,
    }
}

fn carry_out(files: &Workspace, change: &Change, permission: Permission) -> Result<(), Failure> {
    let within = arguments::path(&change.path).map_err(Failure::Told)?;
    match &change.content {
        Some(content) => files.write(&within, content.as_bytes(), permission),
        None => files.remove(&within),
    }
    .map_err(Failure::of_file)
}

/// Takes `done` back: the workspace was full half way.
fn restore(files: &Workspace, done: &[Change], before: &BTreeMap<RelPath, Before>) -> Result<(), Failure> {
    for change in done.iter().rev() {
        let within = arguments::path(&change.path).map_err(Failure::Told)?;
        let restored = match before.get(&within) {
            Some(Some((bytes, mode))) => files.write(&within, bytes, Permission::Exactly(*mode)),
            Some(None) | None => files.remove(&within),
        };
        restored.map_err(|error| Failure::Broken(format!("a patch could not be taken back: {error}")))?;
    }
    Ok(())
}
