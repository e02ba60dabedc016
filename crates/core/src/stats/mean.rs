//! The mean of what was measured, with its interval.

use serde::{Deserialize, Serialize};

use super::student;

/// A running mean and variance (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// How many values.
    pub n: u64,
    /// Their mean; 0 of none.
    pub mean: f64,
    squares: f64,
}

impl Mean {
    /// Adds one value.
    #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let off = value - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (value - self.mean);
    }

    /// The 95 % interval of the mean by Student's t; `None` of fewer than two values.
    #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let degrees = self.n.checked_sub(1).filter(|degrees| *degrees > 0)?;
        let error = (self.squares / degrees as f64 / self.n as f64).sqrt();
        let half = student::quantile(degrees) * error;
        Some((self.mean - half, self.mean + half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against scipy 1.16 `ttest_1samp(x, 0).confidence_interval()`.
    #[test]
    fn the_interval_is_that_of_an_independent_implementation() {
        let mut mean = Mean::default();
        assert_eq!(mean.interval(), None);
        for value in [12.0, -3.5, 4.25, 0.0, 8.0, 1.5, -2.0] {
            mean.add(value);
        }
        let (low, high) = mean.interval().unwrap();
        assert!((mean.mean - 2.892_857_143).abs() < 1e-8);
        assert!((low + 2.256_218_866).abs() < 1e-6 && (high - 8.041_933_152).abs() < 1e-6, "{low} {high}");
    }
}
