//! A rate whose cases come in clusters: rounds of one objective, tasks of one scenario, are alike.

use super::{Proportion, student};

/// The 95 % interval of the rate of all `clusters` together, robust against cases of a cluster being alike.
///
/// The variance of the log odds is the sandwich estimator with the correction G/(G-1) (Liang and Zeger 1986; statsmodels'
/// `GLM(Binomial)` with a constant alone and `cov_type="cluster"`), the quantile Student's with G-1 degrees of freedom. On
/// the log odds an interval ends where a rate does; of the rate itself, few clusters would reach beyond 0 and 1.
/// `None` where that says nothing: of fewer than two clusters with cases, if every cluster has the same rate, or if the
/// rate is 0 or 1. Then the interval for independent cases is all there is, and likely too narrow.
#[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
pub fn clustered(clusters: &[Proportion]) -> Option<(f64, f64)> {
    /// Less than this is the rounding of equal rates.
    const NONE: f64 = 1e-9;
    let clusters: Vec<&Proportion> = clusters.iter().filter(|cluster| cluster.n > 0).collect();
    let all = clusters.iter().fold(Proportion::default(), |sum, cluster| sum.plus(**cluster));
    let share = all.share().filter(|share| clusters.len() >= 2 && *share > 0.0 && *share < 1.0)?;
    let squares: f64 = clusters.iter().map(|cluster| (cluster.hits as f64 - share * cluster.n as f64).powi(2)).sum();
    let count = clusters.len() as f64;
    let error = (count / (count - 1.0) * squares).sqrt() / all.n as f64;
    if error < NONE {
        return None;
    }
    let log_odds = (share / (1.0 - share)).ln();
    let half = student::quantile(clusters.len() as u64 - 1) * error / (share * (1.0 - share));
    let share_of = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
    Some((share_of(log_odds - half), share_of(log_odds + half)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proportions(clusters: &[(u64, u64)]) -> Vec<Proportion> {
        clusters.iter().map(|(hits, n)| Proportion { hits: *hits, n: *n }).collect()
    }

    /// Against statsmodels 0.15 `GLM(hit, 1, family=Binomial()).fit(cov_type="cluster", cov_kwds={"groups": cluster})`: its
    /// standard error, with scipy's quantile of Student's t.
    #[test]
    fn intervals_are_those_of_an_independent_implementation() {
        for (clusters, expected) in [
            (vec![(3, 10), (7, 10), (1, 10), (9, 10)], Some((0.089_144_130, 0.910_855_870))),
            (vec![(1, 5), (2, 20), (0, 3), (4, 4), (6, 30)], Some((0.075_285_923, 0.463_676_487))),
            (vec![(1, 5), (0, 0), (2, 20), (0, 3), (4, 4), (6, 30)], Some((0.075_285_923, 0.463_676_487))),
            (vec![(30, 100), (10, 90), (25, 110), (40, 95), (3, 80), (20, 70)], Some((0.123_006_630, 0.401_828_832))),
            (vec![(1, 40), (0, 40), (0, 40), (2, 40), (0, 40), (1, 40)], Some((0.004_565_674, 0.058_941_386))),
            (vec![(0, 40), (0, 30)], None),
            (vec![(40, 40), (30, 30)], None),
            (vec![(5, 10), (5, 10)], None),
            (vec![(5, 10)], None),
            (vec![], None),
        ] {
            let found = clustered(&proportions(&clusters));
            let near = match (found, expected) {
                (Some((low, high)), Some((l, h))) => (low - l).abs() < 1e-6_f64 && (high - h).abs() < 1e-6_f64,
                (found, expected) => found == expected,
            };
            assert!(near, "{clusters:?}: {found:?} is not {expected:?}");
        }
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_rate(clusters in prop::collection::vec((0_u64..50, 0_u64..50), 0..12)) {
            let clusters: Vec<(u64, u64)> = clusters.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
            let clusters = proportions(&clusters);
            let all = clusters.iter().fold(Proportion::default(), |sum, cluster| sum.plus(*cluster));
            if let Some((low, high)) = clustered(&clusters) {
                let share = all.share().unwrap();
                prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
            }
        }
    }
}
