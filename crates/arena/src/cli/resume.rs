//! `arena resume`: matches that were interrupted are played on.

use std::sync::Arc;
use std::time::Duration;

use arena_store::{Pages, Store};

use super::args::{Configuration, Resume};
use super::database::open_existing;
use super::exit::{Exit, Failure};
use super::watch::{Wanted, Work, runner, to_the_end};
use super::which::{header, which};
use crate::header::Header;
use crate::roster::Roster;
use crate::tools::Workshop;

/// Unfinished matches that are looked up at once.
const PAGE: usize = 1_000;

pub(super) async fn resume(resume: Resume, configuration: Configuration) -> Result<Exit, Failure> {
    resume.reports.check()?;
    let config = configuration.load()?;
    let workshop = Arc::new(Workshop::new(&config, Duration::from_secs(resume.real.wait_for_person)));
    let roster = Roster::new(config);
    let store = open_existing(&resume.database.database).await?;
    let mut work = Vec::new();
    for text in &resume.matches {
        work.push(Work::Resume { id: which(&*store, text).await?, named: true });
    }
    if work.is_empty() {
        work = interrupted(&*store).await?;
    }
    if work.is_empty() {
        return Err(Failure::nothing("no match in this database waits to be played on"));
    }
    let runner = runner(store, roster, workshop, resume.concurrency);
    let wanted = Wanted { output: resume.output, gate: resume.gate, reports: resume.reports, scenario_file: None };
    let work = work.into_iter().map(Ok);
    to_the_end(runner, work, resume.concurrency, wanted, &resume.database.database, configuration).await
}

/// Every match that was cut off, the oldest first. What somebody paused is left alone.
async fn interrupted(store: &dyn Store) -> Result<Vec<Work>, Failure> {
    let mut pages = Pages::of(Header::cut_off(PAGE));
    let mut work = Vec::new();
    while let Some(page) = pages.next(store).await? {
        for document in &page {
            work.push(Work::Resume { id: header(document)?.0, named: false });
        }
    }
    Ok(work)
}
