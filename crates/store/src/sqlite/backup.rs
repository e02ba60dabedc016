//! A copy of a database that is in use: as it stood at one moment, in one file. Touches the new file and its folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::place::Place;
use crate::Error;

/// Writes what `connection` sees now to a new file at `to`, which is there when it is whole and on the disk, and not before.
pub(super) fn copy(connection: &Connection, place: &Place, to: &Path) -> Result<(), Error> {
    let failed = |attempt: &'static str| {
        move |cause: io::Error| Error::Io { attempt, path: to.to_owned(), cause: Arc::new(cause) }
    };
    if to.try_exists().map_err(failed("look for"))? {
        return Err(failed("make")(io::ErrorKind::AlreadyExists.into()));
    }
    let half = Half::beside(to);
    // SQLite takes names in UTF-8 alone.
    let name = half.0.to_str().ok_or_else(|| failed("make")(io::ErrorKind::InvalidFilename.into()))?;
    let attempt = "copy everything";
    connection.execute("VACUUM INTO ?1", [name]).map_err(|cause| match place.failed(attempt)(cause) {
        // The copy, not the database.
        Error::Unopenable { database, cause } => Error::Database { attempt, database, cause },
        error => error,
    })?;
    File::open(&half.0).and_then(|file| file.sync_all()).map_err(failed("keep"))?;
    // Unlike a rename, a link does not take the place of what somebody else has put there meanwhile.
    fs::hard_link(&half.0, to).map_err(failed("make"))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("keep"))
}

/// The copy under way, which goes away in any case: under its own name it is half of one, or one name too many.
struct Half(PathBuf);

impl Half {
    fn beside(to: &Path) -> Self {
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        Self(name.into())
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        // Who cannot remove it could not have made it.
        let _ = fs::remove_file(&self.0);
    }
}
