//! `arena play`: matches in a scenario.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::args::{Configuration, Play};
use super::database::open;
use super::exit::{Exit, Failure};
use super::lineup::Lineup;
use super::tape::{take_back, with_tape};
use super::watch::{Wanted, Work, runner, to_the_end};
use crate::catalog;
use crate::config::Config;
use crate::roster::Roster;
use crate::tools::Workshop;

pub(super) async fn play(play: Play, configuration: Configuration) -> Result<Exit, Failure> {
    play.reports.check()?;
    let config = configuration.load()?;
    let workshop = Arc::new(Workshop::new(&config, Duration::from_secs(play.real.wait_for_person)));
    let roster = Roster::new(config);
    let lineup = Lineup::of(&play, &roster, &workshop).await?;
    if lineup.names_no_model && play.tape.cassette.is_none() {
        writeln!(anstream::stderr(), "{}", why_the_mock(&roster.config()))?;
    }
    // The database comes last: what is wrong with the arguments must not leave a file behind.
    let roster = with_tape(roster, &play.tape)?;
    let store = open(&play.database.database).await.inspect_err(|_| take_back(&play.tape))?;
    let runner = runner(store, roster, workshop, play.concurrency);
    let work = (0..lineup.n_matches).map(|before| lineup.spec(before + 1).map(Work::Start));
    let scenario_file = catalog::scenario_file(&play.scenario);
    let wanted = Wanted { output: play.output, gate: play.gate, reports: play.reports, scenario_file };
    to_the_end(runner, work, play.concurrency, wanted, &play.database.database, configuration).await
}

/// Nobody named a model. A key alone is no order to spend money.
fn why_the_mock(config: &Config) -> String {
    let chains = config.chains.keys().map(|name| format!("chain:{name}"));
    let providers = config.ready().map(|provider| format!("{}:MODEL", provider.name));
    let usable: Vec<String> = chains.chain(providers).collect();
    if usable.is_empty() {
        return "no provider is configured: the mock plays; arena doctor says what to set".to_owned();
    }
    format!(
        "no model is named: the mock plays, and nothing is spent; name one with --model {} (arena models lists them)",
        usable.join(" or ")
    )
}
