//! Measured times of one thing.

use std::time::Instant;

#[derive(Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Does it once and keeps the milliseconds that it took.
    pub(crate) fn time(&mut self, work: impl FnOnce()) {
        let begun = Instant::now();
        work();
        self.push(begun.elapsed().as_secs_f64() * 1e3);
    }

    pub(crate) fn push(&mut self, sample: f64) {
        self.0.push(sample);
    }

    pub(crate) fn median_ms(&self) -> f64 {
        self.median()
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(1, 2)
    }

    /// These beside a plain start's: both medians, their ratio, and that of the ninth deciles.
    pub(crate) fn row(&self, name: &str, plain: &Self) -> String {
        let (own, other) = (self.median(), plain.median());
        let slow = self.quantile(9, 10) / plain.quantile(9, 10);
        format!("{name:34} {other:10.3} {own:10.3} {:7.2} {slow:7.2}", own / other)
    }

    fn quantile(&self, part: usize, of: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() * part / of]
    }
}
