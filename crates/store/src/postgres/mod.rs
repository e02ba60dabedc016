//! The store on a PostgreSQL server, 13 or later: one connection writes, a small pool reads. For arenas that outgrow a file.
//!
//! Touches the schema `arena` of one database. Everything that waits to be written is committed in one transaction; a
//! connection that is lost is made again, and what it was about is looked up before it is repeated.

mod commit;
mod contents;
mod documents;
mod events;
mod log;
mod plan;
mod restore;
mod schema;
mod server;
mod session;
mod sheet;
mod writer;

use std::fmt;
use std::future::Future;

use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use async_trait::async_trait;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::audit::{Content, Named, Standing};
use crate::change::Change;
use crate::{
    Append, Blob, Document, Error, EventText, Group, Grouping, Index, Kind, Link, Note, Noted, Put, Query, Restore,
    Rev, Sheet, Store, View, stored,
};
use server::{Patience, Server};
use writer::Writer;

pub use server::NotAnAddress;

/// Connections that read at one time.
const READERS: u32 = 8;

/// What to open a database for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads and writes; makes the tables if there are none. One store at a time, of all processes. With the indexes that there are
    /// to be: those that are missing are made, and those that are not among them are taken away.
    ReadWrite(Vec<Index>),
    /// Reads, while another process may write. Makes nothing.
    ReadOnly,
}

/// Where a database is, with what it takes to be let in. Shown without the password.
#[derive(Clone)]
pub struct Address(Server);

