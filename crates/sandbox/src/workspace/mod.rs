//! The files of a cell, from the host: by the handle of its folder, never by a path from the root, and without a process.
//!
//! No link is followed and nothing above the folder is reached, whatever a command in the cell does meanwhile: the
//! kernel resolves each path beneath the handle (`openat2`). As root, files are touched as the cell's user.
//!
//! Calls take microseconds, as the files are in memory; they may be made from asynchronous code.

mod error;
mod walk;
mod write;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat};

pub use error::Error;
pub use walk::{Entry, Found, Walk};
pub use write::Permission;

use crate::path::RelPath;
use crate::syscall::FileIds;

/// The files of a cell. Clones are of the same cell; they outlive it, and hold its memory as long as they live.
#[derive(Clone, Debug)]
pub struct Workspace {
    folder: Arc<OwnedFd>,
    /// As whom to touch files, where we are root.
    owner: Option<u32>,
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// From the place that was asked for; at most as many as were asked for.
    pub bytes: Vec<u8>,
    /// How long the file was.
    pub file_bytes: u64,
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: Kind,
    /// Its length, bytes; what a link points to is that long.
    pub size_bytes: u64,
    /// Who may read, write and run it: nine bits.
    pub mode: u32,
    /// Its number: two names of one number are one file.
    pub inode: u64,
    /// When its contents, mode or names last changed.
    pub changed_at: SystemTime,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link. Never followed.
    Link,
    /// A pipe or another thing that is no file. Never opened.
    Other,
}

impl Workspace {
    pub(crate) fn new(folder: OwnedFd, owner: Option<u32>) -> Self {
        Self { folder: Arc::new(folder), owner }
    }

    /// Reads up to `limit` bytes of a file from the byte `from` on.
    pub fn read(&self, path: &RelPath, from: u64, limit: usize) -> Result<Contents, Error> {
        let (file, metadata) = self.open_regular(path)?;
        let failed = |cause| Error::Io { path: path.clone(), cause: Arc::new(cause) };
        let expected = usize::try_from(metadata.size_bytes.saturating_sub(from)).unwrap_or(usize::MAX).min(limit);
        let mut bytes = vec![0; expected];
        let mut n_read = 0;
        while n_read < bytes.len() {
            match file.read_at(&mut bytes[n_read..], from + n_read as u64) {
                // It became shorter.
                Ok(0) => break,
                Ok(n_more) => n_read += n_more,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(failed(cause)),
            }
        }
        bytes.truncate(n_read);
        Ok(Contents { bytes, file_bytes: metadata.size_bytes })
    }

    /// Reads a whole file of at most `limit` bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it is longer.
    pub fn read_all(&self, path: &RelPath, limit: usize) -> Result<Vec<u8>, Error> {
        let contents = self.read(path, 0, limit)?;
        if contents.file_bytes > limit as u64 {
            return Err(Error::TooLarge { path: path.clone(), size_bytes: contents.file_bytes, limit });
        }
        Ok(contents.bytes)
    }

    /// Opens a regular file for reading, to stream from it. A command can make it shorter or longer meanwhile.
    pub fn open(&self, path: &RelPath) -> Result<File, Error> {
        Ok(self.open_regular(path)?.0)
    }

    /// What a path stands for. Of a link it is the link itself.
    pub fn metadata(&self, path: &RelPath) -> Result<Metadata, Error> {
        let _ids = self.ids();
        let found = self.open_at(path, OFlags::PATH | OFlags::NOFOLLOW)?;
        let stat = rustix::fs::fstat(found).map_err(|errno| Error::of(path, errno))?;
        Ok(Metadata::of(&stat))
    }

    /// Removes a file or a link, or a folder that is empty.
    pub fn remove(&self, path: &RelPath) -> Result<(), Error> {
        let _ids = self.ids();
        let (folder, name) = self.parent(path)?;
        let removed = match rustix::fs::unlinkat(&folder, name, AtFlags::empty()) {
            Err(rustix::io::Errno::ISDIR) => rustix::fs::unlinkat(&folder, name, AtFlags::REMOVEDIR),
            removed => removed,
        };
        removed.map_err(|errno| Error::of(path, errno))
    }

