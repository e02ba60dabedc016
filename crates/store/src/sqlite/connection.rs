//! Opens SQLite connections with the settings that durability and concurrency rest on. Touches the database file.

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::place::Place;
use super::{Options, schema};
use crate::Error;

/// How long to wait for somebody at the same database, such as a person with the `sqlite3` shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages in the write-ahead log before it is copied back: SQLite's default. 4,000 was measured to be no faster, with
/// longer tails (p99 9 against 6 ms at 100 appenders).
const CHECKPOINT_PAGES: u32 = 1_000;

/// Cut the log back to this after a burst, bytes: four times what it grows to between two checkpoints.
const LOG_BYTES: u32 = 16 * 1024 * 1024;

/// The writer's page cache, KiB: a whole group fits, so no half-done transaction is spilled into the log.
const CACHE_KIB: i32 = 16 * 1024;

/// Statements kept prepared on each connection: all of ours, and the shapes of queries in use.
const STATEMENTS: usize = 32;

/// The one connection that writes. Makes the database if there is none, and brings it up to date.
pub(super) fn writing(place: &Place, options: &Options) -> Result<Connection, Error> {
    let mut connection = open(place, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let failed = place.failed("set up the connection");

    // Until the format is known to be ours, not even closing may change the file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    // Before WAL: the first bytes of the file then say whose it is from its first commit on.
    schema::migrate(&mut connection, place, &options.indexes)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;

    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(failed)?;
    if journal != "wal" {
        let cause = format!("its file system has no write-ahead log, only {journal:?}; use a local disk");
        return Err(Error::Database {
            attempt: "keep a log",
            database: place.name().into_owned(),
            cause: Box::<dyn std::error::Error + Send + Sync>::from(cause).into(),
        });
    }
    // Every commit waits for the disk: what was acknowledged survives a power cut.
    connection.pragma_update(None, "synchronous", "full").map_err(failed)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(failed)?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(())).map_err(failed)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(failed)?;
    // Undo records of a savepoint stay in memory.
    connection.pragma_update(None, "temp_store", "memory").map_err(failed)?;
    if let Some(max_size_bytes) = options.max_size_bytes {
        limit(&connection, max_size_bytes).map_err(failed)?;
    }
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn reading(place: &Place) -> Result<Connection, Error> {
    open(place, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(place: &Place, access: OpenFlags) -> Result<Connection, Error> {
    let failed = place.failed("open a connection");
    // One thread at a time has a connection, so SQLite needs no mutex of its own.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&place.file, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    // One plan for each statement, whatever is bound to it: otherwise some are planned anew for each new value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    // As the standard and other databases have it. Deprecated only because the schema may not rest on it, and ours does not.
    connection.pragma_update(None, "case_sensitive_like", true).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn limit(connection: &Connection, max_size_bytes: u64) -> rusqlite::Result<()> {
    let page_bytes: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = i64::try_from(max_size_bytes).unwrap_or(i64::MAX) / page_bytes;
    // SQLite takes 0 as a question and anything past 32 bits as its own limit.
    let pages = pages.clamp(1, i64::from(u32::MAX - 1));
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}
