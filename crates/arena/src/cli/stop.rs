//! `arena stop`: a match is ended, also while another process plays it.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use arena_core::id::MatchId;

use super::args::Stop;
use super::control::{self, Question};
use super::database::{open_existing, open_to_read};
use super::exit::{Exit, Failure};
use super::location::Location;
use super::watch::runner;
use super::which::which;
use crate::config::{Config, Environment};
use crate::roster::Roster;
use crate::tools::Workshop;

pub(super) async fn stop(stop: Stop) -> Result<Exit, Failure> {
    let Stop { id, reason, database } = stop;
    let id = match open_existing(&database.database).await {
        Ok(store) => {
            let id = which(&*store, &id).await?;
            // Nobody is asked any more: a configuration with mistakes is no reason to let a match go on.
            let config = Config::of(&Environment::default());
            let workshop = Arc::new(Workshop::new(&config, Duration::ZERO));
            let runner = runner(store, Roster::new(config), workshop, 1);
            let stopped = runner.stop(id, reason).await;
            runner.store().close().await;
            stopped?;
            id
        }
        Err(failure) if failure.is_in_use() => elsewhere(&database.database, &id, reason, failure).await?,
        Err(failure) => return Err(failure),
    };
    writeln!(anstream::stderr(), "match {id} is stopped")?;
    Ok(Exit::Good)
}

/// Asks the process that has the database. `in_use` is what to say if it does not answer.
async fn elsewhere(database: &Location, text: &str, reason: String, in_use: Failure) -> Result<MatchId, Failure> {
    let store = open_to_read(database).await?;
    let id = which(&*store, text).await?;
    store.close().await;
    match control::ask(database, &Question::Stop { id, reason }).await {
        Some(Ok(_)) => Ok(id),
        Some(Err(why)) => Err(Failure::usage(why)),
        None => Err(in_use),
    }
}
