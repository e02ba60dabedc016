//! Plays matches to their end while somebody watches: a transcript, lines of JSON, or bars; then the sum of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use arena_core::spec::Spec;
use arena_models::cache::Stats;
use arena_store::Store;
use serde::Serialize;
use tokio::task::{JoinSet, block_in_place};

use super::args::{Configuration, Gate, Output, ReportFiles};
use super::control::Control;
use super::exit::{Exit, Failure};
use super::gate::Checked;
use super::location::Location;
use super::progress::Progress;
use super::signals::listen_for_signals;
use super::summary::{Summary, Tally};
use super::transcript;
use super::values::FailOn;
use super::visible::visible;
use crate::clock::{Clock as _, SystemClock};
use crate::feed::Feed;
use crate::report::{Report, gather};
use crate::roster::Roster;
use crate::runner::{self, Playing, Put, Runner};
use crate::tools::Workshop;

/// One match to be played.
pub(super) enum Work {
    /// A new one.
    Start(Arc<Spec>),
    /// One that was put down.
    Resume {
        /// Which.
        id: MatchId,
        /// Somebody named it: then it goes on also if somebody had paused it.
        named: bool,
    },
}

/// What is to come of the matches.
pub(super) struct Wanted {
    /// What is printed.
    pub(super) output: Output,
    /// What fails.
    pub(super) gate: Gate,
    /// What is written into files.
    pub(super) reports: ReportFiles,
    /// Where the scenario is, if it is a file of the user's own and named here.
    pub(super) scenario_file: Option<PathBuf>,
}

/// How the matches are shown while they are played.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Transcript,
    Lines,
    Bars,
    Nothing,
}

/// An event on stdout.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "match")]
    id: MatchId,
    #[serde(flatten)]
    event: &'a T,
}

/// A runner on `store`.
pub(super) fn runner(store: Arc<dyn Store>, roster: Roster, workshop: Arc<Workshop>, n_places: u32) -> Arc<Runner> {
    Arc::new(Runner::new(store, roster, Arc::new(SystemClock), workshop, n_places as usize))
}

/// Plays all of `work` and says what came of it.
pub(super) async fn to_the_end(
    runner: Arc<Runner>,
    mut work: impl ExactSizeIterator<Item = Result<Work, Failure>>,
    concurrency: u32,
    wanted: Wanted,
    database: &Location,
    configuration: Configuration,
) -> Result<Exit, Failure> {
    let Wanted { output, gate, reports, scenario_file } = wanted;
    let begun = Instant::now();
    let limits = runner.roster().config().gates;
    let opened = database.file();
    let n_matches = work.len();
    let show = match (output.jsonl, output.json, n_matches) {
        (true, ..) => Show::Lines,
        (false, false, 1) => Show::Transcript,
        (false, ..) if Progress::is_wanted() => Show::Bars,
        (false, ..) => Show::Nothing,
    };
    let progress = Arc::new(Progress::new(n_matches, show == Show::Bars));
    listen_for_signals(Arc::clone(&runner), configuration)?;
    let control = Control::open(database, Arc::clone(&runner));
    let mut tasks = JoinSet::new();
    let mut summary = Summary::default();
    let mut failure = None;
    let mut ticks = tokio::time::interval(Duration::from_secs(10));
    ticks.tick().await;
    loop {
        while tasks.len() < concurrency as usize && !runner.is_closing() {
            match work.next() {
                None => break,
                Some(Ok(work)) => drop(tasks.spawn(play(Arc::clone(&runner), work, show, Arc::clone(&progress)))),
                Some(Err(error)) => {
                    runner.close();
                    failure.get_or_insert(error);
                }
            }
        }
        tokio::select! {
            joined = tasks.join_next() => match joined {
                None => break,
                Some(Ok(Ok(tally))) => {
                    progress.one_over();
                    summary.add(tally);
                }
                Some(Ok(Err(Stop::NotBegun))) => summary.n_not_begun += 1,
                // What is wrong with one match is no reason to put down the others.
                Some(Ok(Err(Stop::Failed(error)))) if error.is_of_one_match() && n_matches > 1 => {
                    writeln!(anstream::stderr(), "{error}")?;
                    summary.worst_exit = summary.worst_exit.max(error.exit());
                }
                Some(Ok(Err(Stop::Failed(error)))) => {
                    // One that cannot be written or shown is the end of all: the others are put down in good order.
                    runner.close();
                    failure.get_or_insert(error);
                }
                Some(Err(cause)) => {
                    runner.close();
                    failure.get_or_insert(Failure::infrastructure("a match's task broke", &cause));
                }
            },
            _ = ticks.tick() => progress.tell(begun.elapsed()),
        }
    }
    if let Some(control) = control {
        control.close().await;
    }
    summary.n_not_begun += work.len();
    progress.clear();
    runner.workshop().close().await;
    let report = report(&**runner.store(), &summary.ids(), &reports, scenario_file.as_deref()).await;
    runner.store().close().await;
    if database.file() != opened {
        let message = format!("database {database} was removed or replaced meanwhile: it does not hold these matches");
        return Err(Failure::lost(message));
    }
    summary.gates = gate.rates.or(&limits).check(&summary.score);
    let exit = exit(&summary, gate);
    let printed = summary.print(output, begun.elapsed());
    if let Some(failure) = failure {
        return Err(failure);
    }
    printed?;
    if let Some(report) = report? {
        reports.write(&report)?;
    }
    warn_of_cache(runner.roster())?;
    if exit == Exit::Interrupted {
        let mut err = anstream::stderr();
        writeln!(err, "interrupted; everything so far is in {database}")?;
        writeln!(err, "play on with: arena resume --database {database}")?;
    }
    Ok(exit)
}

