//! Contents by their hash: kept once, read back only as they were. Touches the connection it is given.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::log::Log;
use super::place::Place;
use crate::audit::{Content, Fact};
use crate::stored;
use crate::{Blob, Error};

/// Writes what is not there yet.
pub(super) fn write(connection: &Connection, blobs: &[Blob], log: &mut Log) -> rusqlite::Result<()> {
    let mut insert = connection
        .prepare_cached("INSERT INTO contents (hash, bytes) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING")?;
    for blob in blobs {
        if insert.execute(params![blob.hash(), blob.bytes()])? > 0 {
            log.write(connection, Fact::kept(blob.hash()))?;
        }
    }
    Ok(())
}

/// Removes those of these hashes that are there.
pub(super) fn forget(connection: &Connection, hashes: &[String], log: &mut Log) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM contents WHERE hash = ?1")?;
    for hash in hashes {
        if delete.execute([hash])? > 0 {
            log.write(connection, Fact::forgotten(hash))?;
        }
    }
    Ok(())
}

/// The contents after `after`, and whether they are what they were.
pub(super) fn list(
    connection: &Connection,
    place: &Place,
    after: Option<String>,
    limit: usize,
) -> Result<Vec<Content>, Error> {
    let failed = place.failed("list the contents");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut select = connection
        .prepare_cached("SELECT hash, bytes FROM contents WHERE hash > ?1 ORDER BY hash LIMIT ?2")
        .map_err(failed)?;
    let content = |row: &Row<'_>| {
        let hash: String = row.get(0)?;
        let is_good = row.get_ref(1)?.as_blob().is_ok_and(|bytes| *blake3::hash(bytes).to_hex() == *hash);
        Ok(Content { hash, is_good })
    };
    let found = select.query_map(params![after.unwrap_or_default(), limit], content).map_err(failed)?;
    found.collect::<rusqlite::Result<_>>().map_err(failed)
}

/// The bytes of this hash.
pub(super) fn read(connection: &Connection, place: &Place, hash: &str) -> Result<Option<Vec<u8>>, Error> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT bytes FROM contents WHERE hash = ?1")
        .and_then(|mut select| select.query_row([hash], |row| row.get(0)).optional())
        .map_err(place.failed("read a content"))?;
    let whole = bytes.map(|bytes| stored::content(bytes, hash)).transpose();
    whole.map_err(|changed| place.corrupt(format!("content {hash}"), Some(Arc::new(changed))))
}

/// The hashes after `after`.
pub(super) fn hashes(connection: &Connection, place: &Place, after: &str, limit: usize) -> Result<Vec<String>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached("SELECT hash FROM contents WHERE hash > ?1 ORDER BY hash LIMIT ?2")
        .and_then(|mut select| select.query_map(params![after, limit], |row| row.get(0))?.collect())
        .map_err(place.failed("list the contents"))
}
