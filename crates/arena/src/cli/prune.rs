//! `arena prune`: takes away what is old. Killed anywhere, it is gone on with by the same command.

use std::io::{self, Write as _};
use std::sync::Arc;

use arena_store::Store;
use jiff::Timestamp;
use serde_json::json;

use super::args;
use super::database::{open_existing, open_to_read};
use super::exit::{Exit, Failure};
use super::headway::Headway;
use super::import::told;
use super::location::Location;
use super::visible::visible;
use crate::clock::{Clock as _, SystemClock};
use crate::moving::Tally;
use crate::pruning::{Gone, Order, Pruned, Pruner};

pub(super) async fn prune(args: args::Prune) -> Result<Exit, Failure> {
    let args::Prune { older_than, dry_run, by, json, database } = args;
    let location = &database.database;
    let before = SystemClock.now() - older_than;
    let store = if dry_run { open_to_read(location).await? } else { open_alone(location).await? };
    let pruned = all(&*store, Order { by, before }, dry_run).await;
    store.close().await;
    let pruned = pruned?;
    if json {
        let Pruned { tally, content_bytes, matches, left } = &pruned;
        let line = json!({
            "schema_version": 1, "dry_run": dry_run, "before": before, "counts": tally, "content_bytes": content_bytes,
            "matches": matches, "left": left,
        });
        writeln!(io::stdout(), "{line}")?;
    } else {
        say(&pruned, location, before, dry_run)?;
    }
    Ok(if pruned.left.is_empty() { Exit::Good } else { Exit::Gate })
}

/// The database with the lock of who writes.
async fn open_alone(location: &Location) -> Result<Arc<dyn Store>, Failure> {
    open_existing(location).await.map_err(|failure| {
        if !failure.is_in_use() {
            return failure;
        }
        Failure::usage(format!(
            "{}; pruning needs it alone: stop the server, or what is played there",
            failure.message()
        ))
    })
}

async fn all(store: &dyn Store, order: Order, is_dry: bool) -> Result<Pruned, Failure> {
    let mut pruner = Pruner::begin(store, order, is_dry).await?;
    let mut headway = Headway::over(store, "pruning").await?;
    pruner.matches(|n_events| headway.passed(n_events)).await?;
    drop(headway);
    pruner.trails().await?;
    let mut headway = Headway::over(store, "looking for contents").await?;
    pruner.contents(|n_events| headway.passed(n_events)).await?;
    Ok(pruner.end())
}

fn say(pruned: &Pruned, location: &Location, before: Timestamp, is_dry: bool) -> Result<(), Failure> {
    let Pruned { tally, content_bytes, matches, left } = pruned;
    let mut out = anstream::stdout();
    if is_dry {
        for Gone { id, last, at } in matches {
            writeln!(out, "{id}  ended {}, {last} events", at.strftime("%F %T"))?;
        }
    }
    if *tally == Tally::default() {
        let moment = before.strftime("%F %T");
        writeln!(out, "nothing that is older than {moment} can be removed from {location}: nothing was changed")?;
    } else {
        let what = if is_dry { "would be removed" } else { "removed" };
        writeln!(out, "{what} from {location}: {}; the contents took {content_bytes} bytes", told(*tally))?;
    }
    for left in left {
        writeln!(anstream::stderr(), "{}", visible(&left.to_string()))?;
    }
    if !left.is_empty() {
        writeln!(anstream::stderr(), "see what is wrong with: arena audit verify")?;
    }
    if let (Location::File(_), false, false) = (location, is_dry, *tally == Tally::default()) {
        writeln!(
            anstream::stderr(),
            "the file keeps its size and uses the room again; arena backup makes a small copy"
        )?;
    }
    Ok(())
}
