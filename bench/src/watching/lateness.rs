//! How late events are seen, in a fixed place in memory that many write to at once.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;

/// A step of the figures.
const STEP_US: i64 = 100;

/// Up to two seconds; what takes longer counts as that.
const N_STEPS: usize = 20_000;

/// Counts by delay, of events of a stretch of time.
pub struct Lateness {
    from_us: AtomicI64,
    to_us: AtomicI64,
    counts: Vec<AtomicU64>,
}

impl Default for Lateness {
    fn default() -> Self {
        let counts = (0..=N_STEPS).map(|_| AtomicU64::new(0)).collect();
        Self { from_us: AtomicI64::new(i64::MAX), to_us: AtomicI64::new(i64::MAX), counts }
    }
}

impl Lateness {
    /// Events from then on count.
    pub fn begin(&self, at: Timestamp) {
        self.from_us.store(at.as_microsecond(), Ordering::Relaxed);
    }

    /// Events from then on do not.
    pub fn end(&self, at: Timestamp) {
        self.to_us.store(at.as_microsecond(), Ordering::Relaxed);
    }

    /// An event of `at` was seen `now`.
    pub fn count(&self, at: Timestamp, now: Timestamp) {
        let (at, now) = (at.as_microsecond(), now.as_microsecond());
        if (self.from_us.load(Ordering::Relaxed)..self.to_us.load(Ordering::Relaxed)).contains(&at) {
            let step = usize::try_from((now - at) / STEP_US).unwrap_or(0).min(N_STEPS);
            self.counts[step].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many were counted.
    pub fn n(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// Such a part of them was seen no later than this, milliseconds. Nothing if nothing was counted.
    #[expect(clippy::cast_precision_loss, reason = "far less than 2^52 are counted")]
    pub fn quantile_ms(&self, part: f64) -> Option<f64> {
        let wanted = part * self.n() as f64;
        let mut n = 0;
        for (step, count) in self.counts.iter().enumerate() {
            n += count.load(Ordering::Relaxed);
            if n > 0 && n as f64 >= wanted {
                return Some((step + 1) as f64 * STEP_US as f64 / 1e3);
            }
        }
        None
    }
}
