//! A rate whose cases come in clusters: rounds of one objective, tasks of one scenario, are alike.

use super::{Proportion, student};

/// The 95 % interval of the rate of all `clusters` together, robust against cases of a cluster being alike.
///
/// The variance is the sandwich estimator of a ratio with the correction G/(G-1) (Liang and Zeger 1986; `CR1` of
/// statsmodels with a constant alone), the quantile Student's with G-1 degrees of freedom, the ends cut to 0.0 and 1.0.
/// `None` where that says nothing: of fewer than two clusters with cases, or if every cluster has the same rate. Then the
/// interval for independent cases is all there is, and likely too narrow.
#[expect(clippy::cast_precision_loss, reason = "counts of rounds are far below 2^52")]
pub fn clustered(clusters: &[Proportion]) -> Option<(f64, f64)> {
    /// Less than this is the rounding of equal rates.
    const NONE: f64 = 1e-9;
    let clusters: Vec<&Proportion> = clusters.iter().filter(|cluster| cluster.n > 0).collect();
    let all = clusters.iter().fold(Proportion::default(), |sum, cluster| sum.plus(**cluster));
    let share = all.share().filter(|_| clusters.len() >= 2)?;
    let squares: f64 = clusters.iter().map(|cluster| (cluster.hits as f64 - share * cluster.n as f64).powi(2)).sum();
    let count = clusters.len() as f64;
    let error = (count / (count - 1.0) * squares).sqrt() / all.n as f64;
    if error < NONE {
        return None;
    }
    let half = student::quantile(clusters.len() as u64 - 1) * error;
    Some(((share - half).max(0.0), (share + half).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proportions(clusters: &[(u64, u64)]) -> Vec<Proportion> {
        clusters.iter().map(|(hits, n)| Proportion { hits: *hits, n: *n }).collect()
    }

    /// Against statsmodels 0.15 `OLS(hit, 1).fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)`.
    #[test]
    fn intervals_are_those_of_an_independent_implementation() {
        for (clusters, expected) in [
            (vec![(3, 10), (7, 10), (1, 10), (9, 10)], Some((0.0, 1.0))),
            (vec![(1, 5), (2, 20), (0, 3), (4, 4), (6, 30)], Some((0.013_917_497, 0.405_437_342))),
            (vec![(1, 5), (0, 0), (2, 20), (0, 3), (4, 4), (6, 30)], Some((0.013_917_497, 0.405_437_342))),
            (vec![(30, 100), (10, 90), (25, 110), (40, 95), (3, 80), (20, 70)], Some((0.094_118_806, 0.375_605_965))),
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
