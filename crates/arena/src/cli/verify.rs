//! `arena verify`: records are played again, and must say the same.

use std::io::Write as _;

use arena_core::engine::{Match, Stage};
use arena_core::id::{MatchId, Seq};
use arena_models::Cassette;
use arena_store::{Kind, Store};
use serde_json::json;

use super::args::Verify;
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::tape;
use super::visible::visible;
use super::which::{header, which};
use crate::cassette::compare;
use crate::causes::in_one_line;
use crate::header::Header;
use crate::runner::records;
use crate::verify::{self, Verified};

/// Matches that are looked up at once.
const PAGE: usize = 1_000;

pub(super) async fn verify(args: Verify) -> Result<Exit, Failure> {
    let store = open_to_read(&args.database.database).await?;
    let mut ids = Vec::new();
    for text in &args.matches {
        ids.push(which(&*store, text).await?);
    }
    let are_listed = ids.is_empty();
    if are_listed {
        ids = all(&*store).await?;
    }
    if ids.is_empty() {
        return Err(Failure::nothing("there is no match in this database to verify"));
    }
    let cassette = args.cassette.as_deref().map(tape::read).transpose()?;
    let mut exit = Exit::Good;
    let mut reports = Vec::new();
    for id in ids {
        let verified = one(&*store, id, cassette.as_ref()).await;
        // It was pruned while it was read.
        if are_listed && !verified.is_good() && matches!(store.head(id).await, Ok(None)) {
            continue;
        }
        if !verified.is_good() {
            exit = Exit::Gate;
        }
        let (state, n_events, n_derived) = (verified.state(), verified.n_events, verified.n_derived);
        let differences: Vec<String> = verified
            .differences
            .iter()
            .map(|difference| format!("event {}: {}", difference.seq, difference.what))
            .collect();
        if args.json {
            reports.push(json!({
                "id": id, "good": verified.is_good(), "state": state, "n_events": n_events, "n_derived": n_derived,
                "differences": differences,
            }));
            continue;
        }
        let word = if verified.is_good() { "good" } else { "BAD" };
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

/// One match. What cannot be read is a difference like any other: the matches after it are verified all the same.
async fn one(store: &dyn Store, id: MatchId, cassette: Option<&Cassette>) -> Verified {
    let mut verified = match records(store, id).await {
        Ok(records) => {
            let mut verified = verify::verify(&records);
            if let Some(cassette) = cassette {
                verified.differences.extend(compare(&records, cassette));
            }
            verified
        }
        Err(error) => Verified::unreadable(in_one_line(&error)),
    };
    let mut differ = |seq: Seq, what: &str| {
        verified.differences.push(verify::Difference { seq, what: what.to_owned() });
    };
    let document = store.get(Kind::Match, &id.to_string()).await;
    match (&verified.game, document) {
        (None, _) => {}
        (Some(game), _) if game.id != id => differ(Seq(1), "these are the events of another match"),
        (Some(game), Ok(Some(document))) => match header(&document) {
            Ok((_, header)) if header == settled(&header, game) => {}
            Ok(_) => differ(game.last, "the header does not tell what the record does"),
            Err(_) => differ(game.last, "the header is damaged"),
        },
        (Some(game), Ok(None)) => differ(game.last, "the match has no header, so that no list shows it"),
        (Some(game), Err(_)) => differ(game.last, "the header cannot be read"),
    }
    verified
}

/// The header that `game` should have. It is written when the status changes or a round is judged: for a match under
/// way, its last event is the one of that moment.
fn settled(written: &Header, game: &Match) -> Header {
    let header = Header::of(game);
    match game.stage {
        Stage::Ended(_) => header,
        Stage::Pending | Stage::Running(_) | Stage::Paused(_) => {
            Header { last: written.last, at: written.at, ..header }
        }
    }
}

/// Every match that has events, whether or not a list shows it.
pub(super) async fn all(store: &dyn Store) -> Result<Vec<MatchId>, Failure> {
    let mut ids: Vec<MatchId> = Vec::new();
    loop {
        let page = store.matches(ids.last().copied(), PAGE).await?;
        let is_last = page.len() < PAGE;
        ids.extend(page);
        if is_last {
            return Ok(ids);
        }
    }
}
