//! The database that a command works on: opened to be written, to be written if it is there, or to be read.

use std::path::Path;
use std::sync::Arc;

use arena_store::Store;
use arena_store::sqlite::{Access, SqliteStore};

use super::exit::Failure;

/// The database, opened to be written; made, if it is not there.
pub(super) async fn open(path: &Path) -> Result<Arc<dyn Store>, Failure> {
    open_for(path, Access::ReadWrite).await
}

/// The database, opened to be written; it must be there.
pub(super) async fn open_existing(path: &Path) -> Result<Arc<dyn Store>, Failure> {
    if !path.exists() {
        return Err(arena_store::Error::Missing { path: path.to_owned() }.into());
    }
    open(path).await
}

/// The database, opened to be read; somebody may be writing it.
pub(super) async fn open_to_read(path: &Path) -> Result<Arc<dyn Store>, Failure> {
    open_for(path, Access::ReadOnly).await
}

/// Which file the path names: its device and number.
pub(super) fn file(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Copies the database at `from`, which somebody may be writing, to a new one at `to`.
pub(super) async fn back_up(from: &Path, to: &Path) -> Result<(), Failure> {
    let store = open_sqlite(from, Access::ReadOnly).await?;
    let copied = store.back_up(to).await;
    store.close().await;
    Ok(copied?)
}

async fn open_for(path: &Path, access: Access) -> Result<Arc<dyn Store>, Failure> {
    Ok(Arc::new(open_sqlite(path, access).await?))
}

async fn open_sqlite(path: &Path, access: Access) -> Result<SqliteStore, Failure> {
    let path = path.to_owned();
    // Opening may have to recover a log: that is the disk's time, not a runtime thread's.
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&path, access)).await;
    Ok(opened.map_err(|cause| Failure::infrastructure("the database was not opened", &cause))??)
}
