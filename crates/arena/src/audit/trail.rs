//! The audit trail of a match: every tool call that was asked for, what was decided, who decided it, and what it did. A
//! fold over the record, which is where it is kept: appended before anything is done, and hash-chained.

use arena_core::event::{Event, Record};
use arena_core::execution::Execution;
use arena_core::files::{Content, Entry, ROOT};
use arena_core::id::{CallId, Seq};
use arena_core::ruling::{Approval, Permission};
use arena_core::tool::ToolOutcome;
use arena_core::world::Change;
use jiff::Timestamp;
use serde::{Deserialize as _, Serialize};
use serde_json::Value;

/// One call of a tool.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolUse {
    /// In which round, from 1.
    pub round: u32,
    /// Its number in the match.
    pub call: CallId,
    /// The event that ruled on it.
    pub seq: Seq,
    /// When that was.
    pub at: Timestamp,
    /// The tool.
    pub tool: String,
    /// What it was asked to do.
    pub arguments: Value,
    /// What the permissions say.
    pub permission: Permission,
    /// What a person said, if one was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The event before which nothing ran, and after which it did; nothing if it was not started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Seq>,
    /// What came of it; nothing if it did not end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Returned {
    /// The event that says so.
    pub seq: Seq,
    /// When that was.
    pub at: Timestamp,
    /// What the Target was told, and what changed.
    pub outcome: ToolOutcome,
    /// What it took, if it is a real tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<Execution>,
}

/// The calls of a match, in their order.
pub fn trail(records: &[Record]) -> Vec<ToolUse> {
    let mut trail: Vec<ToolUse> = Vec::new();
    let mut now = 0;
    for Record { seq, at, event } in records {
        match event {
            Event::RoundOpened { round, .. } => now = *round,
            Event::CallRuled { call, tool, arguments, permission } => trail.push(ToolUse {
                round: now,
                call: *call,
                seq: *seq,
                at: *at,
                tool: tool.clone(),
                arguments: arguments.clone(),
                permission: permission.clone(),
                approval: None,
                started: None,
                returned: None,
            }),
            Event::PersonDecided { call, approval } => {
                if let Some(used) = find(&mut trail, *call) {
                    used.approval = Some(approval.clone());
                }
            }
            Event::ToolStarted { call } => {
                if let Some(used) = find(&mut trail, *call) {
                    used.started = Some(*seq);
                }
            }
            Event::ToolReturned { call, outcome, execution } => {
                if let Some(used) = find(&mut trail, *call) {
                    let (outcome, execution) = (outcome.clone(), execution.clone());
                    used.returned = Some(Returned { seq: *seq, at: *at, outcome, execution });
                }
            }
            _ => {}
        }
    }
    trail
}

fn find(trail: &mut [ToolUse], call: CallId) -> Option<&mut ToolUse> {
    trail.iter_mut().rev().find(|used| used.call == call)
}

impl ToolUse {
    /// What was decided, in a word.
    pub fn decision(&self) -> &'static str {
        match (&self.permission, &self.approval) {
            (Permission::Allowed { .. }, _) => "allowed",
            (Permission::Denied { .. }, _) => "denied",
            (Permission::Asked { .. }, Some(Approval::Granted { .. })) => "approved",
            (Permission::Asked { .. }, Some(Approval::Refused { .. })) => "refused",
            (Permission::Asked { .. }, Some(Approval::Unanswered { .. })) => "unanswered",
            (Permission::Asked { .. }, None) => "asked",
        }
    }

    /// The rule that decided, as it was written, if one did.
    pub fn rule(&self) -> Option<&str> {
        match &self.permission {
            Permission::Allowed { rule } | Permission::Denied { rule, .. } => rule.as_deref(),
            Permission::Asked { rule } => Some(rule),
        }
    }

    /// How it ended, in a few words.
    pub fn end(&self) -> String {
        let Some(returned) = &self.returned else {
            return if self.started.is_some() { "did not end" } else { "did not run" }.to_owned();
        };
        match (&returned.outcome, returned.execution.as_ref().and_then(|execution| execution.end)) {
            (ToolOutcome::Done { .. }, Some(end)) => end.to_string(),
            (ToolOutcome::Done { .. }, None) => "done".to_owned(),
            (ToolOutcome::Failed { .. }, _) => "failed".to_owned(),
            (ToolOutcome::Unavailable { .. }, _) => "unavailable".to_owned(),
            (ToolOutcome::Interrupted, _) => "interrupted".to_owned(),
        }
    }

    /// What it did to the world.
    pub fn changes(&self) -> &[Change] {
        match self.returned.as_ref().map(|returned| &returned.outcome) {
            Some(ToolOutcome::Done { changes, .. }) => changes,
            _ => &[],
        }
    }

    /// The contents that its record names by their hash.
    pub fn contents(&self) -> impl Iterator<Item = String> {
        let artifact = self.returned.iter().filter_map(|returned| returned.execution.as_ref()?.artifact.clone());
        let files = self.changes().iter().filter_map(|change| match change {
            Change::Set { path, value } if path.starts_with(ROOT) => match Entry::deserialize(value).ok()? {
                Entry::File { content: Content::Blob { hash, .. }, .. } => Some(hash),
                _ => None,
            },
            _ => None,
        });
        artifact.chain(files)
    }
}
