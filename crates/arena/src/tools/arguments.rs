//! From the arguments of a call to what a tool works on: typed fields, paths of the workspace.

use arena_sandbox::RelPath;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where the workspace is in a cell: models name files by their whole path as well.
pub(super) const WORKSPACE: &str = "/work";

/// The arguments as a tool's own type.
///
/// # Errors
/// A sentence for the model. The schema was checked before, so this says what the schema cannot.
pub(super) fn read<T: DeserializeOwned>(arguments: &Value) -> Result<T, String> {
    T::deserialize(arguments).map_err(|error| format!("the arguments do not fit: {error}"))
}

/// A path beneath the workspace, as models write it: `src/main.rs`, `./src/main.rs`, `/work/src/main.rs`. `.` and
/// nothing at all are the workspace itself.
///
/// # Errors
/// A sentence for the model: the path leads out.
pub(super) fn path(text: &str) -> Result<RelPath, String> {
    let within = match text.strip_prefix(WORKSPACE) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest.trim_start_matches('/'),
        _ => text,
    };
    let parts: Vec<&str> = within.trim_end_matches('/').split('/').filter(|part| *part != ".").collect();
    RelPath::parse(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
        .map_err(|error| format!("{text:?} is not a path of the workspace {WORKSPACE}: {error}"))
}
