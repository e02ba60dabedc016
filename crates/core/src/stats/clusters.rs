//! A rate whose cases come in clusters: rounds of one objective, tasks of one scenario, are alike.

use super::{Proportion, student};

/// Why clusters give no interval. The one for independent cases is all there is then, and likely too narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unclustered {
    /// How clusters differ cannot be seen of one.
    #[error("fewer than two clusters have cases")]
    TooFew,
    /// The rate is 0 or 1: no cluster differs from another, and the log-odds have no end.
    #[error("it never happened, or always")]
    Constant,
    /// Every cluster has the same rate: that they would not differ at all is not to be believed.
    #[error("every cluster has the same rate")]
    Equal,
}

/// The 95 % interval of the rate of all `clusters` together, robust against cases of a cluster being alike.
///
/// The variance is the sandwich estimator of a ratio with the correction G/(G-1) (Liang and Zeger 1986), the quantile
/// Student's with G-1 degrees of freedom. The interval is made on the scale of log-odds, to which the delta method takes
/// the variance, and taken back: near the ends one on the raw scale would reach beyond them, and be cut to what covers too
/// seldom. That is a logistic regression with a constant alone and its errors clustered.
///
/// # Errors
/// [`Unclustered`] where that says nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
pub fn clustered(clusters: &[Proportion]) -> Result<(f64, f64), Unclustered> {
    /// Less than this is the rounding of equal rates.
    const NONE: f64 = 1e-9;
    let clusters: Vec<&Proportion> = clusters.iter().filter(|cluster| cluster.n > 0).collect();
    let all = clusters.iter().fold(Proportion::default(), |sum, cluster| sum.plus(**cluster));
    let share = all.share().filter(|_| clusters.len() >= 2).ok_or(Unclustered::TooFew)?;
    if all.hits == 0 || all.hits == all.n {
        return Err(Unclustered::Constant);
    }
    let squares: f64 = clusters.iter().map(|cluster| (cluster.hits as f64 - share * cluster.n as f64).powi(2)).sum();
    let count = clusters.len() as f64;
    let error = (count / (count - 1.0) * squares).sqrt() / all.n as f64;
    if error < NONE {
        return Err(Unclustered::Equal);
    }
    let half = student::quantile(clusters.len() as u64 - 1) * error / (share * (1.0 - share));
    let log_odds = (share / (1.0 - share)).ln();
    let back = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
    // Where all but nothing is left of an end, rounding must not take it past the share.
    Ok((back(log_odds - half).min(share), back(log_odds + half).max(share)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proportions(clusters: &[(u64, u64)]) -> Vec<Proportion> {
        clusters.iter().map(|(hits, n)| Proportion { hits: *hits, n: *n }).collect()
    }

    /// Against statsmodels 0.15 `GLM(hit, 1, Binomial()).fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)`,
    /// whose interval has G-1 degrees of freedom too, and whose correction is G/(G-1) as well of a constant alone.
    #[test]
    fn intervals_are_those_of_an_independent_implementation() {
        for (clusters, expected) in [
            (vec![(3, 10), (7, 10), (1, 10), (9, 10)], Ok((0.089_144_130, 0.910_855_870))),
            (vec![(1, 5), (2, 20), (0, 3), (4, 4), (6, 30)], Ok((0.075_285_923, 0.463_676_487))),
            (vec![(1, 5), (0, 0), (2, 20), (0, 3), (4, 4), (6, 30)], Ok((0.075_285_923, 0.463_676_487))),
            (vec![(30, 100), (10, 90), (25, 110), (40, 95), (3, 80), (20, 70)], Ok((0.123_006_630, 0.401_828_832))),
            // Near the ends, and of as few as there can be.
            (vec![(0, 100), (1, 100), (0, 100), (3, 100)], Ok((0.001_039_288, 0.089_312_375))),
            (vec![(99, 100), (100, 100), (95, 100)], Ok((0.631_474_949, 0.999_286_840))),
            (vec![(1, 4), (3, 4)], Ok((0.000_003_032, 0.999_996_968))),
            (vec![(5, 10), (5, 10)], Err(Unclustered::Equal)),
            (vec![(1, 3), (2, 6), (4, 12)], Err(Unclustered::Equal)),
            (vec![(0, 10), (0, 3)], Err(Unclustered::Constant)),
            (vec![(10, 10), (3, 3)], Err(Unclustered::Constant)),
            (vec![(5, 10)], Err(Unclustered::TooFew)),
            (vec![(5, 10), (0, 0)], Err(Unclustered::TooFew)),
            (vec![], Err(Unclustered::TooFew)),
        ] {
            let found = clustered(&proportions(&clusters));
            let near = match (found, expected) {
                (Ok((low, high)), Ok((l, h))) => (low - l).abs() < 1e-8_f64 && (high - h).abs() < 1e-8_f64,
                (found, expected) => found == expected,
            };
            assert!(near, "{clusters:?}: {found:?} is not {expected:?}");
        }
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_rate_and_turns_with_it(clusters in prop::collection::vec((0_u64..50, 0_u64..50), 0..12)) {
            let clusters: Vec<(u64, u64)> = clusters.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
            let turned: Vec<(u64, u64)> = clusters.iter().map(|(hits, n)| (n - hits, *n)).collect();
            let (clusters, turned) = (proportions(&clusters), proportions(&turned));
            let all = clusters.iter().fold(Proportion::default(), |sum, cluster| sum.plus(*cluster));
            match (clustered(&clusters), clustered(&turned)) {
                (Ok((low, high)), Ok((l, h))) => {
                    let share = all.share().unwrap();
                    prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
                    // What did not happen has the interval of what did, seen from the other end.
                    prop_assert!((low + h - 1.0).abs() < 1e-9 && (high + l - 1.0).abs() < 1e-9);
                }
                (found, turned) => prop_assert_eq!(found, turned),
            }
        }
    }
}
