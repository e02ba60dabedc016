//! `arena approve`: a person decides what a match waits with: a tool call, or a change of the Target. Another process plays it.

use std::io::Write as _;

use arena_core::engine::fold;
use arena_core::message::ToolCall;
use arena_core::ruling::Approval;

use super::args::Approve;
use super::control::{self, Question};
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::visible::visible;
use super::which::which;
use crate::approval::{About, Asked, asked};
use crate::runner::{self, records};

pub(super) async fn approve(approve: Approve) -> Result<Exit, Failure> {
    let Approve { id, deny, by, database } = approve;
    let store = open_to_read(&database.database).await?;
    let id = which(&*store, &id).await?;
    let events = records(&*store, id).await?;
    store.close().await;
    let game = fold(&events).map_err(|cause| runner::Error::Record { id, cause })?;
    let Asked { call, about } = game.as_ref().and_then(asked).ok_or(runner::Error::NothingAsked(id))?;
    let (word, approval) = match deny {
        Some(reason) => ("denied", Approval::Refused { by, reason }),
        None => ("approved", Approval::Granted { by }),
    };
    match control::ask(&database.database, &Question::Decide { id, call, approval }).await {
        Some(Ok(_)) => {
            let about = match about {
                About::Call(ToolCall { tool, arguments, .. }) => format!("{tool} {arguments}"),
                About::Patch(patch) => format!("a change of the Target: {}", patch.reason),
            };
            writeln!(anstream::stderr(), "match {id}: {word}: {}", visible(&about))?;
            Ok(Exit::Good)
        }
        Some(Err(why)) => Err(Failure::usage(why)),
        None => Err(Failure::usage(format!("nobody plays match {id} now; play it on with: arena resume {id}"))),
    }
}
