//! Agents and scenarios of users' own, in the database, beside those that the program brings.
//!
//! One document a name lists its revisions; their texts are contents named by their hash. A revision never changes, and
//! its number is never given again, not even after the name was removed: a match that names it can be explained for ever.

mod error;
mod kept;

use std::marker::PhantomData;
use std::sync::Arc;

use arena_core::agent::Agent;
use arena_core::name::Name;
use arena_core::scenario::Scenario;
use arena_store::{Blob, Document, Field, Index, Kind, Model, Query, Repository, Rev, Store, View};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::error::Error;
pub use self::kept::Kept;

/// More of a kind nobody looks through.
const MAX_KEPT: usize = 10_000;

/// More changes of one thing are made by a program that goes astray.
const MAX_REVISIONS: usize = 1_000;

/// Whether a name is kept: those that were removed stay for ever, and lists go by.
const STATUS: Field<String> = Field::at("status");

/// A thing of the library, at one of its revisions.
#[derive(Clone, Debug)]
pub struct Item<T> {
    /// The thing.
    pub value: Arc<T>,
    /// Which revision of it this is; `None` if the program brings it.
    pub revision: Option<Revision>,
}

/// What is known of one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its number: 1, 2, 3 and so on, with those missing at which it was removed.
    pub rev: Rev,
    /// BLAKE3 of its text.
    pub hash: String,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it: the name of a token, or `local`.
    pub by: String,
}

/// The document of a name. Its own revision is that of the last change, a removal among them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Entry<T> {
    /// `kept` or `removed`; filters find it by that.
    status: Status,
    revisions: Vec<Revision>,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T: Kept> Model for Entry<T> {
    const KIND: Kind = T::KIND;

    fn indexes() -> Vec<Index> {
        vec![Index::of(T::KIND, &STATUS)]
    }
}

