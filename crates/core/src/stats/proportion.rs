//! A proportion with its interval for independent cases.

use serde::{Deserialize, Serialize};

use super::Z;

/// `hits` out of `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proportion {
    /// How often it happened.
    pub hits: u64,
    /// How often it could have.
    pub n: u64,
}

impl Proportion {
    /// One more case.
    pub fn count(&mut self, hit: bool) {
        self.n += 1;
        self.hits += u64::from(hit);
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { hits: self.hits + other.hits, n: self.n + other.n }
    }

    /// The share, 0.0 to 1.0; `None` of nothing.
    #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.hits as f64 / self.n as f64)
    }

    /// The 95 % interval of the share by Wilson's score method (Wilson 1927), for independent cases.
    /// Of nothing, everything is possible: 0.0 to 1.0.
    #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
    pub fn wilson(self) -> (f64, f64) {
        let Some(share) = self.share() else { return (0.0, 1.0) };
        let n = self.n as f64;
        let scale = 1.0 + Z * Z / n;
        let centre = (share + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        // At the ends the exact bound is 0 or 1; rounding must not say otherwise.
        let low = if self.hits == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if self.hits == self.n { 1.0 } else { (centre + half).min(1.0) };
        (low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against statsmodels 0.15.0 `proportion_confint(hits, n, method="wilson")`.
    #[test]
    fn intervals_are_those_of_an_independent_implementation() {
        for (hits, n, low, high) in [
            (0, 10, 0.0, 0.277_532_799_863),
            (3, 10, 0.107_791_267_406, 0.603_221_852_539),
            (10, 10, 0.722_467_200_137, 1.0),
            (47, 1000, 0.035_527_105_106, 0.061_939_938_082),
            (0, 0, 0.0, 1.0),
        ] {
            let (found_low, found_high) = Proportion { hits, n }.wilson();
            assert!((found_low - low).abs() < 1e-9, "{hits}/{n}: {found_low} is not {low}");
            assert!((found_high - high).abs() < 1e-9, "{hits}/{n}: {found_high} is not {high}");
        }
    }
}