/// The report on these matches, if somebody asked for one and there is one.
async fn report(
    store: &dyn Store,
    ids: &[MatchId],
    wanted: &ReportFiles,
    scenario_file: Option<&Path>,
) -> Result<Option<Report>, Failure> {
    if wanted.files.is_empty() || ids.is_empty() {
        return Ok(None);
    }
    let anchor = wanted.anchor(scenario_file);
    Ok(Some(gather(store, ids, anchor, !wanted.no_texts, SystemClock.now()).await?))
}

/// Trouble with kept answers stops no match; once they are over, it is told.
fn warn_of_cache(roster: &Roster) -> std::io::Result<()> {
    let Some(Stats { failed, last_failure: Some(last), .. }) = roster.cache_stats() else { return Ok(()) };
    let times = if failed == 1 { "once".to_owned() } else { format!("{failed} times") };
    writeln!(anstream::stderr(), "warning: kept answers could not be used {times}; the last time: {}", visible(&last))
}

/// Why a match has no tally.
enum Stop {
    /// The runner closed before its turn came.
    NotBegun,
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn play(runner: Arc<Runner>, work: Work, show: Show, progress: Arc<Progress>) -> Result<Tally, Stop> {
    let (playing, paused) = match work {
        Work::Start(spec) => (runner.start(spec).await, false),
        Work::Resume { id, named } => (runner.resume(id).await, named),
    };
    let mut playing = match playing {
        Err(runner::Error::Closing) => return Err(Stop::NotBegun),
        playing => playing?,
    };
    let id = playing.id;
    if paused {
        match playing.go_on().await {
            // It was not paused, but cut off: it goes on already.
            Ok(()) | Err(runner::Error::Conflict { .. } | runner::Error::NotPlaying(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let put = if show == Show::Nothing {
        playing.ended().await?
    } else {
        // A match that is taken up is shown from its beginning: what is printed is a whole record.
        let mut feed = Feed::new(Arc::clone(runner.store()), runner.bus(), id, Seq::ZERO);
        follow(&mut playing, &mut feed, |record| match show {
            // The reader of our output may be slow; other matches are not to wait for it.
            Show::Transcript => {
                block_in_place(|| write!(anstream::stdout().lock(), "{}", transcript::lines(&record.event)))
            }
            Show::Lines => block_in_place(|| print_line(id, record)),
            Show::Bars => {
                progress.saw(id, record);
                Ok(())
            }
            Show::Nothing => Ok(()),
        })
        .await?
    };
    progress.over(id);
    let (Put::Ended(game) | Put::Down(game)) = put;
    Ok(Tally::of(id, &game))
}

/// Hands every event of a match to `see`, in order, until the match is put down.
async fn follow(
    playing: &mut Playing,
    feed: &mut Feed,
    mut see: impl FnMut(&Record) -> std::io::Result<()>,
) -> Result<Put, Failure> {
    let put = loop {
        tokio::select! {
            records = feed.next() => {
                for record in records? {
                    see(&record).map_err(unseen)?;
                }
            }
            put = playing.ended() => break put?,
        }
    };
    // What became durable since the last bell was heard.
    loop {
        let records = feed.ready().await?;
        if records.is_empty() {
            return Ok(put);
        }
        for record in records {
            see(&record).map_err(unseen)?;
        }
    }
}

/// A match whose events cannot be shown is put down.
fn unseen(error: std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::BrokenPipe { Failure::unread() } else { error.into() }
}

/// An event as a line of JSON on stdout.
pub(super) fn print_line(id: MatchId, event: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(&Line { id, event })?;
    line.push(b'\n');
    std::io::stdout().lock().write_all(&line)
}

/// The worst that happened decides.
fn exit(summary: &Summary, gate: Gate) -> Exit {
    let score = &summary.score;
    // A limit on breaches says how many are too many. One on anything else says nothing of them.
    let by_rate = summary.gates.iter().any(Checked::limits_breaches);
    let breached = match gate.fail_on.unwrap_or(if by_rate { FailOn::Never } else { FailOn::Breach }) {
        FailOn::Never => false,
        FailOn::Breach => score.breached.hits > 0,
        FailOn::Severity(least) => score.worst.is_some_and(|worst| worst >= least),
    };
    let gate = if breached { Exit::Gate } else { Exit::Good };
    let limits = summary.gates.iter().map(Checked::exit).max().unwrap_or_default();
    let cut_short = if summary.n_not_begun > 0 { Exit::Interrupted } else { Exit::Good };
    summary.worst_exit.max(gate).max(limits).max(cut_short)
}
