//! Writing a file: whole or not at all.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, fchmod};
use rustix::io::Errno;

use super::{Error, Missing, NINE_BITS, Workspace};
use crate::path::RelPath;

/// Whether a written file can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// As the file was that it replaces; a new one cannot.
    Kept,
    /// It can.
    Executable,
    /// It cannot.
    Plain,
    /// Just so: nine bits.
    Exactly(u32),
}

/// For names that no other write of this process uses.
static N_WRITTEN: AtomicU64 = AtomicU64::new(0);

impl Workspace {
    /// Writes a file, and the folders that it is in. Who reads it sees the old contents or the new, never a part.
    ///
    /// The old contents and the new need room at the same time. A link of this name is not written through, and not
    /// replaced.
    pub fn write(&self, path: &RelPath, bytes: &[u8], permission: Permission) -> Result<(), Error> {
        let _ids = self.ids();
        let of = |errno| Error::of(path, errno);
        let (folder, name) = path.split().ok_or_else(|| Error::NotAFile { path: path.clone() })?;
        let folder = self.folder(&folder, Missing::Make)?;
        let mode = match (permission, existing(&folder, name).map_err(of)?) {
            (Permission::Executable, _) => Mode::from_raw_mode(0o755),
            (Permission::Kept, Some(mode)) => mode,
            (Permission::Exactly(mode), _) => Mode::from_raw_mode(mode & NINE_BITS),
            (Permission::Plain, _) | (Permission::Kept, None) => Mode::from_raw_mode(0o644),
        };
        let beside = format!(".arena-{}-{}", std::process::id(), N_WRITTEN.fetch_add(1, Ordering::Relaxed));
        // A command cannot have put something there that we would follow: O_EXCL makes the file or fails.
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&folder, &*beside, flags, Mode::from_raw_mode(0o600)).map_err(of)?;
        let written = fill(file.into(), bytes, mode, path)
            .and_then(|()| rustix::fs::renameat(&folder, &*beside, &folder, name).map_err(of));
        if written.is_err() {
            // Best effort: it is in the cell's own workspace, and goes with it.
            let _ = rustix::fs::unlinkat(&folder, &*beside, AtFlags::empty());
        }
        written
    }
}

/// The mode of the regular file that is there, if one is.
fn existing(folder: impl AsFd, name: &std::ffi::OsStr) -> Result<Option<Mode>, Errno> {
    match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno),
        Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(Some(Mode::from_raw_mode(stat.st_mode & 0o777))),
            FileType::Symlink => Err(Errno::LOOP),
            _ => Err(Errno::ISDIR),
        },
    }
}

fn fill(mut file: File, bytes: &[u8], mode: Mode, path: &RelPath) -> Result<(), Error> {
    file.write_all(bytes).map_err(|cause| match Errno::from_io_error(&cause) {
        Some(errno) => Error::of(path, errno),
        None => Error::Io { path: path.clone(), cause: Arc::new(cause) },
    })?;
    fchmod(&file, mode).map_err(|errno| Error::of(path, errno))
}
