//! Contents by their hash: kept once, read back only as they were. Touches the connection it is given.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::place::Place;
use crate::stored::Changed;
use crate::{Blob, Error};

/// Writes what is not there yet.
pub(super) fn write(connection: &Connection, blobs: &[Blob]) -> rusqlite::Result<()> {
    let mut insert = connection
        .prepare_cached("INSERT INTO contents (hash, bytes) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING")?;
    for blob in blobs {
        insert.execute(params![blob.hash(), blob.bytes()])?;
    }
    Ok(())
}

/// The bytes of this hash.
pub(super) fn read(connection: &Connection, place: &Place, hash: &str) -> Result<Option<Vec<u8>>, Error> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT bytes FROM contents WHERE hash = ?1")
        .and_then(|mut select| select.query_row([hash], |row| row.get(0)).optional())
        .map_err(place.failed("read a content"))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let blob = Blob::of(bytes);
    if blob.hash() != hash {
        return Err(place.corrupt(format!("content {hash}"), Some(Arc::new(Changed))));
    }
    Ok(Some(blob.into_bytes()))
}

/// The hashes after `after`.
pub(super) fn hashes(connection: &Connection, place: &Place, after: &str, limit: usize) -> Result<Vec<String>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached("SELECT hash FROM contents WHERE hash > ?1 ORDER BY hash LIMIT ?2")
        .and_then(|mut select| select.query_map(params![after, limit], |row| row.get(0))?.collect())
        .map_err(place.failed("list the contents"))
}
