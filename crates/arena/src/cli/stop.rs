//! `arena stop`: a match that nobody plays is ended.

use std::io::Write as _;

use super::args::Stop;
use super::exit::{Exit, Failure};
use super::watch::{open_existing, roster, runner};
use super::which::which;

pub(super) async fn stop(stop: Stop) -> Result<Exit, Failure> {
    let roster = roster();
    let store = open_existing(&stop.database.database).await?;
    let id = which(&*store, &stop.id).await?;
    let runner = runner(store, roster, 1);
    let stopped = runner.stop(id, stop.reason).await;
    runner.store().close().await;
    stopped?;
    writeln!(anstream::stderr(), "match {id} is stopped")?;
    Ok(Exit::Good)
}
