//! All files beneath a folder, level by level, up to a bound. No link is followed.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, Dir, OFlags};

use super::{Error, Kind, Metadata, Workspace};
use crate::path::RelPath;

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The most entries to give.
    pub n_entries: usize,
    /// How many folders deep; 1 is the folder itself.
    pub depth: usize,
}

/// A name that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Beneath the workspace.
    pub path: RelPath,
    /// What it is.
    pub metadata: Metadata,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Level by level; in a folder by name.
    pub entries: Vec<Entry>,
    /// There is more than was asked for.
    pub more: bool,
    /// Folders that could not be read, or changed meanwhile into something else.
    pub unread: Vec<RelPath>,
}

impl Default for Walk {
    fn default() -> Self {
        Self { n_entries: 10_000, depth: 64 }
    }
}

impl Workspace {
    /// What is beneath a folder.
    pub fn walk(&self, from: &RelPath, walk: Walk) -> Result<Found, Error> {
        let _ids = self.ids();
        let mut found = Found::default();
        let mut names = self.list(from)?;
        let mut next = VecDeque::new();
        let (mut folder, mut depth) = (from.clone(), 1);
        loop {
            for (name, metadata) in names {
                if found.entries.len() == walk.n_entries {
                    found.more = true;
                    return Ok(found);
                }
                let path = folder.join(OsStr::from_bytes(&name)).expect("a name in a folder is a path");
                match metadata.kind {
                    Kind::Folder if depth < walk.depth => next.push_back((path.clone(), depth + 1)),
                    Kind::Folder => found.more = true,
                    Kind::File | Kind::Link | Kind::Other => {}
                }
                found.entries.push(Entry { path, metadata });
            }
            // What waits holds a name and no descriptor: there may be thousands.
            names = loop {
                let Some((waiting, at)) = next.pop_front() else { return Ok(found) };
                (folder, depth) = (waiting, at);
                match self.list(&folder) {
                    Ok(names) => break names,
                    Err(_) => found.unread.push(folder.clone()),
                }
            };
        }
    }

    /// The names in a folder, in their order.
    fn list(&self, path: &RelPath) -> Result<Vec<(Vec<u8>, Metadata)>, Error> {
        let folder = self.open_at(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let mut names = Vec::new();
        for entry in Dir::read_from(&folder).map_err(|errno| Error::of(path, errno))? {
            let entry = entry.map_err(|errno| Error::of(path, errno))?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            // What was removed meanwhile is not there.
            if let Ok(stat) = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                names.push((name.to_bytes().to_vec(), Metadata::of(&stat)));
            }
        }
        names.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        Ok(names)
    }
}
