//! The database that a command works on: opened to be written, to be written if it is there, or to be read.

use std::path::Path;
use std::sync::Arc;

use arena_store::postgres::{self, PostgresStore};
use arena_store::sqlite::{Access, Options, SqliteStore};
use arena_store::{Index, Model as _, Sheet, Store};

use super::arrival;
use super::exit::Failure;
use super::location::Location;
use crate::access::Token;
use crate::access::denials::Denial;
use crate::header::Header;
use crate::library;
use crate::moving::Underway;

/// The database, opened to be written; made, if it is not there.
pub(super) async fn open(location: &Location) -> Result<Arc<dyn Store>, Failure> {
    open_for(location, Access::ReadWrite).await
}

/// The database, opened to be written; it must be there.
pub(super) async fn open_existing(location: &Location) -> Result<Arc<dyn Store>, Failure> {
    if !location.exists() {
        return Err(arena_store::Error::Missing { database: location.to_string() }.into());
    }
    open(location).await
}

/// The same, also if a move into it is under way: for who begins one or ends it.
pub(super) async fn open_to_move(location: &Location) -> Result<Arc<dyn Store>, Failure> {
    open_any(location, Access::ReadWrite).await
}

/// The database, opened to be read; somebody may be writing it.
pub(super) async fn open_to_read(location: &Location) -> Result<Arc<dyn Store>, Failure> {
    open_for(location, Access::ReadOnly).await
}

/// Answers SQL that a person wrote, with at most `limit` rows; somebody may be writing the database.
pub(super) async fn answer(location: &Location, question: String, limit: usize) -> Result<Sheet, Failure> {
    let views = [vec![Header::view(), Denial::view(), Token::view()], library::views()].concat();
    match location {
        Location::File(path) => {
            let store = open_sqlite(path, Access::ReadOnly).await?;
            let answered = store.answer(views, question, limit).await;
            store.close().await;
            Ok(answered?)
        }
        Location::Server(address) => {
            let store = PostgresStore::open(address, postgres::Access::ReadOnly).await?;
            let answered = store.answer(&views, &question, limit).await;
            store.close().await;
            Ok(answered?)
        }
    }
}

/// Copies the database at `from`, which somebody may be writing, to a new file at `to`.
pub(super) async fn back_up(from: &Location, to: &Path) -> Result<(), Failure> {
    let Location::File(path) = from else {
        return Err(Failure::usage(
            "a database on a server is copied with the server's own tools, such as pg_dump --schema=arena".to_owned(),
        ));
    };
    let store = open_sqlite(path, Access::ReadOnly).await?;
    let copied = store.back_up(to).await;
    store.close().await;
    Ok(copied?)
}

async fn open_for(location: &Location, access: Access) -> Result<Arc<dyn Store>, Failure> {
    let store = open_any(location, access).await?;
    // Half an arena is not to be taken for a whole one.
    let Some(underway) = Underway::of(&*store).await? else { return Ok(store) };
    store.close().await;
    Err(arrival::cut_off(location, &underway))
}

async fn open_any(location: &Location, access: Access) -> Result<Arc<dyn Store>, Failure> {
    match location {
        Location::File(path) => Ok(Arc::new(open_sqlite(path, access).await?)),
        Location::Server(address) => {
            let access = match access {
                Access::ReadWrite => postgres::Access::ReadWrite(indexes()),
                Access::ReadOnly => postgres::Access::ReadOnly,
            };
            Ok(Arc::new(PostgresStore::open(address, access).await?))
        }
    }
}

async fn open_sqlite(path: &Path, access: Access) -> Result<SqliteStore, Failure> {
    let path = path.to_owned();
    let options = Options { indexes: indexes(), ..Options::default() };
    // Opening may have to recover a log: that is the disk's time, not a runtime thread's.
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open_with(&path, access, &options)).await;
    Ok(opened.map_err(|cause| Failure::infrastructure("the database was not opened", &cause))??)
}

/// What all models are looked up by.
fn indexes() -> Vec<Index> {
    [Header::indexes(), Denial::indexes(), library::indexes()].concat()
}
