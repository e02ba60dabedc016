//! The store in one SQLite file: one thread writes, a few connections read. The default database of the arena.
//!
//! Touches the file, its `-wal` and `-shm` (SQLite's log and the index of it) and its `.lock`.

mod backup;
mod change;
mod connection;
mod contents;
mod documents;
mod events;
mod header;
mod heads;
mod lead;
mod lock;
mod log;
mod place;
mod readers;
mod recent;
mod restore;
mod schema;
mod sheet;
mod writer;

use std::path::Path;
use std::sync::Arc;

use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use async_trait::async_trait;

use crate::audit::{Content, Named, Standing};
use crate::change::Change;
use crate::{
    Append, Blob, Document, Error, EventText, Group, Grouping, Index, Kind, Link, Note, Noted, Put, Query, Restore,
    Rev, Sheet, Store, View, stored,
};
use header::Found;
use lock::ProcessLock;
use place::Place;
use readers::Readers;
use recent::Recent;
use writer::Writer;

/// What to open a database for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads and writes; makes the database if there is none. One store at a time, of all processes.
    ReadWrite,
    /// Reads, while another process may write. Makes no database and changes none.
    ReadOnly,
}

/// How to open a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The database file grows no further than this; a write beyond it is [`Error::Full`]. `None` leaves it to the
    /// disk. The log beside it, usually below 16 MiB, comes on top.
    pub max_size_bytes: Option<u64>,
    /// What is looked up often. Those that are missing are made, and those that are not among them are taken away.
    pub indexes: Vec<Index>,
}

/// A store in one SQLite file. Reading needs a tokio runtime.
pub struct SqliteStore {
    place: Place,
    readers: Readers,
    /// `None` for [`Access::ReadOnly`].
    writer: Option<Writer>,
    /// The writer has it, too.
    recent: Arc<Recent>,
}

impl SqliteStore {
    /// Opens the database at `path` without a size limit. Blocks for the file system, some milliseconds.
    ///
    /// # Errors
    /// As for [`SqliteStore::open_with`].
    pub fn open(path: &Path, access: Access) -> Result<Self, Error> {
        Self::open_with(path, access, &Options::default())
    }

    /// Opens the database at `path`. Blocks for the file system, some milliseconds.
    ///
    /// # Errors
    /// A file that is not ours is refused before anything is written, here or beside it: [`Error::NotADatabase`],
    /// [`Error::Newer`]. [`Error::InUse`] if another process writes, for [`Access::ReadWrite`].
    /// [`Error::Missing`] and [`Error::Older`] for [`Access::ReadOnly`]. [`Error::Corrupt`] if the damage shows at
    /// once. [`Error::Io`] and [`Error::Database`] as they say.
    pub fn open_with(path: &Path, access: Access, options: &Options) -> Result<Self, Error> {
        match access {
            Access::ReadWrite => Self::open_to_write(path, options),
            Access::ReadOnly => Self::open_to_read(path),
        }
    }

    fn open_to_write(path: &Path, options: &Options) -> Result<Self, Error> {
        let place = Place::find(path)?;
        header::look(&place, schema::KNOWN)?;
        let lock = ProcessLock::take(&place)?;
        // Again: until the lock was ours, somebody else could write.
        header::look(&place, schema::KNOWN)?;
        let connection = connection::writing(&place, options)?;
        let recent = Arc::new(Recent::new(true));
        let writer = Writer::start(connection, lock, place.clone(), Arc::clone(&recent))?;
        Ok(Self { readers: Readers::new(place.clone(), None), writer: Some(writer), recent, place })
    }

    fn open_to_read(path: &Path) -> Result<Self, Error> {
        let missing = || Err(Error::Missing { database: path.display().to_string() });
        if !path.exists() {
            return missing();
        }
        let place = Place::find(path)?;
        match header::look(&place, schema::KNOWN)? {
            Found::Nothing => return missing(),
            Found::Ours => {}
        }
        let connection = connection::reading(&place)?;
        schema::check(&connection, &place)?;
        Ok(Self {
            readers: Readers::new(place.clone(), Some(connection)),
            writer: None,
            recent: Arc::new(Recent::new(false)),
            place,
        })
    }

    /// Copies the whole database, as it stands at one moment, to a new file, while others go on writing. Takes as long as reading
    /// all of it, and as much room on the disk.
    ///
    /// The file is there once it is whole and on the disk. It is a database of its own, without a log beside it.
    ///
    /// # Errors
    /// [`Error::Io`] if there is a file already, or if the folder cannot be written; [`Error::Full`], [`Error::Corrupt`],
    /// [`Error::Closed`], [`Error::Database`] as they say. Then there is no file.
    pub async fn back_up(&self, to: &Path) -> Result<(), Error> {
        let to = to.to_owned();
        self.readers.read(move |connection, place| backup::copy(connection, place, &to)).await
    }

    /// Answers `question`, SQL that a person wrote, with at most `limit` rows. It can read the views and the tables, and nothing
    /// else can happen: the connection is for reading, and opens no other file.
    ///
    /// # Errors
    /// [`Error::NotAQuestion`] with what the database says of it; [`Error::Corrupt`], [`Error::Closed`], [`Error::Database`]
    /// as they say.
    pub async fn answer(&self, views: Vec<View>, question: String, limit: usize) -> Result<Sheet, Error> {
        self.readers.read(move |_, place| sheet::ask(place, &views, &question, limit)).await
    }

