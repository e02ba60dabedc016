//! `arena play`: matches in a scenario.

use super::args::Play;
use super::database::open;
use super::exit::{Exit, Failure};
use super::lineup::Lineup;
use super::watch::{Work, roster, runner, to_the_end};

pub(super) async fn play(play: Play) -> Result<Exit, Failure> {
    let lineup = Lineup::of(&play)?;
    let roster = roster();
    roster.check(&*lineup.spec(1)?)?;
    // The database comes last: what is wrong with the arguments must not leave a file behind.
    let runner = runner(open(&play.database.database).await?, roster, play.concurrency);
    let work = (0..lineup.n_matches).map(|before| lineup.spec(before + 1).map(Work::Start));
    to_the_end(runner, work, play.concurrency, play.output, play.gate, &play.database.database).await
}
