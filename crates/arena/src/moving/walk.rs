//! Reads a store as a row of parts, always in the same order. Touches the store.

use std::collections::BTreeSet;

use arena_core::id::{MatchId, Seq};
use arena_store::{Document, Error, Kind, Pages, Query, Store};

use super::Part;
use crate::audit::{ToolUse, trail};
use crate::header::Header;
use crate::runner::records;

/// Hashes, ids, documents or events that are read at once.
const PAGE: usize = 500;

/// Why a match is not exported alone.
#[derive(Debug, thiserror::Error)]
pub enum NotOver {
    /// What the store says.
    #[error(transparent)]
    Store(#[from] Error),
    /// Somebody could play it on.
    #[error("match {0} is not over: only an export of the whole arena has such")]
    NotOver(MatchId),
    /// It cannot be shown in a list.
    #[error("match {0} has no header that can be read: see arena verify")]
    NoHeader(MatchId),
}

/// Gives `take` everything there is, but what says that a move is under way. Nobody may write meanwhile.
///
/// # Errors
/// What the store says, or `take`.
pub async fn everything<E: From<Error>>(
    store: &dyn Store,
    mut take: impl AsyncFnMut(Part) -> Result<(), E>,
) -> Result<(), E> {
    let mut after: Option<String> = None;
    loop {
        let page = store.hashes(after.as_deref(), PAGE).await?;
        for hash in &page {
            content(store, hash, &mut take).await?;
        }
        match page.into_iter().last() {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    let mut after = None;
    loop {
        let page = store.matches(after, PAGE).await?;
        for id in &page {
            events(store, *id, &mut take).await?;
        }
        match page.last() {
            Some(last) => after = Some(*last),
            None => break,
        }
    }
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Move) {
        let mut pages = Pages::of(Query::of(kind, PAGE));
        while let Some(page) = pages.next(store).await? {
            for document in page {
                take(Part::Document(document)).await?;
            }
        }
    }
    Ok(())
}

/// Gives `take` a match that is over, with the contents that it names.
///
/// # Errors
/// What the store says, or `take`; [`NotOver`] before `take` was given anything.
pub async fn one_match<E: From<NotOver> + From<Error>>(
    store: &dyn Store,
    id: MatchId,
    mut take: impl AsyncFnMut(Part) -> Result<(), E>,
) -> Result<(), E> {
    // Read first: a match that is over does not change any more.
    let header = over(store, id).await?;
    let calls = trail(&records(store, id).await?);
    let hashes: BTreeSet<String> = calls.iter().flat_map(ToolUse::contents).collect();
    for hash in hashes {
        content(store, &hash, &mut take).await?;
    }
    events(store, id, &mut take).await?;
    take(Part::Document(header)).await
}

/// The header of a match that is over.
async fn over(store: &dyn Store, id: MatchId) -> Result<Document, NotOver> {
    let document = store.get(Kind::Match, &id.to_string()).await?.ok_or(NotOver::NoHeader(id))?;
    let header: Header = document.body.read().map_err(|_| NotOver::NoHeader(id))?;
    if header.is_over() { Ok(document) } else { Err(NotOver::NotOver(id)) }
}

async fn content<E: From<Error>>(
    store: &dyn Store,
    hash: &str,
    take: &mut impl AsyncFnMut(Part) -> Result<(), E>,
) -> Result<(), E> {
    match store.blob(hash).await? {
        Some(bytes) => take(Part::Content(arena_store::Blob::of(bytes))).await,
        // An event names it, and it is gone: `arena audit verify` tells, here as there.
        None => Ok(()),
    }
}

async fn events<E: From<Error>>(
    store: &dyn Store,
    id: MatchId,
    take: &mut impl AsyncFnMut(Part) -> Result<(), E>,
) -> Result<(), E> {
    let Some((last, link)) = store.head(id).await? else { return Ok(()) };
    let mut after = Seq::ZERO;
    while after < last {
        let page = store.texts(id, after, PAGE).await?;
        let Some(end) = page.last() else { break };
        after = end.seq();
        for text in page {
            take(Part::Event(id, text)).await?;
        }
    }
    take(Part::Head(id, last, link)).await
}
