//! What stands in a database, whichever it is: read back only as it was written. Pure.

use std::sync::Arc;

use arena_core::event::Record;
use arena_core::id::Seq;

use crate::{Blob, Cause, EventText, Link};

/// What stands in the database is not what was written there.
#[derive(Debug, thiserror::Error)]
#[error("its hash does not fit: it, or one before it, was changed after it was written")]
pub(crate) struct Changed;

/// A row of events: its number, its text, its link.
pub(crate) type EventRow<'a> = (i64, &'a str, &'a [u8]);

/// What is made of a row, with its own link; `None` for the cause if it is another event.
pub(crate) type Read<T> = Result<(T, Link), Option<Cause>>;

/// The record of a row, if it is the `expected` one by its key and by its content, and its own link, if that fits.
pub(crate) fn record(row: EventRow<'_>, expected: Seq, before: Link) -> Read<Record> {
    // Before the link: what is wrong with a text says more than that it was changed.
    let record: Record = serde_json::from_str(row.1).map_err(|cause| Some(Arc::new(cause) as Cause))?;
    if record.seq != expected {
        return Err(None);
    }
    Ok((record, link(row, expected, before)?))
}

/// The text of a row, if it is the `expected` one by its key, and its own link, if that fits.
pub(crate) fn text(row: EventRow<'_>, expected: Seq, before: Link) -> Read<EventText> {
    let link = link(row, expected, before)?;
    Ok((EventText::stored(expected, row.1), link))
}

fn link((seq, body, link): EventRow<'_>, expected: Seq, before: Link) -> Result<Link, Option<Cause>> {
    if u64::try_from(seq) != Ok(expected.0) {
        return Err(None);
    }
    let follows = before.next(body);
    if link == follows.as_bytes() { Ok(follows) } else { Err(Some(Arc::new(Changed))) }
}

/// The bytes of a content, if they are what `hash` names.
pub(crate) fn content(bytes: Vec<u8>, hash: &str) -> Result<Vec<u8>, Changed> {
    let blob = Blob::of(bytes);
    if blob.hash() == hash { Ok(blob.into_bytes()) } else { Err(Changed) }
}

/// As databases count. What does not fit was refused before: no such number is stored.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
