//! What can go wrong with the store, by what the caller can do about it. Logged nowhere in this crate.

use std::path::PathBuf;
use std::sync::Arc;

use arena_core::id::{MatchId, Seq};

/// Why, in the words of the database or the system. Shared, because one failed commit fails many callers.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else wrote first: read again and decide anew. Nothing was written.
    #[error("{what} stands at {found}, not at {expected}: it was changed meanwhile; read it again")]
    Conflict {
        /// The match or the document.
        what: String,
        /// The number that the caller knew: the last event, or the revision.
        expected: u64,
        /// The number that stands.
        found: u64,
    },
    /// Something else stands where something was to be restored: it belongs to another arena, or has gone on. Nothing was written.
    #[error("{what} is there already and is another one")]
    Different {
        /// The event or the document.
        what: String,
    },
    /// The caller's mistake: records that are no continuation. Nothing was written.
    #[error(
        "append to match {id}: event {expected} comes next, but the records hold {}",
        found.map_or_else(|| "none".to_owned(), |found| format!("event {found} there"))
    )]
    Misnumbered {
        /// The match.
        id: MatchId,
        /// The number that should stand there.
        expected: Seq,
        /// The number that does; `None` if there are no records.
        found: Option<Seq>,
    },
    /// A question in SQL that the database does not understand, or that is none: put it otherwise.
    #[error("{0}")]
    NotAQuestion(String),
    /// Another process has the database: wait for it, or take another.
    #[error(
        "database {database:?} is in use by {}; wait for it or name another with --database",
        pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
    )]
    InUse {
        /// The database.
        database: String,
        /// The other process, if it says.
        pid: Option<u32>,
    },
    /// A file of somebody else: take another. It was not touched.
    #[error("{database:?} is not a database of the arena: {found}; name another with --database")]
    NotADatabase {
        /// The file.
        database: String,
        /// What it is instead, as the end of a sentence.
        found: &'static str,
    },
    /// Made by a newer arena: update this one. It was not touched.
    #[error("database {database:?} has format {found}, this arena knows formats up to {known}; use a newer arena")]
    Newer {
        /// The database.
        database: String,
        /// Its format.
        found: u32,
        /// The newest format this arena reads.
        known: u32,
    },
    /// Made by an older arena, and opened for reading only: open it once for writing, which brings it up to date.
    #[error("database {database:?} has format {found}, this arena reads format {known}; open it once for writing")]
    Older {
        /// The database.
        database: String,
        /// Its format.
        found: u32,
        /// The format this arena reads.
        known: u32,
    },
    /// Damaged: a person must restore a copy.
    #[error("database {database:?} is damaged: {what} cannot be read; restore a copy of it")]
    Corrupt {
        /// The database.
        database: String,
        /// The smallest known part that is damaged.
        what: String,
        /// Why, if anything else said so.
        #[source]
        cause: Option<Cause>,
    },
    /// No room: make some, then repeat.
    #[error(
        "there is no room left for database {database:?} on its disk or below its size limit; make room and repeat"
    )]
    Full {
        /// The database.
        database: String,
        /// What the database says.
        #[source]
        cause: Cause,
    },
    /// Opened for reading, and there is nothing: name another, or create it by opening it for writing.
    #[error("there is no database {database:?}; name another with --database, or run a match to create it")]
    Missing {
        /// Where it should be.
        database: String,
    },
    /// A write to a database that this process may only read: open it for writing.
    #[error("database {database:?} is open for reading only; check its permissions or open it for writing")]
    ReadOnly {
        /// The database.
        database: String,
    },
    /// The database's server does not answer: see to it, then repeat. A write may have happened.
    #[error("could not {attempt}: database {database:?} cannot be reached; see that its server runs there")]
    Unreachable {
        /// What was tried, as a verb and its object.
        attempt: &'static str,
        /// The database.
        database: String,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// The database's server does not let us in: see to user, password, name and TLS.
    #[error(
        "the server of database {database:?} does not let us in; see to user, password and the name of the database"
    )]
    Refused {
        /// The database.
        database: String,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// There is a file, and it cannot be opened: copy it elsewhere.
    #[error(
        "database {database:?} cannot be opened: the index of its log has to lie beside it, in a folder that can be \
         written to; copy it to one"
    )]
    Unopenable {
        /// The database.
        database: String,
        /// What the database says.
        #[source]
        cause: Cause,
    },
    /// [`crate::Store::close`] was called: the arena is stopping, so stop too.
    #[error("database {database:?} is closed")]
    Closed {
        /// The database.
        database: String,
    },
    /// The file system refused, outside of the database's own work.
    #[error("could not {attempt} {path:?}")]
    Io {
        /// What was tried, as a verb.
        attempt: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Arc<std::io::Error>,
    },
    /// The database failed in a way that nothing above names.
    #[error("could not {attempt} in database {database:?}")]
    Database {
        /// What was tried, as a verb and its object.
        attempt: &'static str,
        /// The database.
        database: String,
        /// Why.
        #[source]
        cause: Cause,
    },
}