/// A store on a PostgreSQL server.
pub struct PostgresStore {
    server: Server,
    readers: PgPool,
    /// `None` for [`Access::ReadOnly`].
    writer: Option<Writer>,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=require`. What is left out is taken from the variables of
    /// PostgreSQL's own programs, such as `PGPASSWORD`, and from `~/.pgpass`.
    ///
    /// # Errors
    /// [`NotAnAddress`], which does not repeat the text: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        Server::parse(text).map(Self)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.name())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl PostgresStore {
    /// Opens the database at `address`. Waits up to 10 s for the server.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if the server does not answer, [`Error::Refused`] if it does not let us in. [`Error::InUse`] if another process
    /// writes, for [`Access::ReadWrite`]. [`Error::NotADatabase`] if another program has a schema `arena` there.
    /// [`Error::Newer`]; [`Error::Missing`] and [`Error::Older`] for [`Access::ReadOnly`]. [`Error::Database`] as it says.
    pub async fn open(address: &Address, access: Access) -> Result<Self, Error> {
        let server = address.0.clone();
        let writer = match access {
            Access::ReadWrite(indexes) => Some(Writer::start(&server, &indexes).await?),
            Access::ReadOnly => {
                let mut session = session::begin(&server).await?;
                schema::check(&mut session, &server).await?;
                None
            }
        };
        // A connection that was lost shows in its use, and is tried again: asking it first would double the time of every read.
        let readers = PgPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(server::TO_READ)
            .test_before_acquire(false)
            .connect_lazy_with(server.options().clone());
        Ok(Self { server, readers, writer })
    }

    /// Answers `question`, SQL that a person wrote, with at most `limit` rows. It can read the views and whatever else the
    /// user of the address may read; the transaction cannot write. It is given up after a minute.
    ///
    /// # Errors
    /// [`Error::NotAQuestion`] with what the server says of it; [`Error::Unreachable`], [`Error::Database`] as they say.
    pub async fn answer(&self, views: &[View], question: &str, limit: usize) -> Result<Sheet, Error> {
        sheet::ask(&self.server, views, question, limit).await
    }

    fn writer(&self) -> Result<&Writer, Error> {
        self.writer.as_ref().ok_or_else(|| Error::ReadOnly { database: self.server.name().to_owned() })
    }

    /// Asks until there is an answer; a lost connection is no answer.
    async fn ask<T, F>(&self, attempt: &'static str, ask: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let mut patience = Patience::begin(server::TO_READ);
        loop {
            match ask().await {
                Ok(answer) => return Ok(answer),
                Err(sqlx::Error::PoolClosed) => return Err(self.server.closed()),
                Err(cause) if server::is_lost(&cause) && patience.waits().await => {}
                Err(cause) => return Err(self.server.failed(attempt)(cause)),
            }
        }
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn database(&self) -> String {
        self.server.name().to_owned()
    }

    async fn append(&self, append: Append) -> Result<(), Error> {
        self.writer()?.write(Change::append(append, self.server.name())?).await
    }

    async fn records(&self, id: MatchId, after: Seq, limit: usize) -> Result<Vec<Record>, Error> {
        let rows = self.ask("read events", || events::read(&self.readers, id, after, limit)).await?;
        events::events(&rows, &self.server, (id, after), stored::record)
    }

    async fn texts(&self, id: MatchId, after: Seq, limit: usize) -> Result<Vec<EventText>, Error> {
        let rows = self.ask("read events", || events::read(&self.readers, id, after, limit)).await?;
        events::events(&rows, &self.server, (id, after), stored::text)
    }

    async fn head(&self, id: MatchId) -> Result<Option<(Seq, Link)>, Error> {
        let row = self.ask("read the last event", || events::head(&self.readers, id)).await?;
        row.map(|row| events::link(&row, &self.server, id)).transpose()
    }

    async fn keep(&self, blobs: Vec<Blob>) -> Result<(), Error> {
        self.writer()?.write(Change::Keep(blobs)).await
    }

    async fn blob(&self, hash: &str) -> Result<Option<Vec<u8>>, Error> {
        let bytes = self.ask("read a content", || contents::read(&self.readers, hash)).await?;
        bytes.map(|bytes| contents::whole(bytes, hash, &self.server)).transpose()
    }

    async fn hashes(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error> {
        self.ask("list the contents", || contents::hashes(&self.readers, after.unwrap_or_default(), limit)).await
    }

    async fn matches(&self, after: Option<MatchId>, limit: usize) -> Result<Vec<MatchId>, Error> {
        let ids = self.ask("list matches", || events::matches(&self.readers, after, limit)).await?;
        ids.into_iter().map(|id| events::match_id(&id, &self.server)).collect()
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
        let row = self.ask("read a document", || documents::get(&self.readers, kind, id)).await?;
        row.map(|row| documents::document(&row, kind, &self.server)).transpose()
    }

    async fn find(&self, query: &Query) -> Result<Vec<Document>, Error> {
        let rows = self.ask("find documents", || documents::find(&self.readers, query)).await?;
        rows.iter().map(|row| documents::document(row, query.kind, &self.server)).collect()
    }

    async fn group(&self, grouping: &Grouping) -> Result<Vec<Group>, Error> {
        let attempt = "count documents";
        let rows = self.ask(attempt, || documents::group(&self.readers, grouping)).await?;
        let groups: Result<_, _> = rows.iter().map(|row| documents::counted(row, grouping)).collect();
        groups.map_err(self.server.failed(attempt))
    }

    async fn note(&self, notes: Vec<Note>) -> Result<(), Error> {
        self.writer()?.write(Change::Note(notes)).await
    }

    async fn notes(&self, after: u64, limit: usize) -> Result<Vec<Noted>, Error> {
        let rows = self.ask("read the audit log", || log::read(&self.readers, after, limit)).await?;
        log::entries(&rows, &self.server, after)
    }

    async fn notes_head(&self) -> Result<(u64, Link), Error> {
        let row = self.ask("read the end of the audit log", || log::head(&self.readers)).await?;
        row.map_or(Ok((0, Link::of_empty_log())), |row| log::numbered(&row, &self.server))
    }

    async fn link(&self, id: MatchId, seq: Seq) -> Result<Option<Link>, Error> {
        let row = self.ask("read the link of an event", || log::event(&self.readers, id, seq)).await?;
        row.map(|row| events::link(&row, &self.server, id).map(|(_, link)| link)).transpose()
    }

    async fn standing(&self, after: Option<Named>, limit: usize) -> Result<Vec<Standing>, Error> {
        let attempt = "list the documents";
        let rows = self.ask(attempt, || log::documents(&self.readers, after.as_ref(), limit)).await?;
        let standing: Result<_, _> = rows.iter().map(log::standing).collect();
        standing.map_err(self.server.failed(attempt))
    }

    async fn contents(&self, after: Option<String>, limit: usize) -> Result<Vec<Content>, Error> {
        let attempt = "list the contents";
        let rows = self.ask(attempt, || log::contents(&self.readers, after.as_deref(), limit)).await?;
        let contents: Result<_, _> = rows.iter().map(log::content).collect();
        contents.map_err(self.server.failed(attempt))
    }

    async fn close(&self) {
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}