    /// Gives a file or a folder another name. A file of that name is replaced.
    pub fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), Error> {
        let _ids = self.ids();
        let (old, old_name) = self.parent(from)?;
        let (new, new_name) = self.parent(to)?;
        rustix::fs::renameat(&old, old_name, &new, new_name).map_err(|errno| Error::of(from, errno))
    }

    /// Makes a folder and the folders that it is in. One that is there is left as it is.
    pub fn make_folder(&self, path: &RelPath) -> Result<(), Error> {
        let _ids = self.ids();
        self.folder(path, Missing::Make).map(drop)
    }

    /// Makes a link of this name that points to `target`, which may be anything. Nothing here follows it.
    pub fn link(&self, path: &RelPath, target: &OsStr) -> Result<(), Error> {
        let _ids = self.ids();
        let (folder, name) = path.split().ok_or_else(|| Error::NotAFile { path: path.clone() })?;
        let folder = self.folder(&folder, Missing::Make)?;
        rustix::fs::symlinkat(target, &folder, name).map_err(|errno| Error::of(path, errno))
    }

    /// Where a link points.
    pub fn read_link(&self, path: &RelPath) -> Result<OsString, Error> {
        let _ids = self.ids();
        let (folder, name) = self.parent(path)?;
        let target = rustix::fs::readlinkat(&folder, name, Vec::new()).map_err(|errno| Error::of(path, errno))?;
        Ok(OsString::from_vec(target.into_bytes()))
    }

    /// Gives a file or a folder another mode, nine bits.
    pub fn set_mode(&self, path: &RelPath, mode: u32) -> Result<(), Error> {
        let _ids = self.ids();
        let found = self.open_at(path, OFlags::PATH | OFlags::NOFOLLOW)?;
        // By the handle: a name could have become a link meanwhile.
        let itself = format!("/proc/self/fd/{}", found.as_raw_fd());
        rustix::fs::chmod(itself, Mode::from_raw_mode(mode & NINE_BITS)).map_err(|errno| Error::of(path, errno))
    }

    fn open_regular(&self, path: &RelPath) -> Result<(File, Metadata), Error> {
        let _ids = self.ids();
        // A pipe without a writer would make us wait, a terminal could become ours.
        let file = self.open_at(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        let metadata = Metadata::of(&rustix::fs::fstat(&file).map_err(|errno| Error::of(path, errno))?);
        match metadata.kind {
            Kind::File => Ok((file.into(), metadata)),
            Kind::Folder | Kind::Link | Kind::Other => Err(Error::NotAFile { path: path.clone() }),
        }
    }

    /// The folder that a path is in, and its last part.
    fn parent<'a>(&self, path: &'a RelPath) -> Result<(OwnedFd, &'a OsStr), Error> {
        let (folder, name) = path.split().ok_or_else(|| Error::NotAFile { path: path.clone() })?;
        Ok((self.folder(&folder, Missing::Fail)?, name))
    }

    fn folder(&self, path: &RelPath, missing: Missing) -> Result<OwnedFd, Error> {
        let flags = OFlags::PATH | OFlags::DIRECTORY;
        match (self.open_at(path, flags), missing) {
            (Err(Error::NotFound { .. }), Missing::Make) => {}
            (opened, Missing::Make | Missing::Fail) => return opened,
        }
        let mut folder = self.open_at(&RelPath::root(), flags)?;
        for part in path.parts() {
            match rustix::fs::mkdirat(&folder, part, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(rustix::io::Errno::EXIST) => {}
                Err(errno) => return Err(Error::of(path, errno)),
            }
            folder = open_beneath(&folder, part, flags).map_err(|errno| Error::of(path, errno))?;
        }
        Ok(folder)
    }

    fn open_at(&self, path: &RelPath, flags: OFlags) -> Result<OwnedFd, Error> {
        open_beneath(&*self.folder, path.as_os_str(), flags).map_err(|errno| Error::of(path, errno))
    }

    /// Files belong to the cell's user, also those that root writes.
    fn ids(&self) -> Option<FileIds> {
        self.owner.map(FileIds::of)
    }
}

/// Those of a mode that say who may read, write and run.
const NINE_BITS: u32 = 0o777;

/// What to do about a folder that is not there.
#[derive(Clone, Copy)]
enum Missing {
    Make,
    Fail,
}

impl Metadata {
    fn of(stat: &Stat) -> Self {
        Self {
            kind: Kind::of(FileType::from_raw_mode(stat.st_mode)),
            size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
            mode: stat.st_mode & NINE_BITS,
            inode: stat.st_ino,
            changed_at: UNIX_EPOCH
                + Duration::new(
                    u64::try_from(stat.st_ctime).unwrap_or(0),
                    u32::try_from(stat.st_ctime_nsec).unwrap_or(0),
                ),
        }
    }
}

impl Kind {
    fn of(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}

/// Opens what is beneath a folder, through no link and in no other file system.
fn open_beneath(folder: impl AsFd, path: impl rustix::path::Arg, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let how = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    // With O_PATH and O_NOFOLLOW the last part may still be a link, which is then opened itself (openat2(2)).
    rustix::fs::openat2(folder, path, flags | OFlags::CLOEXEC, Mode::empty(), how)
}
