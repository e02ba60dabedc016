//! A report on matches as the database has them.

use arena_core::engine::Illegal;
use arena_core::id::MatchId;
use arena_store::Store;
use jiff::Timestamp;

use super::{Anchor, Draft, Report};
use crate::runner::records;

/// No report can be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database has nothing of the match.
    #[error("match {0} has no events")]
    NoSuchMatch(MatchId),
    /// The record of the match does not fold.
    #[error("match {id} cannot be folded; arena verify {id} says more")]
    Record {
        /// Which match.
        id: MatchId,
        /// Where it breaks.
        #[source]
        cause: Illegal,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] arena_store::Error),
}

/// The report on these matches as they stand, made at `at`. A match is in memory while it is taken in.
///
/// # Errors
/// [`Error`] names the match.
pub async fn gather(
    store: &dyn Store,
    ids: &[MatchId],
    anchor: Anchor,
    with_texts: bool,
    at: Timestamp,
) -> Result<Report, Error> {
    let mut draft = Draft::new(anchor, with_texts);
    for id in ids {
        let records = records(store, *id).await?;
        if records.is_empty() {
            return Err(Error::NoSuchMatch(*id));
        }
        draft.add(&records).map_err(|cause| Error::Record { id: *id, cause })?;
    }
    Ok(draft.finish(at))
}
