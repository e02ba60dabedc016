//! The database of the arena: the events of matches, which are only ever appended, and go with their whole match alone; contents that they name by their
//! hash, documents with revisions, and the audit log over all of it.
//!
//! The one crate that speaks SQL; it touches a database and nothing else. The runner appends through [`Store`] before
//! it performs what follows; feeds, pages and exports read through it. The store is the truth: what it acknowledged
//! survives a crash of the process and of the machine. Two implementations stand: [`sqlite::SqliteStore`] in a file, and
//! [`postgres::PostgresStore`] on a server.

mod append;
pub mod audit;
mod blob;
mod body;
mod change;
mod document;
mod error;
mod event_text;
mod link;
mod model;
mod pages;
pub mod postgres;
mod query;
mod queue;
mod repository;
mod restore;
mod sheet;
pub mod sqlite;
mod stored;

use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use async_trait::async_trait;

pub use append::Append;
use audit::{Content, Named, Standing};
pub use audit::{Note, Noted};
pub use blob::Blob;
pub use body::Body;
pub use document::{Document, Kind, Put, Rev};
pub use error::{Cause, Error};
pub use event_text::EventText;
pub use link::{Link, NotALink};
pub use model::Model;
pub use pages::Pages;
pub use query::{
    Column, Comparison, Field, Filter, Group, Grouping, Index, JsonPath, NotAPath, NotAPattern, Order, Pattern,
    Position, Query, Scalar, Simple, Sum, Type,
};
pub use repository::Repository;
pub use restore::{Passage, Restore};
pub use sheet::{Cell, Sheet, View};

/// Where matches and documents are kept. Shared as `Arc<dyn Store>`; every method may be called from many tasks at once.
///
/// A write is all or nothing, and durable (on the disk, not in a cache) when its call returns `Ok`. A read sees every
/// write that was acknowledged before it began. Writes of many callers are committed in groups: one alone costs a
/// flush of the disk (1 to 20 ms), a thousand at once cost little more.
///
/// After an error other than [`Error::Conflict`] and [`Error::Misnumbered`] a write has not happened, except that a
/// failing disk may keep what it reported lost, and it then shows after the next start. The numbers tell: repeating
/// the write is a [`Error::Conflict`] if it did happen. A write whose future is dropped may still happen.
#[async_trait]
pub trait Store: Send + Sync {
    /// What people and errors call it: a path, or a server without its secrets.
    fn database(&self) -> String;

    /// Adds the next events of a match, and the document beside them, if nobody else added any.
    ///
    /// This is the fence between two workers on one match: of two appends with the same `after`, one succeeds.
    /// A [`Put`] in `header` is applied in the same transaction: both happen or neither.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the last event of the match is not `append.after`, or if the document's revision is not
    /// the expected one: somebody else goes on with this match, so stop and read it again.
    /// [`Error::Misnumbered`] if the records do not follow `append.after` one by one, or there are none.
    /// [`Error::Full`], [`Error::ReadOnly`], [`Error::Closed`], [`Error::Database`] as they say.
    async fn append(&self, append: Append) -> Result<(), Error>;

    /// The events of match `id` after `after`, in order, at most `limit` of them; none for an unknown match.
    ///
    /// Without a gap: fewer than `limit` means there are no more yet. About 60 µs, and 4 µs for each event of 500 bytes.
    ///
    /// # Errors
    /// [`Error::Corrupt`], naming the event, if one is missing, was changed, or cannot be read; [`Error::Closed`],
    /// [`Error::Database`] as they say.
    async fn records(&self, id: MatchId, after: Seq, limit: usize) -> Result<Vec<Record>, Error>;

    /// The same events as the texts that are stored. For who moves them: their links are hashes of these.
    ///
    /// # Errors
    /// As for [`Store::records`], but that a text with the right link is not read.
    async fn texts(&self, id: MatchId, after: Seq, limit: usize) -> Result<Vec<EventText>, Error>;

    /// The number and the link of the last event of match `id`; `None` for an unknown match.
    ///
    /// # Errors
    /// As for [`Store::records`], which alone compares the links with the events.
    async fn head(&self, id: MatchId) -> Result<Option<(Seq, Link)>, Error>;

    /// Keeps contents, so that events may name them. What is kept already costs a look.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::ReadOnly`], [`Error::Closed`], [`Error::Database`] as they say.
    async fn keep(&self, blobs: Vec<Blob>) -> Result<(), Error>;

    /// The bytes that are kept under this hash, if there are any.
    ///
    /// # Errors
    /// [`Error::Corrupt`], naming the content, if they are not what they were; [`Error::Closed`], [`Error::Database`]
    /// as they say.
    async fn blob(&self, hash: &str) -> Result<Option<Vec<u8>>, Error>;

