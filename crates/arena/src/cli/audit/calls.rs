//! `arena audit list`, `arena audit show`: every tool call with its decision and its end; one of them in full.

use std::io::Write as _;

use arena_core::id::MatchId;
use arena_core::message::cut;
use arena_core::ruling::{Approval, Permission};
use arena_core::tool::ToolOutcome;
use arena_core::world::Change;
use serde_json::json;

use super::super::args::{AuditList, AuditShow};
use super::super::database::open_to_read;
use super::super::exit::{Exit, Failure};
use super::super::table::table;
use super::super::visible::visible;
use super::super::which::which;
use super::wanted;
use crate::audit::{ToolUse, trail};
use crate::runner::records;

/// As much of the arguments as a line of a table has room for.
const SHOWN_BYTES: usize = 80;

pub(super) async fn list(AuditList { matches, json, database }: AuditList) -> Result<Exit, Failure> {
    let store = open_to_read(&database.database).await?;
    let mut out = table(&["match", "event", "round", "tool", "arguments", "decision", "rule", "end", "ms"]);
    let mut rows = Vec::new();
    for id in wanted(&*store, &matches).await? {
        for used in trail(&records(&*store, id).await?) {
            if json {
                rows.push(json!({"match": id, "call": used}));
                continue;
            }
            out.add_row([
                id.to_string(),
                used.seq.to_string(),
                used.round.to_string(),
                visible(&used.tool),
                visible(&cut(used.arguments.to_string(), SHOWN_BYTES)),
                used.decision().to_owned(),
                visible(used.rule().unwrap_or_default()),
                used.end(),
                duration(&used).map_or(String::new(), |ms| ms.to_string()),
            ]);
        }
    }
    if json {
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "calls": rows}))?;
    } else {
        writeln!(anstream::stdout(), "{out}")?;
    }
    Ok(Exit::Good)
}

pub(super) async fn show(AuditShow { id, seq, json, database }: AuditShow) -> Result<Exit, Failure> {
    let store = open_to_read(&database.database).await?;
    let id = which(&*store, &id).await?;
    let calls = trail(&records(&*store, id).await?);
    let is_it = |used: &&ToolUse| {
        used.seq.0 == seq
            || used.started.is_some_and(|started| started.0 == seq)
            || used.returned.as_ref().is_some_and(|returned| returned.seq.0 == seq)
    };
    let Some(used) = calls.iter().find(is_it) else {
        return Err(Failure::usage(format!(
            "event {seq} of match {id} belongs to no tool call; arena audit list {id} lists them"
        )));
    };
    let artifact = used.returned.iter().find_map(|returned| returned.execution.as_ref()?.artifact.clone());
    let whole = match &artifact {
        Some(hash) => store.blob(hash).await?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        None => None,
    };
    if json {
        let shown = json!({"schema_version": 1, "match": id, "call": used, "whole_output": whole});
        writeln!(std::io::stdout(), "{shown}")?;
        return Ok(Exit::Good);
    }
    write!(anstream::stdout(), "{}", text(id, used, whole.as_deref()))?;
    Ok(Exit::Good)
}

fn duration(used: &ToolUse) -> Option<u64> {
    Some(used.returned.as_ref()?.execution.as_ref()?.duration_ms)
}

/// One call, for people.
fn text(id: MatchId, used: &ToolUse, whole: Option<&str>) -> String {
    let mut lines = Vec::new();
    let mut line = |what: &str, text: String| lines.push(format!("{what:<10}{}", visible(&text)));
    line("match", format!("{id}, round {}, event {}, {}", used.round, used.seq, used.at));
    line("call", format!("{} {}", used.tool, used.arguments));
    line("decision", used.decision().to_owned());
    if let Some(rule) = used.rule() {
        line("rule", rule.to_owned());
    }
    if let Permission::Denied { reason, .. } = &used.permission {
        line("reason", reason.clone());
    }
    match &used.approval {
        Some(Approval::Granted { by }) => line("person", format!("{by} allowed it")),
        Some(Approval::Refused { by, reason }) => line("person", format!("{by} refused it: {reason}")),
        Some(Approval::Unanswered { reason }) => line("person", reason.clone()),
        None => {}
    }
    line("end", used.end());
    if let Some(execution) = used.returned.as_ref().and_then(|returned| returned.execution.as_ref()) {
        line("took", format!("{} ms", execution.duration_ms));
        if let Some(isolation) = &execution.isolation {
            line("sandbox", isolation.clone());
        }
        if execution.end.is_some() {
            line("wrote", format!("{} bytes, and {} to stderr", execution.stdout_bytes, execution.stderr_bytes));
        }
        for exchange in &execution.exchanges {
            let answer = exchange
                .status
                .map_or_else(|| exchange.error.clone().unwrap_or_default(), |status| format!("status {status}"));
            let peer = exchange.peer.as_deref().unwrap_or("nobody");
            line("network", format!("{} {} to {peer}: {answer}", exchange.method, exchange.url));
        }
    }
    for change in used.changes() {
        match change {
            Change::Set { path, value } => line("set", format!("{path} to {value}")),
            Change::Append { path, value } => line("appended", format!("{value} to {path}")),
            Change::Remove { path } => line("removed", path.clone()),
        }
    }
    let told = used.returned.as_ref().map(|returned| match &returned.outcome {
        ToolOutcome::Done { output, .. } => output.as_str(),
        ToolOutcome::Failed { message } => message,
        ToolOutcome::Unavailable { reason } => reason,
        ToolOutcome::Interrupted => "it had started when the arena went down",
    });
    if let Some(told) = whole.or(told) {
        lines.push(format!("\n{}", visible(told)));
    }
    lines.join("\n") + "\n"
}
