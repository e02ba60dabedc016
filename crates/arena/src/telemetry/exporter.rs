//! Sends the spans of matches to a collector as their rounds end. A bell and a read: it hears that a match changed, reads its
//! record, and holds nobody up.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_core::spec::Spec;
use arena_store::Store;
use jiff::Timestamp;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::collector::{Collector, NoExporter};
use super::spans::{Span, spans};
use crate::bus::Change;
use crate::causes::in_one_line;

/// What is left to send at the end may take so long.
const LAST: Duration = Duration::from_secs(5);

/// Spans in one request, some hundred bytes each: collectors take 4 MiB by default.
const BATCH: usize = 2_000;

/// Events that are read at once.
const PAGE: usize = 500;

/// Matches that are over and might be heard of once more: more than changes can wait in the bus.
const MAX_OVER: usize = 2_048;

/// The task that sends. It ends when this is dropped.
pub struct Exporter {
    closing: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Exporter {
    /// Sends spans of the matches in `store` that `changes` tells of to the collector at `base`, with `headers` as in
    /// `a=b,c=d`; those of rounds that end from now on.
    ///
    /// # Errors
    /// [`NoExporter`]; whether anybody listens there is not looked at.
    pub fn start(
        base: &str,
        headers: &str,
        store: Arc<dyn Store>,
        changes: broadcast::Receiver<Change>,
    ) -> Result<Self, NoExporter> {
        let collector = Collector::at(base, headers)?;
        let matches = Matches { store, since: Timestamp::now(), known: HashMap::new(), over: VecDeque::new() };
        let closing = watch::Sender::new(false);
        let task = tokio::spawn(run(changes, matches, collector, closing.subscribe()));
        Ok(Self { closing, task })
    }

    /// Sends what is left, for a moment.
    pub async fn close(mut self) {
        self.closing.send_replace(true);
        if timeout(LAST, &mut self.task).await.is_err() {
            tracing::warn!("the last spans were not taken within {} s", LAST.as_secs());
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    mut changes: broadcast::Receiver<Change>,
    mut matches: Matches,
    mut collector: Collector,
    mut closing: watch::Receiver<bool>,
) {
    let mut is_closing = false;
    while !is_closing {
        let mut touched = BTreeSet::new();
        tokio::select! {
            change = changes.recv() => match change {
                Ok(change) => drop(touched.insert(change.id)),
                // Of which, nobody knows any more.
                Err(RecvError::Lagged(_)) => touched.extend(matches.playing()),
                Err(RecvError::Closed) => return,
            },
            _ = closing.wait_for(|closing| *closing) => is_closing = true,
        }
        loop {
            match changes.try_recv() {
                Ok(change) => drop(touched.insert(change.id)),
                Err(TryRecvError::Lagged(_)) => touched.extend(matches.playing()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let mut batch = Vec::new();
        for id in touched {
            match matches.ended(id).await {
                Ok(spans) => batch.extend(spans),
                Err(error) => tracing::warn!(match.id = %id, "a match is not traced: {}", in_one_line(&error)),
            }
            if batch.len() >= BATCH {
                collector.send(&std::mem::take(&mut batch)).await;
            }
        }
        collector.send(&batch).await;
    }
}

/// How far the matches are that were heard of.
struct Matches {
    store: Arc<dyn Store>,
    /// What ended before was another process's to tell.
    since: Timestamp,
    known: HashMap<MatchId, Stand>,
    /// Those of them that are over, the first one first.
    over: VecDeque<MatchId>,
}

struct Stand {
    spec: Arc<Spec>,
    /// The last event of which spans were made.
    after: Seq,
    is_over: bool,
}

impl Matches {
    fn playing(&self) -> impl Iterator<Item = MatchId> {
        self.known.iter().filter(|(_, stand)| !stand.is_over).map(|(id, _)| *id)
    }

    /// The spans of the rounds of a match that ended since it was looked at.
    async fn ended(&mut self, id: MatchId) -> Result<Vec<Span>, arena_store::Error> {
        if self.known.get(&id).is_some_and(|stand| stand.is_over) {
            return Ok(vec![]);
        }
        let (mut found, mut open) = (Vec::new(), Vec::new());
        let mut after = self.known.get(&id).map_or(Seq::ZERO, |stand| stand.after);
        loop {
            let page = self.store.records(id, after, PAGE).await?;
            let is_last = page.len() < PAGE;
            after = page.last().map_or(after, |record| record.seq);
            open.extend(page);
            self.meet(id, &open);
            let Some(stand) = self.known.get_mut(&id) else { return Ok(found) };
            while let Some(end) = open.iter().position(is_an_end) {
                let rest = open.split_off(end + 1);
                let stretch = std::mem::replace(&mut open, rest);
                let last = &stretch[end];
                stand.after = last.seq;
                stand.is_over = !matches!(last.event, Event::RoundJudged { .. });
                if last.at >= self.since {
                    found.extend(spans(id, &stand.spec, &stretch));
                }
            }
            if is_last {
                self.forget(id);
                return Ok(found);
            }
        }
    }

    /// Takes what is played from the first record.
    fn meet(&mut self, id: MatchId, records: &[Record]) {
        if let Some(Record { event: Event::Created { spec, .. }, .. }) = records.first() {
            let new = || Stand { spec: Arc::clone(spec), after: Seq::ZERO, is_over: false };
            self.known.entry(id).or_insert_with(new);
        }
    }

    /// Remembers that a match is over for a while, and no longer.
    fn forget(&mut self, id: MatchId) {
        if self.known.get(&id).is_some_and(|stand| stand.is_over) {
            self.over.push_back(id);
            if self.over.len() > MAX_OVER
                && let Some(first) = self.over.pop_front()
            {
                self.known.remove(&first);
            }
        }
    }
}

/// Whether it ends a round, or the match.
fn is_an_end(record: &Record) -> bool {
    matches!(
        record.event,
        Event::RoundJudged { .. } | Event::Completed { .. } | Event::Stopped { .. } | Event::Failed { .. }
    )
}
