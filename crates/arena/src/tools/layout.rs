//! The workspace between the record and a cell: laid out from the world before a tool runs, compared afterwards.
//!
//! What a tool changed is found by looking, not by trusting the tool: a command may write anything that the cell lets it.
//! Contents that do not stand in the record itself come back as blobs, to be kept before the record speaks of them.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, SystemTime};

use arena_core::files::{self, Content, Entry, MAX_TEXT_BYTES, PLAIN_MODE, removed, written};
use arena_core::world::{Change, World};
use arena_sandbox::workspace::{self, Kind, Metadata, Permission, Walk};
use arena_sandbox::{RelPath, Workspace};
use arena_store::Blob;

use super::Failure;
use super::contents::Contents;
use super::entry_name::{bytes_of, name_of, path_of};

/// A file that changed within so long before it was looked at may change again without its times saying so.
const RACY: Duration = Duration::from_millis(50);

/// What a folder is made with.
const FOLDER_MODE: u32 = 0o755;

/// What its owner needs of a file, and of a folder, for us to look into it.
const READABLE: u32 = 0o400;
const OPEN: u32 = 0o500;

/// What the record has of a workspace that is laid out, and when each part was last seen to be so.
pub(super) struct Layout {
    known: BTreeMap<String, (Metadata, Entry)>,
    looked_at: SystemTime,
}

/// What a tool did to the workspace.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) changes: Vec<Change>,
    /// Contents that the changes name by their hash.
    pub(super) blobs: Vec<Blob>,
}

impl Layout {
    /// Lays out what `world` has. What `may_be_read` refuses is not put there at all: what no tool may read, no command
    /// can find.
    pub(super) async fn of(
        world: &World,
        workspace: &Workspace,
        contents: &Contents,
        may_be_read: impl Fn(&str) -> bool,
    ) -> Result<Self, Failure> {
        let broken = |name: &str, error: &dyn std::fmt::Display| {
            Failure::Broken(format!("the workspace could not be laid out: {name}: {error}"))
        };
        let mut folder_modes = Vec::new();
        for (name, entry) in files::all(world).filter(|(name, _)| may_be_read(name)) {
            let path = path_of(name).map_err(|error| broken(name, &error))?;
            let laid = match entry {
                Entry::Text(text) => workspace.write(&path, text.as_bytes(), Permission::Exactly(PLAIN_MODE)),
                Entry::File { mode, content: Content::Text(text) } => {
                    workspace.write(&path, text.as_bytes(), Permission::Exactly(mode))
                }
                Entry::File { mode, content: Content::Blob { hash, .. } } => {
                    let kept = contents.get(&hash).await.map_err(|error| broken(name, &error))?;
                    let bytes = kept.ok_or_else(|| broken(name, &"its content is not kept"))?;
                    workspace.write(&path, &bytes, Permission::Exactly(mode))
                }
                Entry::Link { link } => workspace.link(&path, &bytes_of(&link)),
                Entry::Folder { folder } => {
                    folder_modes.push((path.clone(), folder));
                    workspace.make_folder(&path)
                }
            };
            laid.map_err(|error| broken(name, &error))?;
        }
        // Last, and the inner ones first: they may forbid to go where something had to be put.
        for (path, mode) in folder_modes.iter().rev() {
            workspace.set_mode(path, *mode).map_err(|error| broken(&path.to_string(), &error))?;
        }
        let mut layout = Self { known: BTreeMap::new(), looked_at: SystemTime::UNIX_EPOCH };
        layout.look(workspace)?;
        Ok(layout)
    }

