//! The same cases under two conditions: how often the outcome changed, and whether that is more than chance.

use serde::{Deserialize, Serialize};

use super::Proportion;

/// Pairs of outcomes, yes or no, of the same case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairs {
    /// Yes under both.
    pub both: u64,
    /// Yes under the first alone.
    pub first_only: u64,
    /// Yes under the second alone.
    pub second_only: u64,
    /// Under none.
    pub neither: u64,
}

/// How likely a split of the changed cases at least as uneven is, if change in both directions were as likely, in two-sided
/// tests after `McNemar` (1947).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct McNemar {
    /// The p-value.
    pub p: f64,
    /// By which test.
    pub method: Method,
}

/// A test of `McNemar`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By the binomial distribution: never wrong too often, and of few cases too careful.
    Exact,
    /// The same, with half the probability of what was found: as often wrong as it says, nearly always (Fagerland, Lydersen
    /// and Laake 2013).
    MidP,
}

impl Pairs {
    /// From so many changed cases on, the mid-p test has its level. Of fewer no test finds much, and the exact one cannot
    /// be wrong too often.
    pub const ENOUGH_CHANGED: u64 = 25;

    /// Adds one case.
    pub fn count(&mut self, first: bool, second: bool) {
        let cell = match (first, second) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.first_only,
            (false, true) => &mut self.second_only,
            (false, false) => &mut self.neither,
        };
        *cell += 1;
    }

    /// How many cases.
    pub fn n(self) -> u64 {
        self.both + self.first_only + self.second_only + self.neither
    }

    /// The rate under the first condition.
    pub fn first(self) -> Proportion {
        Proportion { hits: self.both + self.first_only, n: self.n() }
    }

    /// The rate under the second condition.
    pub fn second(self) -> Proportion {
        Proportion { hits: self.both + self.second_only, n: self.n() }
    }

    /// Whether the outcome changed more often in one direction than by chance: exact where few changed, mid-p from
    /// [`Self::ENOUGH_CHANGED`] on.
    #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
    pub fn mcnemar(self) -> McNemar {
        let n = self.first_only + self.second_only;
        let few = self.first_only.min(self.second_only);
        // The binomial terms by their logarithms: 2^n leaves the range of a float soon.
        let mut ln_term = -(n as f64) * std::f64::consts::LN_2;
        let mut tail = ln_term.exp();
        for k in 1..=few {
            ln_term += ((n - k + 1) as f64).ln() - (k as f64).ln();
            tail += ln_term.exp();
        }
        let method = if n < Self::ENOUGH_CHANGED { Method::Exact } else { Method::MidP };
        let p = match method {
            Method::Exact => 2.0 * tail,
            Method::MidP => 2.0 * tail - ln_term.exp(),
        };
        McNemar { p: p.min(1.0), method }
    }

    /// The second rate less the first, with its 95 % interval by Newcombe's hybrid score method for paired data
    /// (Newcombe 1998, method 10). `None` of no cases.
    #[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
    pub fn difference(self) -> Option<(f64, f64, f64)> {
        let (first, second) = (self.first(), self.second());
        let difference = second.share()? - first.share()?;
        let ((l1, u1), (l2, u2)) = (first.wilson(), second.wilson());
        let (p1, p2) = (first.share()?, second.share()?);
        let (a, b, c, d) = (self.both as f64, self.first_only as f64, self.second_only as f64, self.neither as f64);
        let margins = (a + b) * (c + d) * (a + c) * (b + d);
        let raw = a * d - b * c;
        // Corrected for continuity, where the two agree more often than by chance.
        let corrected = if raw > 0.0 { (raw - self.n() as f64 / 2.0).max(0.0) } else { raw };
        let phi = if margins > 0.0 { corrected / margins.sqrt() } else { 0.0 };
        let distance = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
        let low = difference - distance(p2 - l2, u1 - p1);
        let high = difference + distance(u2 - p2, p1 - l1);
        Some((difference, low.max(-1.0), high.min(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(both: u64, first_only: u64, second_only: u64, neither: u64) -> Pairs {
        Pairs { both, first_only, second_only, neither }
    }

    /// Against statsmodels 0.15 `mcnemar([[0, b], [c, 0]], exact=True).pvalue`, less scipy 1.17 `binom.pmf(min(b, c), b + c,
    /// 0.5)` for mid-p.
    #[test]
    fn p_values_are_those_of_an_independent_implementation() {
        for (b, c, expected, method) in [
            (0, 0, 1.0, Method::Exact),
            (1, 0, 1.0, Method::Exact),
            (5, 1, 0.218_75, Method::Exact),
            (12, 2, 0.012_939_453, Method::Exact),
            (10, 10, 1.0, Method::Exact),
            (20, 4, 0.001_543_880, Method::Exact),
            (20, 5, 0.002_493_918, Method::MidP),
            (15, 10, 0.326_939_583, Method::MidP),
            (13, 13, 1.0, Method::MidP),
            (0, 25, 0.000_000_030, Method::MidP),
            (40, 15, 0.000_685_564, Method::MidP),
            (300, 240, 0.009_827_008, Method::MidP),
            (0, 2000, 0.0, Method::MidP),
        ] {
            let found = pairs(7, b, c, 9).mcnemar();
            assert!(
                (found.p - expected).abs() < 1e-9 && found.method == method,
                "{b}, {c}: {found:?} is not {expected}"
            );
        }
    }

    /// A worked example of Newcombe 1998: 36, 12, 2, 0 by method 10.
    #[test]
    fn differences_are_those_that_were_published() {
        let (difference, low, high) = pairs(36, 12, 2, 0).difference().unwrap();
        for (found, published) in [(difference, -0.2), (low, -0.3404), (high, -0.0569)] {
            assert!((found - published).abs() < 6e-5_f64, "{found} is not {published}");
        }
        assert_eq!(Pairs::default().difference(), None);
    }

    proptest! {
        #[test]
        fn what_holds_of_any_pairs(both in 0_u64..60, b in 0_u64..60, c in 0_u64..60, neither in 0_u64..60) {
            let there = pairs(both, b, c, neither);
            let back = pairs(both, c, b, neither);
            prop_assert!((0.0..=1.0).contains(&there.mcnemar().p));
            prop_assert_eq!(there.mcnemar(), back.mcnemar());
            if let (Some((d, low, high)), Some((e, l, h))) = (there.difference(), back.difference()) {
                prop_assert!(-1.0 <= low && low <= d && d <= high && high <= 1.0);
                // Which is first changes the sign and nothing else.
                prop_assert!((d + e).abs() < 1e-12 && (low + h).abs() < 1e-12 && (high + l).abs() < 1e-12);
            }
        }
    }
}
