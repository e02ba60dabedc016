//! `arena play`: matches in a scenario.

use super::args::Play;
use super::exit::{Exit, Failure};
use super::lineup;
use super::watch::{Work, open, roster, runner, to_the_end};

pub(super) async fn play(play: Play) -> Result<Exit, Failure> {
    let specs = lineup::specs(&play)?;
    let roster = roster()?;
    for spec in &specs {
        roster.check(spec)?;
    }
    // The database comes last: what is wrong with the arguments must not leave a file behind.
    let runner = runner(open(&play.database.database).await?, roster, play.concurrency.get());
    let work = specs.into_iter().map(Work::Start).collect();
    to_the_end(runner, work, play.output, play.gate, &play.database.database).await
}
