//! How long something took, many times.

use std::time::Duration;

/// Delays; at least one.
pub struct Delays(Vec<Duration>);

impl Delays {
    /// These, in any order.
    ///
    /// # Panics
    /// If there are none.
    pub fn of(mut delays: Vec<Duration>) -> Self {
        assert!(!delays.is_empty(), "nothing came to its end in this time");
        delays.sort_unstable();
        Self(delays)
    }

    /// How many.
    pub fn n(&self) -> usize {
        self.0.len()
    }

    /// What so many of a hundred do not exceed, ms.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        self.0[(self.0.len() * percent / 100).min(self.0.len() - 1)].as_secs_f64() * 1e3
    }

    /// The longest, ms.
    pub fn max_ms(&self) -> f64 {
        self.percentile_ms(100)
    }
}
