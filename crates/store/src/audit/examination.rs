//! Everything that can be told of a database from within: the log, documents, contents, events. Touches a store.

use arena_core::id::{MatchId, Seq};

use super::{Fault, Kept, Ledger};
use crate::{Error, Link, Store};

/// Matches that are listed, and events that are read, at once.
const PAGE: usize = 1_000;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// The last entry of the log, 0 if there is none, and its link.
    pub head: (u64, Link),
    /// Documents that stand.
    pub n_documents: usize,
    /// Contents that are kept.
    pub n_contents: usize,
    /// Matches that have events.
    pub n_matches: usize,
    /// What is wrong, in the order in which it was looked at.
    pub faults: Vec<Fault>,
}

/// Reads everything, and looks whether it is as it was written, and as somebody has `kept` it.
///
/// # Errors
/// What the store says, but for damage, which is found.
pub async fn examine(store: &dyn Store, kept: Vec<Kept>) -> Result<Examination, Error> {
    let mut ledger = Ledger::read(store, kept).await?;
    let (n_documents, mut faults) = ledger.documents(store).await?;
    let (n_contents, wrong) = ledger.contents(store).await?;
    faults.extend(wrong);
    let mut n_matches = 0;
    let mut after: Option<MatchId> = None;
    loop {
        let page = match store.matches(after, PAGE).await {
            Ok(page) => page,
            Err(error) => {
                faults.push(Fault::of(error)?);
                break;
            }
        };
        for id in &page {
            faults.extend(events(store, *id).await?);
            faults.extend(ledger.match_events(store, *id).await?);
        }
        n_matches += page.len();
        after = page.last().copied();
        if page.len() < PAGE {
            break;
        }
    }
    faults.extend(ledger.other_matches(store).await?);
    faults.splice(0..0, ledger.faults().iter().cloned());
    Ok(Examination { head: ledger.head(), n_documents, n_contents, n_matches, faults })
}

/// Follows the chain of a match to its end.
async fn events(store: &dyn Store, id: MatchId) -> Result<Option<Fault>, Error> {
    let mut after = Seq::ZERO;
    loop {
        match store.records(id, after, PAGE).await {
            Ok(page) if page.len() < PAGE => return Ok(None),
            Ok(page) => after = page.last().map_or(after, |record| record.seq),
            Err(error) => return Fault::of(error).map(Some),
        }
    }
}
