//! What a match waits with for a person: read from its record, and remembered until there is another event.
//!
//! A page of questions is looked at again and again while people think, and to read and fold fifty matches takes 30 ms.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arena_core::engine::fold;
use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use arena_core::message::ToolCall;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::app::App;
use super::problem::Problem;
use crate::approval::{About, Asked, asked};
use crate::audit::trail;
use crate::runner::records;

/// Matches that are remembered: a few pages. Beyond it all are forgotten.
const MAX_ENTRIES: usize = 512;

/// A question that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Approval)]
pub(crate) struct Waiting {
    /// Which match waits.
    pub(crate) r#match: String,
    /// Its number in the match; the decision names it.
    pub(crate) call: u32,
    /// `tool_call`, or `patch` if Blue wants to change the Target.
    pub(crate) about: &'static str,
    /// The tool that is wanted.
    pub(crate) tool: Option<String>,
    /// What it is to do.
    #[schema(value_type = Option<Object>)]
    pub(crate) arguments: Option<Value>,
    /// The rule by which a person is asked.
    pub(crate) rule: Option<String>,
    /// What Blue wants to change, and why.
    #[schema(value_type = Option<Object>)]
    pub(crate) patch: Option<Value>,
    /// Since when it waits, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) since: jiff::Timestamp,
}

/// Questions as they were read last, each as of the match's last event.
#[derive(Default)]
pub(in crate::api) struct Questions(Mutex<HashMap<MatchId, (Seq, Waiting)>>);

impl Questions {
    /// What the match waits with, if that was read as of this event.
    fn get(&self, id: MatchId, last: Seq) -> Option<Waiting> {
        let entries = self.entries();
        let (seq, waiting) = entries.get(&id)?;
        (*seq == last).then(|| waiting.clone())
    }

    fn keep(&self, id: MatchId, last: Seq, waiting: Waiting) {
        let mut entries = self.entries();
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
        entries.insert(id, (last, waiting));
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<MatchId, (Seq, Waiting)>> {
        // Nothing panics while it is held, and the map is whole in any case.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the match waits with, if it still does.
///
/// # Errors
/// What the store says; and if the record is broken.
pub(super) async fn waiting(app: &App, id: MatchId) -> Result<Option<Waiting>, Problem> {
    let last = app.last_of(id).await?;
    if let Some(known) = app.questions().get(id, last) {
        return Ok(Some(known));
    }
    let records = records(&**app.store(), id).await?;
    let found = read(&records, id)?;
    // There may be more events by now, and then it is not what was asked for.
    if let Some(found) = &found
        && records.last().is_some_and(|record| record.seq == last)
    {
        app.questions().keep(id, last, found.clone());
    }
    Ok(found)
}

fn read(records: &[Record], id: MatchId) -> Result<Option<Waiting>, Problem> {
    let game = fold(records).map_err(|error| Problem::internal(&error))?;
    let Some((game, Asked { call, about })) = game.and_then(|game| asked(&game).map(|asked| (game, asked))) else {
        return Ok(None);
    };
    let rule = trail(records).into_iter().rev().find(|used| used.call == call);
    let rule = rule.and_then(|used| used.rule().map(str::to_owned));
    let waits = Waiting {
        r#match: id.to_string(),
        call: call.0,
        about: "tool_call",
        tool: None,
        arguments: None,
        rule,
        patch: None,
        since: game.at,
    };
    Ok(Some(match about {
        About::Call(ToolCall { tool, arguments, .. }) => {
            Waiting { tool: Some(tool), arguments: Some(arguments), ..waits }
        }
        About::Patch(patch) => {
            let patch = serde_json::to_value(patch).map_err(|error| Problem::internal(&error))?;
            Waiting { about: "patch", patch: Some(patch), ..waits }
        }
    }))
}
