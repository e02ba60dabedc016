//! One writing process a database: a locked file beside it that holds the process's number. Touches that file only.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::place::Place;
use crate::Error;

/// The longest number of a process and a line feed, bytes. A longer file beside the database is somebody else's.
const LONGEST: usize = "4294967295\n".len();

/// Held as long as this lives. The kernel lets go of it when the process ends, however it ends; the file stays.
#[derive(Debug)]
pub(super) struct ProcessLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl ProcessLock {
    /// Takes the lock of the database.
    ///
    /// # Errors
    /// [`Error::InUse`] if another process, or another store of this one, has it. [`Error::NotADatabase`] if the
    /// place of the lock file is taken by something else, which is left alone.
    pub(super) fn take(place: &Place) -> Result<Self, Error> {
        let beside = beside(&place.file);
        let failed = |attempt| {
            let path = beside.clone();
            move |cause: io::Error| Error::Io { attempt, path, cause: Arc::new(cause) }
        };
        let mut options = OpenOptions::new();
        let mut lock =
            options.read(true).write(true).create(true).truncate(false).open(&beside).map_err(failed("create"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = read(&mut lock).ok().and_then(|text| pid(&text).ok()).flatten();
                return Err(Error::InUse { database: place.name().into_owned(), pid });
            }
            Err(TryLockError::Error(cause)) => return Err(failed("lock")(cause)),
        }
        let text = read(&mut lock).map_err(failed("read"))?;
        if pid(&text).is_err() {
            let found = "it has the name of the lock file and holds something else";
            return Err(Error::NotADatabase { database: beside.display().to_string(), found });
        }
        write(&mut lock).map_err(failed("write"))?;
        Ok(Self(lock))
    }
}

/// `arena.db` is locked by `arena.db.lock`.
fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".lock");
    name.into()
}

fn read(lock: &mut File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    lock.take(LONGEST as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn write(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    writeln!(lock, "{}", std::process::id())
}

/// The process in a lock file, `None` in an empty one.
fn pid(text: &[u8]) -> Result<Option<u32>, NotALock> {
    if text.is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(text).map_err(|_| NotALock)?;
    text.strip_suffix('\n').unwrap_or(text).parse().map(Some).map_err(|_| NotALock)
}

/// The file holds no process number.
struct NotALock;
