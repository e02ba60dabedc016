//! `arena audit`: one file a part. The calls of tools, the log of everything, whether both are whole, and what is signed.

mod calls;
mod log;
mod signing;
mod verify;

use arena_core::id::MatchId;
use arena_store::Store;

use super::args::Audit;
use super::exit::{Exit, Failure};
use super::verify::all;
use super::which::which;

pub(super) async fn audit(audit: Audit) -> Result<Exit, Failure> {
    match audit {
        Audit::List(args) => calls::list(args).await,
        Audit::Show(args) => calls::show(args).await,
        Audit::Log(args) => log::log(args).await,
        Audit::Verify(args) => verify::verify(args).await,
        Audit::Keygen(args) => signing::keygen(&args),
        Audit::Checkpoint(args) => signing::checkpoint(args).await,
    }
}

/// The matches that were named; all, if none was.
async fn wanted(store: &dyn Store, matches: &[String]) -> Result<Vec<MatchId>, Failure> {
    let mut ids = Vec::new();
    for text in matches {
        ids.push(which(store, text).await?);
    }
    if ids.is_empty() { all(store).await } else { Ok(ids) }
}