impl<T> Entry<T> {
    /// That of a name which nobody has used.
    fn unused() -> Self {
        Self { status: Status::Removed, revisions: Vec::new(), of: PhantomData }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Removed,
    Kept,
}

/// What lists filter by.
pub fn indexes() -> Vec<Index> {
    [Entry::<Agent>::indexes(), Entry::<Scenario>::indexes()].concat()
}

/// What people see of agents and scenarios when they ask in SQL.
pub fn views() -> Vec<View> {
    let columns = || vec![("status", STATUS.column())];
    [("agents", Kind::Agent), ("scenarios", Kind::Scenario)]
        .map(|(name, kind)| View { name, kind, columns: columns() })
        .into()
}

/// The thing of this name as it stands.
///
/// # Errors
/// [`Error::Store`], [`Error::Damaged`].
pub async fn find<T: Kept>(store: &dyn Store, name: &Name) -> Result<Option<Item<T>>, Error> {
    if let Some(value) = T::built_in(name)? {
        return Ok(Some(Item { value, revision: None }));
    }
    let Some((_, entry)) = entry::<T>(store, name).await? else { return Ok(None) };
    match entry.revisions.last().filter(|_| entry.status == Status::Kept) {
        Some(revision) => Ok(Some(read(store, name, revision.clone()).await?)),
        None => Ok(None),
    }
}

/// The thing of this name as it was at revision `rev`, even if it was removed since.
///
/// # Errors
/// [`Error::Store`], [`Error::Damaged`].
pub async fn at<T: Kept>(store: &dyn Store, name: &Name, rev: Rev) -> Result<Option<Item<T>>, Error> {
    match revisions::<T>(store, name).await?.into_iter().find(|revision| revision.rev == rev) {
        Some(revision) => Ok(Some(read(store, name, revision).await?)),
        None => Ok(None),
    }
}

/// All revisions of this name, the oldest first; none of what the program brings.
///
/// # Errors
/// [`Error::Store`], [`Error::Damaged`].
pub async fn revisions<T: Kept>(store: &dyn Store, name: &Name) -> Result<Vec<Revision>, Error> {
    Ok(entry::<T>(store, name).await?.map(|(_, entry)| entry.revisions).unwrap_or_default())
}

/// The names of all there is after `after`, sorted, at most `limit` of them.
///
/// # Errors
/// [`Error::Store`], [`Error::Damaged`].
pub async fn names<T: Kept>(store: &dyn Store, after: Option<&str>, limit: usize) -> Result<Vec<Name>, Error> {
    let query = after.into_iter().fold(kept::<T>(limit), Query::after_id);
    let mut names: Vec<Name> = T::built_in_names();
    names.retain(|name| after.is_none_or(|after| name.as_str() > after));
    for document in store.find(&query).await? {
        names.push(document.id.parse().map_err(|error| damaged::<T>(&document.id, &error))?);
    }
    names.sort();
    names.truncate(limit);
    Ok(names)
}

/// Keeps something new.
///
/// # Errors
/// [`Error::Unfit`], [`Error::NameTaken`], [`Error::TooMany`], [`Error::TooManyRevisions`], [`Error::Store`].
pub async fn create<T: Kept>(store: &dyn Store, source: String, by: &str, now: Timestamp) -> Result<Item<T>, Error> {
    let value = T::parse(&source)?;
    let name = value.name().clone();
    let taken = |is_built_in| Error::NameTaken { kind: T::KIND, name: name.clone(), is_built_in };
    if T::built_in(&name)?.is_some() {
        return Err(taken(true));
    }
    let (rev, entry) = entry::<T>(store, &name).await?.unwrap_or((Rev::NEW, Entry::unused()));
    if entry.status == Status::Kept {
        return Err(taken(false));
    }
    if store.count(T::KIND, STATUS.is("kept")).await? >= MAX_KEPT as u64 {
        return Err(Error::TooMany { kind: T::KIND, max: MAX_KEPT });
    }
    write(store, value, source, (rev, entry), by, now).await.map_err(|error| match error {
        Error::Store(arena_store::Error::Conflict { .. }) => taken(false),
        error => error,
    })
}

/// Makes a new revision of something that stands at revision `expected`.
///
/// # Errors
/// [`Error::Unfit`], [`Error::NoSuch`], [`Error::BuiltIn`], [`Error::OtherName`], [`Error::Stale`],
/// [`Error::TooManyRevisions`], [`Error::Store`].
pub async fn change<T: Kept>(
    store: &dyn Store,
    name: &Name,
    source: String,
    expected: Rev,
    by: &str,
    now: Timestamp,
) -> Result<Item<T>, Error> {
    let stands = standing::<T>(store, name, expected).await?;
    let value = T::parse(&source)?;
    if value.name() != name {
        return Err(Error::OtherName { expected: name.clone(), found: value.name().clone() });
    }
    write(store, value, source, (expected, stands), by, now).await
}

/// Removes something that stands at revision `expected`. Its revisions can still be read by their numbers.
///
/// # Errors
/// [`Error::NoSuch`], [`Error::BuiltIn`], [`Error::Stale`], [`Error::Store`].
pub async fn remove<T: Kept>(store: &dyn Store, name: &Name, expected: Rev) -> Result<(), Error> {
    let stands = standing::<T>(store, name, expected).await?;
    let entry = Entry { status: Status::Removed, ..stands };
    Ok(Repository::of(store).put(name.as_str(), expected, &entry).await?)
}

/// What is kept under this name, if it stands at `expected`.
async fn standing<T: Kept>(store: &dyn Store, name: &Name, expected: Rev) -> Result<Entry<T>, Error> {
    let kind = T::KIND;
    if T::built_in(name)?.is_some() {
        return Err(Error::BuiltIn { kind, name: name.clone() });
    }
    match entry::<T>(store, name).await? {
        Some((rev, entry)) if entry.status == Status::Kept && rev == expected => Ok(entry),
        Some((stands, entry)) if entry.status == Status::Kept => Err(Error::Stale { kind, name: name.clone(), stands }),
        _ => Err(Error::NoSuch { kind, name: name.clone() }),
    }
}

/// Adds a revision. The text is kept before anything names it.
async fn write<T: Kept>(
    store: &dyn Store,
    value: Arc<T>,
    source: String,
    (stands, mut entry): (Rev, Entry<T>),
    by: &str,
    now: Timestamp,
) -> Result<Item<T>, Error> {
    let name = value.name().clone();
    if entry.revisions.len() >= MAX_REVISIONS {
        return Err(Error::TooManyRevisions { kind: T::KIND, name, max: MAX_REVISIONS });
    }
    let text = Blob::of(source.into_bytes());
    let revision = Revision { rev: stands.next(), hash: text.hash().to_owned(), at: now, by: by.to_owned() };
    store.keep(vec![text]).await?;
    entry.status = Status::Kept;
    entry.revisions.push(revision.clone());
    Repository::of(store).put(name.as_str(), stands, &entry).await?;
    Ok(Item { value, revision: Some(revision) })
}

fn kept<T: Kept>(limit: usize) -> Query {
    Repository::<Entry<T>>::query(limit).filter(STATUS.is("kept"))
}

async fn entry<T: Kept>(store: &dyn Store, name: &Name) -> Result<Option<(Rev, Entry<T>)>, Error> {
    let document = Repository::of(store).get(name.as_str()).await?;
    Ok(document.map(|Document { rev, body, .. }| (rev, body)))
}

async fn read<T: Kept>(store: &dyn Store, name: &Name, revision: Revision) -> Result<Item<T>, Error> {
    let bytes = store.blob(&revision.hash).await?;
    let bytes = bytes.ok_or_else(|| damaged::<T>(name.as_str(), &"its text is gone"))?;
    let source = String::from_utf8(bytes).map_err(|error| damaged::<T>(name.as_str(), &error))?;
    let value = T::parse(&source).map_err(|error| damaged::<T>(name.as_str(), &error))?;
    Ok(Item { value, revision: Some(revision) })
}

fn damaged<T: Kept>(id: &str, what: &dyn std::fmt::Display) -> Error {
    Error::Damaged { kind: T::KIND, id: id.to_owned(), what: what.to_string() }
}
