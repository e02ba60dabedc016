//! `arena approve`: a person says whether the tool call may run that a match waits with. Another process plays it.

use std::io::Write as _;

use arena_core::effect::Effect;
use arena_core::engine::{fold, unanswered};
use arena_core::message::ToolCall;
use arena_core::ruling::Approval;

use super::args::Approve;
use super::control::{self, Question};
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::visible::visible;
use super::which::which;
use crate::runner::{self, records};

pub(super) async fn approve(approve: Approve) -> Result<Exit, Failure> {
    let Approve { id, deny, by, database } = approve;
    let store = open_to_read(&database.database).await?;
    let id = which(&*store, &id).await?;
    let events = records(&*store, id).await?;
    store.close().await;
    let game = fold(&events).map_err(|cause| runner::Error::Record { id, cause })?;
    let asked = game.as_ref().map(unanswered).into_iter().flatten().find_map(|effect| match effect {
        Effect::AskPerson { tool_call, .. } => Some(tool_call),
        _ => None,
    });
    let ToolCall { tool, arguments, .. } = asked.ok_or(runner::Error::NothingAsked(id))?;
    let (word, approval) = match deny {
        Some(reason) => ("denied", Approval::Refused { by, reason }),
        None => ("approved", Approval::Granted { by }),
    };
    match control::ask(&database.database, &Question::Decide { id, approval }).await {
        Some(Ok(_)) => {
            let call = visible(&format!("{tool} {arguments}"));
            writeln!(anstream::stderr(), "match {id}: {word}: {call}")?;
            Ok(Exit::Good)
        }
        Some(Err(why)) => Err(Failure::usage(why)),
        None => Err(Failure::usage(format!("nobody plays match {id} now; play it on with: arena resume {id}"))),
    }
}
