//! How far many matches are, on stderr: bars on a terminal, a line now and then elsewhere.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use arena_core::event::{Event, Record};
use arena_core::id::MatchId;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Bars of single matches that fit on a screen; the others are in the sum alone.
const MAX_BARS: usize = 20;

pub(super) struct Progress {
    n_matches: usize,
    n_over: AtomicUsize,
    bars: Option<Bars>,
}

struct Bars {
    multi: MultiProgress,
    total: ProgressBar,
    matches: Mutex<HashMap<MatchId, ProgressBar>>,
}

impl Progress {
    /// Whether somebody could see bars.
    pub(super) fn is_wanted() -> bool {
        std::io::stderr().is_terminal() && std::env::var_os("CI").is_none()
    }

    pub(super) fn new(n_matches: usize, with_bars: bool) -> Self {
        let bars = with_bars.then(|| {
            let multi = MultiProgress::new();
            let total = multi.add(ProgressBar::new(n_matches as u64));
            total.set_style(style("{msg:<26} {wide_bar} {pos}/{len} {elapsed}"));
            total.set_message("matches");
            Bars { multi, total, matches: Mutex::default() }
        });
        Self { n_matches, n_over: AtomicUsize::new(0), bars }
    }

    /// A match came further.
    pub(super) fn saw(&self, id: MatchId, record: &Record) {
        let Some(Bars { multi, matches, .. }) = &self.bars else { return };
        let mut matches = matches.lock().unwrap_or_else(PoisonError::into_inner);
        match &record.event {
            Event::Created { spec, .. } if matches.len() < MAX_BARS => {
                let bar = match spec.n_rounds {
                    Some(n_rounds) => ProgressBar::new(u64::from(n_rounds.get())),
                    None => ProgressBar::no_length(),
                };
                bar.set_style(style("{msg:<26} {wide_bar} {pos}/{len}"));
                bar.set_message(id.to_string());
                matches.insert(id, multi.add(bar));
            }
            Event::RoundJudged { .. } => {
                if let Some(bar) = matches.get(&id) {
                    bar.inc(1);
                }
            }
            _ => {}
        }
    }

    /// A match is over, or put down: its bar goes.
    pub(super) fn over(&self, id: MatchId) {
        let Some(Bars { multi, matches, .. }) = &self.bars else { return };
        if let Some(bar) = matches.lock().unwrap_or_else(PoisonError::into_inner).remove(&id) {
            multi.remove(&bar);
        }
    }

    /// One more match is counted.
    pub(super) fn one_over(&self) {
        self.n_over.fetch_add(1, Ordering::Relaxed);
        if let Some(bars) = &self.bars {
            bars.total.inc(1);
        }
    }

    /// Says how far things are, if there are no bars that show it.
    pub(super) fn tell(&self, elapsed: Duration) {
        if self.bars.is_none() && self.n_matches > 1 {
            let n_over = self.n_over.load(Ordering::Relaxed);
            let line = format!("{n_over} of {} matches are over after {} s", self.n_matches, elapsed.as_secs());
            // Nobody is harmed by a line that nobody reads.
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }

    pub(super) fn clear(&self) {
        if let Some(bars) = &self.bars {
            bars.total.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("our templates are well formed").progress_chars("━╸ ")
}
