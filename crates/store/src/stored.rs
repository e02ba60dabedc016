//! What stands in a database, whichever it is: read back only as it was written. Pure.

use std::sync::Arc;

use arena_core::event::Record;
use arena_core::id::Seq;

use crate::{Cause, Link};

/// What stands in the database is not what was written there.
#[derive(Debug, thiserror::Error)]
#[error("its hash does not fit: it, or one before it, was changed after it was written")]
pub(crate) struct Changed;

/// The record of a row of events, if it is the `expected` one by its key and by its content, and its own link, if that fits.
/// `None` for the cause if it is another event.
pub(crate) fn record(
    (seq, body, link): (i64, &str, &[u8]),
    expected: Seq,
    before: Link,
) -> Result<(Record, Link), Option<Cause>> {
    let record: Record = serde_json::from_str(body).map_err(|cause| Some(Arc::new(cause) as Cause))?;
    if u64::try_from(seq) != Ok(expected.0) || record.seq != expected {
        return Err(None);
    }
    let follows = before.next(body);
    if link == follows.as_bytes() { Ok((record, follows)) } else { Err(Some(Arc::new(Changed))) }
}

/// As databases count. What does not fit was refused before: no such number is stored.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
