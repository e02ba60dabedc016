//! Where a database is, and what a failure there means to the caller. Touches the file system to find the real file.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;

use crate::{Cause, Error};

/// One database file.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As the user wrote it; every error says it so.
    pub(super) path: Arc<Path>,
    /// Absolute and without links, so that one file has one lock, and so that SQLite reads it neither as a URI nor as
    /// `:memory:`.
    pub(super) file: Arc<Path>,
}

impl Place {
    /// Finds the file; it need not exist, its folder must.
    pub(super) fn find(path: &Path) -> Result<Self, Error> {
        let file = resolve(path).map_err(|cause| Error::Io {
            attempt: "find",
            path: path.to_owned(),
            cause: Arc::new(cause),
        })?;
        Ok(Self { path: path.into(), file: file.into() })
    }

    /// What a failure of SQLite means, when it comes from `attempt` (a verb and its object).
    pub(super) fn failed(&self, attempt: &'static str) -> impl Fn(rusqlite::Error) -> Error + Copy {
        move |cause| {
            let database = self.name().into_owned();
            match meaning(&cause) {
                Meaning::Full => Error::Full { database, cause: Arc::new(cause) },
                Meaning::Busy => Error::InUse { database, pid: None },
                Meaning::Damaged => self.corrupt("a part of it".to_owned(), Some(Arc::new(cause))),
                Meaning::Unopenable => Error::Unopenable { database, cause: Arc::new(cause) },
                Meaning::ReadOnly => Error::ReadOnly { database },
                Meaning::Other => Error::Database { attempt, database, cause: Arc::new(cause) },
            }
        }
    }

    /// `what` cannot be read.
    pub(super) fn corrupt(&self, what: String, cause: Option<Cause>) -> Error {
        Error::Corrupt { database: self.name().into_owned(), what, cause }
    }

    /// What errors call it.
    pub(super) fn name(&self) -> Cow<'_, str> {
        self.path.to_string_lossy()
    }

    /// The store was closed.
    pub(super) fn closed(&self) -> Error {
        Error::Closed { database: self.name().into_owned() }
    }
}

fn resolve(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let absolute = std::path::absolute(path)?;
    match (absolute.parent(), absolute.file_name()) {
        (Some(folder), Some(name)) => Ok(folder.canonicalize()?.join(name)),
        (None, _) | (_, None) => Ok(absolute),
    }
}

/// Failures of SQLite by what follows from them.
enum Meaning {
    Full,
    Busy,
    Damaged,
    Unopenable,
    ReadOnly,
    Other,
}

fn meaning(cause: &rusqlite::Error) -> Meaning {
    match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Meaning::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Meaning::Busy,
        // "Not a database" too: its first bytes were ours before SQLite was asked.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Meaning::Damaged,
        Some(ErrorCode::CannotOpen) => Meaning::Unopenable,
        Some(ErrorCode::ReadOnly) => Meaning::ReadOnly,
        // SQLite has no code for a body that is no JSON any more, only these words.
        Some(ErrorCode::Unknown) if cause.to_string().contains("malformed JSON") => Meaning::Damaged,
        _ => Meaning::Other,
    }
}