    /// What changed since the last look.
    pub(super) fn look(&mut self, workspace: &Workspace) -> Result<Changed, Failure> {
        let broken =
            |error: workspace::Error| Failure::Broken(format!("the workspace could not be looked at: {error}"));
        let looked_at = SystemTime::now();
        let mut changed = Changed::default();
        let mut now = BTreeMap::new();
        for workspace::Entry { path, metadata } in all(workspace).map_err(broken)? {
            let name = name_of(path.as_os_str());
            let known = self.known.get(&name).filter(|(before, _)| *before == metadata && !self.is_racy(before));
            let entry = match known {
                Some((_, entry)) => Some(entry.clone()),
                None => read(workspace, &path, metadata, &mut changed.blobs).map_err(broken)?,
            };
            if let Some(entry) = entry {
                now.insert(name, (metadata, entry));
            }
        }
        drop_plain_folders_in_use(&mut now);
        for (name, (_, entry)) in &now {
            if self.known.get(name).is_none_or(|(_, before)| before != entry) {
                changed.changes.push(written(name, entry));
            }
        }
        changed.changes.extend(self.known.keys().filter(|name| !now.contains_key(*name)).map(|name| removed(name)));
        (self.known, self.looked_at) = (now, looked_at);
        Ok(changed)
    }

    fn is_racy(&self, seen: &Metadata) -> bool {
        self.looked_at.duration_since(seen.changed_at).map_or(true, |ago| ago < RACY)
    }
}

/// All that is in the workspace. A folder that its owner closed is opened: the record has what is in it.
fn all(workspace: &Workspace) -> Result<Vec<workspace::Entry>, workspace::Error> {
    // As many as a cell's workspace holds.
    let walk = Walk { n_entries: usize::MAX, depth: usize::MAX };
    loop {
        let found = workspace.walk(&RelPath::root(), walk)?;
        if found.unread.is_empty() {
            return Ok(found.entries);
        }
        for closed in &found.unread {
            let mode = workspace.metadata(closed)?.mode;
            workspace.set_mode(closed, mode | OPEN)?;
        }
    }
}

/// What the record says of something found; nothing of pipes, sockets and the like, which last no longer than a call.
fn read(
    workspace: &Workspace,
    path: &RelPath,
    metadata: Metadata,
    blobs: &mut Vec<Blob>,
) -> Result<Option<Entry>, workspace::Error> {
    Ok(match metadata.kind {
        Kind::File => Some(file(contents(workspace, path, metadata.mode)?, metadata.mode, blobs)),
        Kind::Link => Some(Entry::Link { link: name_of(&workspace.read_link(path)?) }),
        Kind::Folder => Some(Entry::Folder { folder: metadata.mode }),
        Kind::Other => None,
    })
}

/// All of a file, whatever its owner forbade itself.
fn contents(workspace: &Workspace, path: &RelPath, mode: u32) -> Result<Vec<u8>, workspace::Error> {
    if mode & READABLE == READABLE {
        return workspace.read_all(path, usize::MAX);
    }
    workspace.set_mode(path, mode | READABLE)?;
    let bytes = workspace.read_all(path, usize::MAX);
    workspace.set_mode(path, mode)?;
    bytes
}

fn file(bytes: Vec<u8>, mode: u32, blobs: &mut Vec<Blob>) -> Entry {
    match String::from_utf8(bytes) {
        Ok(text) if text.len() <= MAX_TEXT_BYTES && mode == PLAIN_MODE => Entry::Text(text),
        Ok(text) if text.len() <= MAX_TEXT_BYTES => Entry::File { mode, content: Content::Text(text) },
        kept => {
            let blob = Blob::of(kept.map_or_else(std::string::FromUtf8Error::into_bytes, String::into_bytes));
            let content = Content::Blob { hash: blob.hash().to_owned(), size_bytes: blob.bytes().len() as u64 };
            blobs.push(blob);
            Entry::File { mode, content }
        }
    }
}

/// A folder of the usual mode follows from what is in it.
fn drop_plain_folders_in_use(found: &mut BTreeMap<String, (Metadata, Entry)>) {
    let in_use: HashSet<String> =
        found.keys().filter_map(|name| name.rsplit_once('/')).map(|(folder, _)| folder.to_owned()).collect();
    found.retain(|name, (_, entry)| !matches!(entry, Entry::Folder { folder: FOLDER_MODE } if in_use.contains(name)));
}
