//! How long to wait where the provider does not say. Pure: chance is data, drawn from the question's seed.

use std::time::Duration;

use arena_core::seed::Seed;

/// The first wait before a question is put again at the same place; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);

/// The longest such wait: beyond it another target, or an error, is of more use.
const LONGEST: Duration = Duration::from_secs(8);

/// Shortens waits by up to a quarter, as the vendors' own clients do, so that questions which failed together do not
/// come back together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jitter {
    permille: u32,
}

impl Jitter {
    /// The one of a turn's `n_attempt`th attempt. A turn that is played again waits as it did.
    pub(super) fn drawn(seed: u64, n_attempt: u32) -> Self {
        let drawn = Seed::from_chance(u128::from(seed)).number("wait", &[&n_attempt.to_string()]) % 251;
        Self { permille: 1000 - u32::try_from(drawn).expect("it is below 251") }
    }

    /// `wait`, or up to a quarter less.
    pub(super) fn of(self, wait: Duration) -> Duration {
        wait * self.permille / 1000
    }
}

/// The wait after the `n_failed`th failure at one place, which counts from 1.
pub(super) fn backoff(n_failed: u32, jitter: Jitter) -> Duration {
    jitter.of(doubled(FIRST, n_failed.saturating_sub(1), LONGEST))
}

/// `first`, doubled `n_times`, and at most `longest`.
pub(super) fn doubled(first: Duration, n_times: u32, longest: Duration) -> Duration {
    // More doublings than this reach any limit here, and would overflow.
    (first * 2_u32.pow(n_times.min(16))).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_are_at_most_a_quarter_shorter() {
        for (n_failed, full_ms) in [(1, 500), (2, 1000), (3, 2000), (5, 8000), (6, 8000), (u32::MAX, 8000)] {
            let waits: Vec<_> =
                (0..100).map(|seed| backoff(n_failed, Jitter::drawn(seed, n_failed)).as_millis()).collect();
            assert!(waits.iter().all(|wait| (full_ms * 3 / 4..=full_ms).contains(wait)), "{n_failed}: {waits:?}");
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{n_failed}: all wait {}", waits[0]);
        }
    }

    #[test]
    fn the_same_attempt_of_the_same_question_waits_the_same() {
        let wait = |seed, n_attempt| Jitter::drawn(seed, n_attempt).of(Duration::from_hours(1));
        assert_eq!(wait(7, 1), wait(7, 1));
        assert_ne!(wait(7, 1), wait(7, 2));
        assert_ne!(wait(7, 1), wait(8, 1));
    }
}
