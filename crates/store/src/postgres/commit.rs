//! One transaction for many writes, and whether one that was cut off has happened. Touches the writer's connection.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tokio::time::{sleep, timeout};

use super::plan::Plan;
use super::restore;
use super::server::{Server, is_lost, is_overtaken};
use crate::Error;
use crate::change::Change;
use crate::queue::Outcomes;

/// A server that has not committed by then is not there, whatever its connection says.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often a group is begun again because somebody else wrote at the same moment.
const MAX_OVERTAKEN: u32 = 5;

/// Why nothing of a group is known to be written.
pub(super) enum Failure {
    /// The connection is gone. If it was asked to commit, it may have.
    Lost { error: Error, undecided: Option<Undecided> },
    /// The server refused. It was not written.
    Refused(Error),
}

/// A commit that was asked for and not answered.
pub(super) struct Undecided {
    /// The server's number of the transaction.
    transaction: String,
    /// What to tell, if it has happened.
    outcomes: Outcomes,
}

/// Commits the changes and says how each fared.
pub(super) async fn all(session: &mut PgConnection, server: &Server, changes: &[&Change]) -> Result<Outcomes, Failure> {
    let mut n_overtaken = 0;
    loop {
        let mut undecided = None;
        let failed = server.failed("write");
        match timeout(PATIENCE, once(session, changes, &mut undecided)).await {
            Ok(Ok(outcomes)) => return Ok(outcomes),
            Ok(Err(cause)) if is_overtaken(&cause) && n_overtaken < MAX_OVERTAKEN => n_overtaken += 1,
            Ok(Err(cause)) if is_lost(&cause) => return Err(Failure::Lost { error: failed(cause), undecided }),
            Ok(Err(cause)) => return Err(Failure::Refused(failed(cause))),
            Err(_) => return Err(Failure::Lost { error: failed(sqlx::Error::WorkerCrashed), undecided }),
        }
    }
}

async fn once(
    session: &mut PgConnection,
    changes: &[&Change],
    undecided: &mut Option<Undecided>,
) -> Result<Outcomes, sqlx::Error> {
    // Who else changes what we have looked at makes one of the two fail.
    let mut begun = session.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    let mut plan = Plan::of(&mut begun, changes).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        if let Change::Restore(restored) = change {
            // It can be repeated as it is: what stands is left alone.
            let missing = restore::look(&mut begun, restored).await?;
            outcomes.push(missing.map(|missing| plan.restore(missing, restored)));
            continue;
        }
        let allowed = plan.allow(change);
        if allowed.is_ok() {
            plan.take(change);
        }
        outcomes.push(allowed);
    }
    let transaction = plan.transaction().to_owned();
    plan.write(&mut begun).await?;
    *undecided = Some(Undecided { transaction, outcomes: outcomes.clone() });
    begun.commit().await?;
    Ok(outcomes)
}

impl Undecided {
    /// Asks the server, over a new connection, whether it has happened; if so, how each change fared.
    pub(super) async fn decide(self, session: &mut PgConnection) -> Result<Option<Outcomes>, (Self, sqlx::Error)> {
        loop {
            let status = sqlx::query_scalar("SELECT pg_xact_status($1::text::xid8)").bind(&self.transaction);
            let status: Option<String> = match status.fetch_one(&mut *session).await {
                Ok(status) => status,
                Err(cause) => return Err((self, cause)),
            };
            match status.as_deref() {
                Some("committed") => return Ok(Some(self.outcomes)),
                // The server has not noticed yet that we are gone.
                Some("in progress") => sleep(Duration::from_millis(20)).await,
                _ => return Ok(None),
            }
        }
    }
}
