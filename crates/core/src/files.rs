//! The Target's workspace as the record has it: under `/files` of the world, one [`Entry`] for each path.
//!
//! The world is a fold over the record, so the workspace is too: whoever has the record, and the contents that are
//! kept by their hash beside it, can lay the workspace out again as it was after any event.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::world::{Change, World, escape};

/// The place of the workspace in the world.
pub const ROOT: &str = "/files";

/// Text up to so many bytes stands in the record itself, where people and conditions can read it; what is longer, or no
/// text, is kept by its hash.
pub const MAX_TEXT_BYTES: usize = 4 << 10;

/// The mode of a file that nobody changed.
pub const PLAIN_MODE: u32 = 0o644;

/// One thing in the workspace. A folder is recorded only if nothing is in it; others follow from the paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// A file of short text and plain mode.
    Text(String),
    /// Any other file.
    File {
        /// Its permissions, nine bits.
        mode: u32,
        /// What is in it.
        #[serde(flatten)]
        content: Content,
    },
    /// A symbolic link.
    Link {
        /// Where it points; it may be anywhere, and nothing that runs outside of the workspace follows it.
        link: String,
    },
    /// An empty folder.
    Folder {
        /// Its permissions, nine bits.
        folder: u32,
    },
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Short text.
    Text(String),
    /// Bytes that are kept beside the record.
    Blob {
        /// Their BLAKE3 hash, in hex.
        hash: String,
        /// How many.
        size_bytes: u64,
    },
}

/// A path that cannot name a file of the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be relative to the workspace, without \"..\", and of parts of 1 to 255 bytes")]
pub struct BadPath;

/// Whether `path` can name a file of the workspace: `src/main.rs`.
///
/// # Errors
/// [`BadPath`] if it cannot.
pub fn check_path(path: &str) -> Result<(), BadPath> {
    let fits = |part: &str| (1..=255).contains(&part.len()) && part != "." && part != ".." && !part.contains('\0');
    if path.split('/').all(fits) && path.len() < 4_096 { Ok(()) } else { Err(BadPath) }
}

/// The place of a file in the world.
pub fn place(path: &str) -> String {
    format!("{ROOT}/{}", escape(path))
}

/// What the record says when `path` has become this.
pub fn written(path: &str, entry: &Entry) -> Change {
    let value = serde_json::to_value(entry).unwrap_or(Value::Null);
    Change::Set { path: place(path), value }
}

/// What the record says when nothing is at `path` any more.
pub fn removed(path: &str) -> Change {
    Change::Remove { path: place(path) }
}

/// The path in the workspace that `change` is about, if it is about one.
pub fn changed(change: &Change) -> Option<String> {
    let (Change::Set { path, .. } | Change::Append { path, .. } | Change::Remove { path }) = change;
    let name = path.strip_prefix(ROOT)?.strip_prefix('/')?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// The workspace, by path and in the order of the paths. Values that are no entries are left out: only a scenario's own
/// changes could have put them there.
pub fn all(world: &World) -> impl Iterator<Item = (&str, Entry)> {
    let files = world.get(ROOT).and_then(Value::as_object);
    files.into_iter().flatten().filter_map(|(path, value)| Some((path.as_str(), Entry::deserialize(value).ok()?)))
}

/// What is at `path` of the workspace.
pub fn get(world: &World, path: &str) -> Option<Entry> {
    Entry::deserialize(world.get(&place(path))?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flag::Flags;
    use crate::seed::Seed;

    #[test]
    fn a_workspace_is_read_out_of_the_world_as_it_was_written_into_it() {
        let seed: Seed = "1".parse().unwrap();
        let mut world = World::plant(&json!({"files": {"a.txt": "one"}}), &Flags::plant(&seed, []));
        let entries = [
            ("a.txt", Entry::Text("two".to_owned())),
            ("b/c ~1.sh", Entry::File { mode: 0o755, content: Content::Text("ls".to_owned()) }),
            ("d.bin", Entry::File { mode: 0o644, content: Content::Blob { hash: "ab12".to_owned(), size_bytes: 9 } }),
            ("e", Entry::Link { link: "../../etc/passwd".to_owned() }),
            ("f", Entry::Folder { folder: 0o755 }),
        ];
        for (path, entry) in &entries {
            world.apply(&written(path, entry));
        }
        let read: Vec<(&str, Entry)> = all(&world).collect();
        assert_eq!(read, entries);
        assert_eq!(get(&world, "b/c ~1.sh").as_ref(), Some(&entries[1].1));
        world.apply(&removed("a.txt"));
        assert_eq!(get(&world, "a.txt"), None);
    }

    #[test]
    fn a_path_stays_in_the_workspace() {
        for (path, fits) in [
            ("a", true),
            ("src/main.rs", true),
            ("..a/b..", true),
            ("", false),
            ("/a", false),
            ("a/", false),
            ("a//b", false),
            ("a/../b", false),
            ("./a", false),
            ("a\0b", false),
        ] {
            assert_eq!(check_path(path).is_ok(), fits, "{path:?}");
        }
        assert!(check_path(&"a".repeat(255)).is_ok());
        assert!(check_path(&"a".repeat(256)).is_err());
    }
}