    fn writer(&self) -> Result<&Writer, Error> {
        self.writer.as_ref().ok_or_else(|| Error::ReadOnly { database: self.place.name().into_owned() })
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn database(&self) -> String {
        self.place.name().into_owned()
    }

    async fn append(&self, append: Append) -> Result<(), Error> {
        self.writer()?.write(Change::append(append, &self.place.name())?).await
    }

    async fn records(&self, id: MatchId, after: Seq, limit: usize) -> Result<Vec<Record>, Error> {
        let asked = (id, after, limit);
        self.readers.read(move |connection, place| events::read(connection, place, asked, stored::record)).await
    }

    async fn texts(&self, id: MatchId, after: Seq, limit: usize) -> Result<Vec<EventText>, Error> {
        let asked = (id, after, limit);
        self.readers.read(move |connection, place| events::read(connection, place, asked, stored::text)).await
    }

    async fn head(&self, id: MatchId) -> Result<Option<(Seq, Link)>, Error> {
        let since = match self.recent.head(id) {
            Ok(head) => return Ok(Some(head)),
            Err(since) => since,
        };
        let head = self.readers.read(move |connection, place| events::head(connection, place, id)).await?;
        if let Some(head) = head {
            self.recent.keep_head(since, id, head);
        }
        Ok(head)
    }

    async fn keep(&self, blobs: Vec<Blob>) -> Result<(), Error> {
        self.writer()?.write(Change::Keep(blobs)).await
    }

    async fn blob(&self, hash: &str) -> Result<Option<Vec<u8>>, Error> {
        let hash = hash.to_owned();
        self.readers.read(move |connection, place| contents::read(connection, place, &hash)).await
    }

    async fn hashes(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error> {
        let after = after.unwrap_or_default().to_owned();
        self.readers.read(move |connection, place| contents::hashes(connection, place, &after, limit)).await
    }

    async fn matches(&self, after: Option<MatchId>, limit: usize) -> Result<Vec<MatchId>, Error> {
        self.readers.read(move |connection, place| events::matches(connection, place, after, limit)).await
    }

    async fn put(&self, put: Put) -> Result<(), Error> {
        self.writer()?.write(Change::put(put)).await
    }

    async fn delete(&self, kind: Kind, id: &str, expected: Rev) -> Result<(), Error> {
        self.writer()?.write(Change::delete(kind, id.to_owned(), expected)).await
    }

    async fn remove(&self, id: MatchId, last: Seq, header: Rev) -> Result<(), Error> {
        self.writer()?.write(Change::remove(id, last, header)).await
    }

    async fn forget(&self, hashes: Vec<String>) -> Result<(), Error> {
        self.writer()?.write(Change::forget(hashes)).await
    }

    async fn restore(&self, restore: Restore) -> Result<(), Error> {
        self.writer()?.write(Change::restore(restore)?).await
    }

    async fn get(&self, kind: Kind, id: &str) -> Result<Option<Document>, Error> {
        let since = match self.recent.document(kind, id) {
            Ok(document) => return Ok(Some(document)),
            Err(since) => since,
        };
        let id = id.to_owned();
        let document = self.readers.read(move |connection, place| documents::get(connection, place, kind, &id)).await?;
        if let Some(document) = &document {
            self.recent.keep_document(since, document);
        }
        Ok(document)
    }

    async fn find(&self, query: &Query) -> Result<Vec<Document>, Error> {
        let query = query.clone();
        self.readers.read(move |connection, place| documents::find(connection, place, &query)).await
    }

    async fn group(&self, grouping: &Grouping) -> Result<Vec<Group>, Error> {
        let grouping = grouping.clone();
        self.readers.read(move |connection, place| documents::group(connection, place, &grouping)).await
    }

    async fn note(&self, notes: Vec<Note>) -> Result<(), Error> {
        self.writer()?.write(Change::Note(notes)).await
    }

    async fn notes(&self, after: u64, limit: usize) -> Result<Vec<Noted>, Error> {
        self.readers.read(move |connection, place| log::read(connection, place, after, limit)).await
    }

    async fn notes_head(&self) -> Result<(u64, Link), Error> {
        let head = self.readers.read(log::head).await?;
        Ok(head.unwrap_or((0, Link::of_empty_log())))
    }

    async fn link(&self, id: MatchId, seq: Seq) -> Result<Option<Link>, Error> {
        self.readers.read(move |connection, place| log::link_of_event(connection, place, id, seq)).await
    }

    async fn standing(&self, after: Option<Named>, limit: usize) -> Result<Vec<Standing>, Error> {
        self.readers.read(move |connection, place| log::documents(connection, place, after, limit)).await
    }

    async fn contents(&self, after: Option<String>, limit: usize) -> Result<Vec<Content>, Error> {
        self.readers.read(move |connection, place| contents::list(connection, place, after, limit)).await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.recent.close();
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}
