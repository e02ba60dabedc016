//! A database to be filled or measured: an SQLite file, or one on a PostgreSQL server.

use std::sync::Arc;

use arena_store::Store;
use arena_store::postgres::{self, Address, PostgresStore};
use arena_store::sqlite::{Access, SqliteStore};
use tempfile::TempDir;

/// Where it is.
pub struct Database {
    /// A path or `postgres://...`, as `--database` takes it.
    pub name: String,
    /// Of a file that nobody named; it goes with this.
    _folder: Option<TempDir>,
}

impl Database {
    /// The one of this name, which stays; without one, a new file.
    ///
    /// # Panics
    /// If there is no room for a temporary folder.
    pub fn at(name: Option<&str>) -> Self {
        if let Some(name) = name {
            return Self { name: name.to_owned(), _folder: None };
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { name: folder.path().join("arena.db").display().to_string(), _folder: Some(folder) }
    }

    /// Which sort it is.
    pub fn sort(&self) -> &'static str {
        if self.name.starts_with("postgres") { "postgres" } else { "sqlite" }
    }

    /// Opens it to be written, without an index.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn open(&self) -> Arc<dyn Store> {
        if self.sort() == "postgres" {
            let address = Address::parse(&self.name).expect("an address of PostgreSQL");
            let store = PostgresStore::open(&address, postgres::Access::ReadWrite(vec![])).await;
            Arc::new(store.expect("the server lets us in"))
        } else {
            Arc::new(
                SqliteStore::open(self.name.as_ref(), Access::ReadWrite).expect("the file is a database of the arena"),
            )
        }
    }
}
