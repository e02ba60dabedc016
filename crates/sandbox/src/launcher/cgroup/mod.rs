//! Control groups for cells, beneath our own, in the version that this machine has. Only where we may write.

mod own;
mod v1;
mod v2;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::report::Cgroups;

/// Where the groups of this launcher's cells are made.
pub(super) struct Place {
    version: Cgroups,
    /// One for each controller, or one for all.
    folders: Vec<PathBuf>,
}

/// The groups of one cell.
pub(super) struct Group {
    folders: Vec<PathBuf>,
    /// Version 1: what a process writes itself into.
    members: Vec<OwnedFd>,
    /// Version 2: the folder that a process is born in.
    folder: Option<OwnedFd>,
    /// Tells how often memory ran out.
    events: OwnedFd,
}

/// The groups of a cell that has entered them, without a descriptor.
pub(super) struct Remains(Vec<PathBuf>);

/// Before the number of the launcher in a group's name.
const PREFIX: &str = "arena-";

/// A setting: a file's name and its text.
type Setting<'a> = (&'a str, String);

impl Place {
    /// A place with controllers for memory and processes, if there is one that we may write.
    pub(super) fn find() -> Option<Self> {
        let own = own::Own::read().ok()?;
        let name = format!("{PREFIX}{}", std::process::id());
        let place = v2::place(&own, &name).or_else(|| v1::place(&own, &name))?;
        place.folders.iter().filter_map(|folder| folder.parent()).for_each(sweep);
        Some(place)
    }

    pub(super) fn version(&self) -> Cgroups {
        self.version
    }

    /// New groups for a cell, with their limits.
    pub(super) fn group(&self, number: u64, memory_bytes: u64, n_processes: u64) -> Result<Group, Errno> {
        let name = format!("cell-{number}");
        let folders: Vec<_> = self.folders.iter().map(|folder| folder.join(&name)).collect();
        let made = folders.iter().try_for_each(std::fs::create_dir).and_then(|()| match self.version {
            Cgroups::V2 => v2::group(folders.clone(), memory_bytes, n_processes),
            Cgroups::V1 | Cgroups::None => v1::group(folders.clone(), memory_bytes, n_processes),
        });
        made.map_err(|error| {
            remove(&folders);
            Errno::from_io_error(&error).unwrap_or(Errno::IO)
        })
    }

    pub(super) fn remove(&self) {
        remove(&self.folders);
    }
}

impl Group {
    pub(super) fn events(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }

    /// The group that a process has to be born in.
    pub(super) fn born_in(&self) -> Option<BorrowedFd<'_>> {
        self.folder.as_ref().map(OwnedFd::as_fd)
    }

    /// Takes this process into the groups. No allocation.
    pub(super) fn enter(&self) -> Result<(), Errno> {
        self.members.iter().try_for_each(|members| rustix::io::write(members, b"0").map(drop))
    }

    /// What is left to do when the cell is born: the folders are to be removed once it is gone.
    pub(super) fn into_remains(self) -> Remains {
        Remains(self.folders)
    }
}

impl Remains {
    pub(super) fn remove(&self) {
        remove(&self.0);
    }
}

/// Removes what launchers left that were killed.
fn sweep(parent: &Path) {
    for folder in subfolders(parent) {
        let name = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(PREFIX));
        let is_left = |pid: &str| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists();
        if name.is_some_and(is_left) {
            remove(&subfolders(&folder));
            remove(&[folder]);
        }
    }
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
}

/// A group can be removed once its last process is gone. One that stays is found by nobody and holds nothing.
fn remove(folders: &[PathBuf]) {
    for folder in folders {
        drop(std::fs::remove_dir(folder));
    }
}

fn set(folder: &Path, settings: &[Setting<'_>]) -> io::Result<()> {
    settings.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
}

fn open(path: &Path, write: bool) -> io::Result<OwnedFd> {
    Ok(std::fs::OpenOptions::new().read(!write).write(write).open(path)?.into())
}
