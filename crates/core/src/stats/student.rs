//! Student's t distribution, as far as intervals need it.

use super::Z;

/// The 97.5 % point with 1 to 30 degrees of freedom, from scipy 1.16 `stats.t.ppf(0.975, df)`.
const FIRST: [f64; 30] = [
    12.706_204_736,
    4.302_652_730,
    3.182_446_305,
    2.776_445_105,
    2.570_581_836,
    2.446_911_851,
    2.364_624_252,
    2.306_004_135,
    2.262_157_163,
    2.228_138_852,
    2.200_985_160,
    2.178_812_830,
    2.160_368_656,
    2.144_786_688,
    2.131_449_546,
    2.119_905_299,
    2.109_815_578,
    2.100_922_040,
    2.093_024_054,
    2.085_963_447,
    2.079_613_845,
    2.073_873_068,
    2.068_657_610,
    2.063_898_562,
    2.059_538_553,
    2.055_529_439,
    2.051_830_516,
    2.048_407_142,
    2.045_229_642,
    2.042_272_456,
];

/// The 97.5 % point with `degrees` of freedom, to six digits; of none, infinity.
pub(super) fn quantile(degrees: u64) -> f64 {
    let known = usize::try_from(degrees).ok().map(|degrees| degrees.checked_sub(1).map(|i| FIRST.get(i)));
    match known {
        Some(None) => f64::INFINITY,
        Some(Some(Some(quantile))) => *quantile,
        // Abramowitz and Stegun 26.7.5: an expansion about the normal distribution.
        Some(Some(None)) | None => {
            #[expect(clippy::cast_precision_loss, reason = "counts of clusters are far below 2^52")]
            let degrees = degrees as f64;
            let z2 = Z * Z;
            let first = (z2 + 1.0) / 4.0;
            let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
            let third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
            Z * (1.0 + (first + (second + third / degrees) / degrees) / degrees)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against scipy 1.16 `stats.t.ppf(0.975, df)`.
    #[test]
    fn quantiles_are_those_of_an_independent_implementation() {
        for (degrees, expected) in [
            (1, 12.706_204_736),
            (5, 2.570_581_836),
            (30, 2.042_272_456),
            (31, 2.039_513_446),
            (40, 2.021_075_390),
            (60, 2.000_297_822),
            (100, 1.983_971_519),
            (1_000, 1.962_339_081),
            (100_000, 1.959_987_708),
        ] {
            assert!((quantile(degrees) - expected).abs() < 2e-6, "{degrees}: {}", quantile(degrees));
        }
        assert!(quantile(0).is_infinite());
        let falling: Vec<f64> = (0..200).map(quantile).collect();
        assert!(falling.is_sorted_by(|a, b| a > b));
    }
}
