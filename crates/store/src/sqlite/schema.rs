//! The tables, and how a database gets them. Touches an open connection; runs once at opening.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::events;
use super::header::APPLICATION_ID;
use super::log;
use super::place::Place;
use crate::query::NAMED;
use crate::query::sql::{self, Dialect};
use crate::{Error, Index};

/// The format after each migration, and the SQL that leads there.
const MIGRATIONS: [(u32, &str); 4] = [
    (1, include_str!("../../migrations/sqlite/0001_events_and_documents.sql")),
    (CHAINED, include_str!("../../migrations/sqlite/0002_chain_and_contents.sql")),
    (3, include_str!("../../migrations/sqlite/0003_declared_indexes.sql")),
    (LOGGED, include_str!("../../migrations/sqlite/0004_audit_log.sql")),
];

/// Since this format, events are linked.
const CHAINED: u32 = 2;

/// Since this format, there is an audit log.
const LOGGED: u32 = 4;

/// The newest format that this arena knows.
pub(super) const KNOWN: u32 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Makes the tables and the indexes, or brings them up to date; one transaction for all of it.
pub(super) fn migrate(connection: &mut Connection, place: &Place, indexes: &[Index]) -> Result<(), Error> {
    let failed = place.failed("make the tables");
    let found = format(connection, place)?;
    let is_current = found == KNOWN && missing(connection, indexes).map_err(failed)?.is_empty();
    if is_current && superfluous(connection, indexes).map_err(failed)?.is_empty() {
        return Ok(());
    }
    let migration = Transaction::new(connection, TransactionBehavior::Immediate).map_err(failed)?;
    for (format, sql) in MIGRATIONS.iter().filter(|(format, _)| *format > found) {
        migration.execute_batch(sql).map_err(failed)?;
        if *format == CHAINED {
            events::link_all(&migration, place)?;
        }
        if *format == LOGGED {
            log::note_all(&migration, place)?;
        }
        migration.pragma_update(None, "user_version", format).map_err(failed)?;
    }
    for name in superfluous(&migration, indexes).map_err(failed)? {
        migration.execute(&format!("DROP INDEX \"{name}\""), []).map_err(failed)?;
    }
    for index in missing(&migration, indexes).map_err(failed)? {
        migration.execute(&sql::create(index, Dialect::Sqlite), []).map_err(failed)?;
    }
    migration.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    migration.commit().map_err(failed)
}

/// Indexes that are declared and not there.
fn missing<'a>(connection: &Connection, indexes: &'a [Index]) -> rusqlite::Result<Vec<&'a Index>> {
    let there = declared(connection)?;
    Ok(indexes.iter().filter(|index| !there.contains(&index.name())).collect())
}

/// Names of indexes that are there and no longer declared.
fn superfluous(connection: &Connection, indexes: &[Index]) -> rusqlite::Result<Vec<String>> {
    let mut there = declared(connection)?;
    there.retain(|name| indexes.iter().all(|index| index.name() != *name));
    Ok(there)
}

/// Names of indexes that were declared when the database was opened before.
pub(super) fn declared(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut names =
        connection.prepare_cached("SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB ?1 || '*'")?;
    names.query_map([NAMED], |row| row.get(0))?.collect()
}

/// Refuses tables of another format than this arena reads; changes nothing.
pub(super) fn check(connection: &Connection, place: &Place) -> Result<(), Error> {
    let found = format(connection, place)?;
    if found < KNOWN {
        return Err(Error::Older { database: place.name().into_owned(), found, known: KNOWN });
    }
    Ok(())
}

/// The format of the tables, 0 for an empty database. Also sees what is still in the write-ahead log.
fn format(connection: &Connection, place: &Place) -> Result<u32, Error> {
    let failed = place.failed("read the format");
    let read = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed);

    let (application, version) = (read("application_id")?, read("user_version")?);
    let empty = application == 0 && version == 0 && is_empty(connection).map_err(failed)?;
    if application != i64::from(APPLICATION_ID) && !empty {
        let found = "it is the SQLite file of another program";
        return Err(Error::NotADatabase { database: place.name().into_owned(), found });
    }
    let found = u32::try_from(version).unwrap_or(u32::MAX);
    if found > KNOWN {
        return Err(Error::Newer { database: place.name().into_owned(), found, known: KNOWN });
    }
    Ok(found)
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}
