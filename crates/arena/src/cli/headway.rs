//! How far a move or the like is, on stderr: a bar on a terminal, a line now and then elsewhere.

use std::io::Write as _;
use std::time::{Duration, Instant};

use arena_store::Store;
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::Failure;
use super::progress::Progress;
use super::verify::all;
use crate::moving::{Part, Tally};

/// Between two lines where there is no bar.
const PAUSE: Duration = Duration::from_secs(10);

/// Tells how far it is.
pub(super) struct Headway {
    doing: &'static str,
    n_matches: u64,
    tally: Tally,
    told: Instant,
    bar: Option<ProgressBar>,
}

impl Headway {
    /// What is done with all matches of `store`, such as `moving`.
    pub(super) async fn over(store: &dyn Store, doing: &'static str) -> Result<Self, Failure> {
        let n_matches = all(store).await?.len() as u64;
        let bar = Progress::is_wanted().then(|| {
            let style = ProgressStyle::with_template("{msg:<26} {wide_bar} {pos}/{len} matches {elapsed}");
            ProgressBar::new(n_matches)
                .with_style(style.expect("our template is well formed").progress_chars("━╸ "))
                .with_message(doing)
        });
        Ok(Self { doing, n_matches, tally: Tally::default(), told: Instant::now(), bar })
    }

    /// The same once more with something else.
    pub(super) fn again(&mut self, doing: &'static str) {
        (self.doing, self.tally) = (doing, Tally::default());
        if let Some(bar) = &self.bar {
            bar.set_position(0);
            bar.set_message(doing);
        }
    }

    /// A part is done.
    pub(super) fn saw(&mut self, part: &Part) {
        self.tally.count(part);
        self.tell();
    }

    /// A match is done, with so many events.
    pub(super) fn passed(&mut self, n_events: u64) {
        self.tally.n_matches += 1;
        self.tally.n_events += n_events;
        self.tell();
    }

    fn tell(&mut self) {
        let Tally { n_matches, n_contents, n_events, .. } = self.tally;
        if let Some(bar) = &self.bar {
            bar.set_position(n_matches);
        } else if self.told.elapsed() >= PAUSE {
            self.told = Instant::now();
            let doing = self.doing;
            // Nobody is harmed by a line that nobody reads.
            let _ = writeln!(
                anstream::stderr(),
                "{doing}: {n_matches} of {} matches, {n_events} events, {n_contents} contents",
                self.n_matches
            );
        }
    }
}

impl Drop for Headway {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
