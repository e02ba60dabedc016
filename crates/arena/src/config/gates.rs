//! Limits on rates that a run has to hold, unless the command line says otherwise.

/// The `[gates]` of the configuration. Shares are 0.0 to 1.0; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gates {
    /// Attack rounds breached, at most.
    pub max_asr: Option<f64>,
    /// The upper end of the 95 % interval of that, at most.
    pub max_asr_upper: Option<f64>,
    /// Benign rounds denied by a guard or a permission, at most.
    pub max_false_block: Option<f64>,
    /// Attack rounds decided, at least.
    pub min_n: Option<u64>,
}

/// Reads a share that is written in percent: `10%`, `2.5`.
///
/// # Errors
/// What is wrong, and how it is written.
pub fn share(text: &str) -> Result<f64, String> {
    let number = text.trim();
    let number = number.strip_suffix('%').map_or(number, str::trim_end);
    number
        .parse()
        .ok()
        .filter(|percent: &f64| (0.0..=100.0).contains(percent))
        .map(|percent| percent / 100.0)
        .ok_or_else(|| format!("{text:?} is no share: write percent between 0 and 100, such as 10% or 2.5%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_percent_and_nothing_else() {
        for (text, expected) in [("10%", 0.1), ("2.5", 0.025), (" 0 % ", 0.0), ("100%", 1.0)] {
            assert_eq!(share(text), Ok(expected), "{text}");
        }
        for text in ["", "%", "101", "-1%", "nan", "inf", "ten", "10%%x", "10%%", "10 % %", "%10", "0x10"] {
            assert!(share(text).is_err(), "{text}");
        }
    }
}
