//! `arena replay`: a match as it was played, at once or in its own time.

use std::io::Write as _;
use std::time::Duration;

use super::args::Replay;
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::transcript;
use super::which::which;
use crate::runner::records;

pub(super) async fn replay(replay: Replay) -> Result<Exit, Failure> {
    let store = open_to_read(&replay.database.database).await?;
    let id = which(&*store, &replay.id).await?;
    let mut before = None;
    let records = records(&*store, id).await?;
    if records.is_empty() {
        return Err(Failure::nothing(format!("match {id} has no events")));
    }
    for record in records {
        if let (Some(speed), Some(before)) = (replay.speed, before) {
            let rest: Duration = record.at.duration_since(before).try_into().unwrap_or_default();
            tokio::time::sleep(rest.div_f64(speed)).await;
        }
        before = Some(record.at);
        let mut out = anstream::stdout().lock();
        write!(out, "{}", transcript::lines(&record.event))?;
        out.flush()?;
    }
    Ok(Exit::Good)
}