    /// The hashes under which contents are kept, in their order, after `after`, at most `limit` of them.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Database`] as they say.
    async fn hashes(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error>;

    /// The matches that have events, in the order of their ids, after `after`, at most `limit` of them.
    ///
    /// Whether or not a document speaks of them. One step of the index for each match.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if an id is none; [`Error::Closed`], [`Error::Database`] as they say.
    async fn matches(&self, after: Option<MatchId>, limit: usize) -> Result<Vec<MatchId>, Error>;

    /// Writes a document if its revision is still `put.expected`. The new revision is the expected one plus 1.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the revision is another, or if the document exists and [`Rev::NEW`] was expected.
    /// [`Error::Full`], [`Error::ReadOnly`], [`Error::Closed`], [`Error::Database`] as they say.
    async fn put(&self, put: Put) -> Result<(), Error>;

    /// Removes a document if its revision is still `expected`. A later one of the same id begins at revision 1 again.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the revision is another, or if there is none. [`Error::Full`], [`Error::ReadOnly`],
    /// [`Error::Closed`], [`Error::Database`] as they say.
    async fn delete(&self, kind: Kind, id: &str, expected: Rev) -> Result<(), Error>;

    /// Takes away a match: all its events, and its header, which is the document of kind [`Kind::Match`] with its id. All of
    /// it goes or nothing, if its last event is still `last` and the header's revision still `header`; [`Seq::ZERO`] and
    /// [`Rev::NEW`] for what there was none of.
    ///
    /// The audit log is told with which event and which link the match [ended](audit::Fact::Removed), so that who has an
    /// export of it can still show that it was here. Contents that it names stay: [`Store::forget`]. One transaction, however
    /// long the match is: 100,000 events of 500 bytes take 0.4 s, and 50 MB of log beside an SQLite file.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the match has gone on, or its header was written or removed. [`Error::Full`],
    /// [`Error::ReadOnly`], [`Error::Closed`], [`Error::Database`] as they say.
    async fn remove(&self, id: MatchId, last: Seq, header: Rev) -> Result<(), Error>;

    /// Takes away the contents of these hashes, of which the caller knows that nothing names them any more. The audit log is
    /// told of each; what is not there is passed over.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::ReadOnly`], [`Error::Closed`], [`Error::Database`] as they say.
    async fn forget(&self, hashes: Vec<String>) -> Result<(), Error>;

    /// Writes what stood elsewhere as it stood there: documents at their own revisions, events as their texts.
    ///
    /// What stands already as it is to be is left alone, so that this may be repeated. All of it happens or nothing, and
    /// nobody else may write to the same matches and documents meanwhile. A few MB at once are fast; memory is the limit.
    ///
    /// # Errors
    /// [`Error::Different`], naming it, if something else stands there. [`Error::Misnumbered`] if texts do not follow each
    /// other, [`Error::Conflict`] if the event before them is not there. [`Error::Full`], [`Error::ReadOnly`],
    /// [`Error::Closed`], [`Error::Database`] as they say.
    async fn restore(&self, restore: Restore) -> Result<(), Error>;

    /// The document of this kind and id, if there is one.
    ///
    /// # Errors
    /// [`Error::Corrupt`], naming the document, if it cannot be read; [`Error::Closed`], [`Error::Database`] as they
    /// say.
    async fn get(&self, kind: Kind, id: &str) -> Result<Option<Document>, Error>;

    /// The documents that `query` asks for, in its order.
    ///
    /// By a field with an [`Index`] it reads what it finds; by others every document of the kind, about 1 µs each.
    ///
    /// # Errors
    /// As for [`Store::get`].
    async fn find(&self, query: &Query) -> Result<Vec<Document>, Error>;

    /// Counts and adds up documents, in groups and in no order. One group of all is there even if it is empty.
    ///
    /// # Errors
    /// As for [`Store::get`].
    async fn group(&self, grouping: &Grouping) -> Result<Vec<Group>, Error>;

    /// How many documents of a kind meet `filter`.
    ///
    /// # Errors
    /// As for [`Store::get`].
    async fn count(&self, kind: Kind, filter: Filter) -> Result<u64, Error> {
        let groups = self.group(&Grouping::of(kind).filter(filter)).await?;
        Ok(groups.iter().map(|group| group.count).sum())
    }

    /// Writes entries to the audit log, after those that are there.
    ///
    /// What is changed in the database needs none of the caller: the store writes an entry, in the same transaction, for
    /// each [`Store::put`] and [`Store::delete`], each new content of [`Store::keep`], each match of [`Store::remove`] and content
    /// of [`Store::forget`], and for an append that has a header or is a match's first the header's
    /// and the match's [head](audit::Fact::Head). Plain events are in the chain of their match.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::ReadOnly`], [`Error::Closed`], [`Error::Database`] as they say.
    async fn note(&self, notes: Vec<Note>) -> Result<(), Error>;

    /// The entries of the audit log after number `after`, in order, at most `limit` of them.
    ///
    /// Without a gap: fewer than `limit` means there are no more yet.
    ///
    /// # Errors
    /// [`Error::Corrupt`], naming the entry, if one is missing, was changed, or cannot be read; [`Error::Closed`],
    /// [`Error::Database`] as they say.
    async fn notes(&self, after: u64, limit: usize) -> Result<Vec<Noted>, Error>;

    /// The number and the link of the last entry of the audit log; 0 and [`Link::of_empty_log`] if there is none.
    ///
    /// # Errors
    /// As for [`Store::notes`], which alone compares the links with the entries.
    async fn notes_head(&self) -> Result<(u64, Link), Error>;

    /// The link of event `seq` of match `id`, as it is stored; `None` if there is no such event.
    ///
    /// # Errors
    /// As for [`Store::records`], which alone compares the links with the events.
    async fn link(&self, id: MatchId, seq: Seq) -> Result<Option<Link>, Error>;

    /// The documents of all kinds, also of such as nobody knows, in the order of [`Named`], after `after`, at most `limit`
    /// of them. Read from the database, never from memory, with the hash of the text as it is stored: for those who look
    /// whether it is what was written.
    ///
    /// # Errors
    /// As for [`Store::get`].
    async fn standing(&self, after: Option<Named>, limit: usize) -> Result<Vec<Standing>, Error>;

    /// The contents in the order of their names, after `after`, at most `limit` of them: whether each is what it was. Reads
    /// all their bytes.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Database`] as they say.
    async fn contents(&self, after: Option<String>, limit: usize) -> Result<Vec<Content>, Error>;

    /// Finishes what was asked before, tidies the database and lets go of it. Repeated calls do nothing.
    ///
    /// Every later call of another method is [`Error::Closed`]. A store that is dropped unclosed does the same, but
    /// blocks its thread meanwhile.
    async fn close(&self);
}
