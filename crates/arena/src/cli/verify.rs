//! `arena verify`: records are played again, and must say the same.

use std::io::Write as _;

use arena_core::id::MatchId;
use arena_store::{Kind, Order, Query, Store};
use serde_json::json;

use super::args::Verify;
use super::exit::{Exit, Failure};
use super::visible::visible;
use super::watch::open_to_read;
use super::which::{header, which};
use crate::header::Header;
use crate::runner::records;
use crate::verify;

/// Matches that are looked up at once.
const PAGE: usize = 1_000;

pub(super) async fn verify(args: Verify) -> Result<Exit, Failure> {
    let store = open_to_read(&args.database.database).await?;
    let mut ids = Vec::new();
    for text in &args.matches {
        ids.push(which(&*store, text).await?);
    }
    if ids.is_empty() {
        ids = all(&*store).await?;
    }
    if ids.is_empty() {
        return Err(Failure::nothing("there is no match in this database to verify"));
    }
    let mut exit = Exit::Good;
    let mut reports = Vec::new();
    for id in ids {
        let mut verified = verify::verify(&records(&*store, id).await?);
        if let (Some(game), Some(document)) = (&verified.game, store.get(Kind::Match, &id.to_string()).await?) {
            let (_, header) = header(&document)?;
            // The header is written when the status changes, not with every event.
            if header.status != game.stage.word() || header.winner != Header::of(game).winner {
                let what = "the header does not tell what the record does".to_owned();
                verified.differences.push(verify::Difference { seq: game.last, what });
            }
        }
        if !verified.is_good() {
            exit = Exit::Gate;
        }
        let differences: Vec<String> = verified
            .differences
            .iter()
            .map(|difference| format!("event {}: {}", difference.seq, difference.what))
            .collect();
        if args.json {
            reports.push(json!({
                "id": id, "good": verified.is_good(), "state": verified.state(), "n_events": verified.n_events,
                "n_derived": verified.n_derived, "differences": differences,
            }));
            continue;
        }
        let word = if verified.is_good() { "good" } else { "BAD" };
        let (state, n_events, n_derived) = (verified.state(), verified.n_events, verified.n_derived);
        let mut out = anstream::stdout();
        writeln!(out, "{id}  {word}  {state}, {n_events} events, {n_derived} derived again")?;
        for difference in differences {
            writeln!(out, "  {}", visible(&difference))?;
        }
    }
    if args.json {
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "matches": reports}))?;
    }
    Ok(exit)
}

async fn all(store: &dyn Store) -> Result<Vec<MatchId>, Failure> {
    let mut query = Query { order: Order::Ascending, ..Query::of(Kind::Match, PAGE) };
    let mut ids = Vec::new();
    loop {
        let page = store.find(&query).await?;
        for document in &page {
            ids.push(header(document)?.0);
        }
        match page.last() {
            Some(last) if page.len() == PAGE => query.after = Some(last.id.clone()),
            _ => return Ok(ids),
        }
    }
}
