//! Whose file is this? Reads the first bytes before anything may write. Touches the file for reading only.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::Arc;

use super::place::Place;
use crate::Error;

/// In the header of our files. SQLite reserves the field for this purpose.
pub(super) const APPLICATION_ID: u32 = u32::from_be_bytes(*b"ArNa");

/// SQLite's header, bytes (SQLite file format, 1.3).
const HEADER_BYTES: u64 = 100;
/// Where a SQLite file begins (1.3.1).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Offset of `user_version`, here the number of the last migration.
const USER_VERSION: usize = 60;
/// Offset of `application_id`.
const APPLICATION: usize = 68;

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or an empty file.
    Nothing,
    /// A database of the arena, of this format or one that went before.
    Ours,
}

/// Looks at the file and refuses what is not ours, untouched.
///
/// A format newer than `known` may be hidden from this look while it is only in the write-ahead log; who opens the
/// database asks again.
pub(super) fn look(place: &Place, known: u32) -> Result<Found, Error> {
    let database = || place.name().into_owned();
    let not_ours = |found| Err(Error::NotADatabase { database: database(), found });
    let failed = |cause| Error::Io { attempt: "read", path: place.path.to_path_buf(), cause: Arc::new(cause) };

    match place.file.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if metadata.is_dir() => return not_ours("it is a directory"),
        Ok(metadata) if !metadata.is_file() => return not_ours("it is not a regular file"),
        Ok(_) => {}
    }
    let mut header = Vec::new();
    File::open(&place.file).and_then(|file| file.take(HEADER_BYTES).read_to_end(&mut header)).map_err(failed)?;

    if header.is_empty() {
        return Ok(Found::Nothing);
    }
    if !header.starts_with(MAGIC) {
        return not_ours("it is a file of another format");
    }
    let (Some(application), Some(version)) = (number(&header, APPLICATION), number(&header, USER_VERSION)) else {
        return Err(place.corrupt("its header".to_owned(), None));
    };
    if application != APPLICATION_ID {
        return not_ours("it is the SQLite file of another program");
    }
    if version > known {
        return Err(Error::Newer { database: database(), found: version, known });
    }
    Ok(Found::Ours)
}

fn number(header: &[u8], offset: usize) -> Option<u32> {
    header.get(offset..)?.first_chunk().copied().map(u32::from_be_bytes)
}
