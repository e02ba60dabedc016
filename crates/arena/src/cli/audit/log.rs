//! `arena audit log`: the entries of the audit log.

use std::io::Write as _;

use arena_store::Noted;
use arena_store::audit::Fact;
use serde_json::{Value, json};

use super::super::args::AuditLog;
use super::super::database::open_to_read;
use super::super::exit::{Exit, Failure};
use super::super::table::table;
use super::super::visible::visible;
use crate::audit::journal::{Request, TOPIC};
use crate::pruning::{self, Order};

pub(super) async fn log(AuditLog { limit, after, json, database }: AuditLog) -> Result<Exit, Failure> {
    let store = open_to_read(&database.database).await?;
    let limit = limit.get();
    let after = match after {
        Some(after) => after,
        None => store.notes_head().await?.0.saturating_sub(limit as u64),
    };
    let entries = store.notes(after, limit).await?;
    if json {
        let entries: Vec<Value> = entries
            .iter()
            .map(|Noted { seq, entry, link }| json!({"seq": seq, "at": entry.at, "fact": entry.fact, "link": link}))
            .collect();
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "entries": entries}))?;
        return Ok(Exit::Good);
    }
    let mut out = table(&["entry", "at", "what", "of", "how"]);
    for Noted { seq, entry, .. } in entries {
        let [what, of, how] = told(&entry.fact);
        let at = entry.at.strftime("%F %T").to_string();
        out.add_row([seq.to_string(), at, visible(&what), visible(&of), visible(&how)]);
    }
    writeln!(anstream::stdout(), "{out}")?;
    Ok(Exit::Good)
}

/// What happened, with what, and how.
fn told(fact: &Fact) -> [String; 3] {
    match fact {
        Fact::Put { kind, id, rev, .. } => ["written".to_owned(), format!("{kind} {id}"), format!("revision {rev}")],
        Fact::Deleted { kind, id, rev } => {
            ["removed".to_owned(), format!("{kind} {id}"), format!("last was revision {rev}")]
        }
        Fact::Kept { hash } => ["kept".to_owned(), format!("content {hash}"), String::new()],
        Fact::Forgotten { hash } => ["removed".to_owned(), format!("content {hash}"), String::new()],
        Fact::Removed { id, seq, .. } => {
            ["removed".to_owned(), format!("events of match {id}"), format!("up to event {seq}")]
        }
        Fact::Head { id, seq, .. } => ["head".to_owned(), format!("match {id}"), format!("up to event {seq}")],
        Fact::Happened { topic, body } => {
            let known = request(topic, body).or_else(|| pruning(topic, body));
            known.unwrap_or_else(|| ["happened".to_owned(), topic.clone(), body.to_string()])
        }
    }
}

fn pruning(topic: &str, body: &Value) -> Option<[String; 3]> {
    if topic != pruning::TOPIC {
        return None;
    }
    let Order { by, before } = serde_json::from_value(body.clone()).ok()?;
    Some(["pruned".to_owned(), format!("what is older than {}", before.strftime("%F %T")), by])
}

fn request(topic: &str, body: &Value) -> Option<[String; 3]> {
    if topic != TOPIC {
        return None;
    }
    let Request { who, address, method, path, status, .. } = serde_json::from_value(body.clone()).ok()?;
    let status = status.map_or("nobody waited for the answer".to_owned(), |status| format!("status {status}"));
    let by = who.map_or(String::new(), |who| format!(", {who}"));
    let from = address.map_or(String::new(), |address| format!(" at {address}"));
    Some(["request".to_owned(), format!("{method} {path}"), format!("{status}{by}{from}")])
}
