//! What tells one match from another in lists: drawn by its number, the same in each run. Pure.

/// What a match looks like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) scenario: &'static str,
    pub(super) red: &'static str,
    /// `None` plays with the guards off.
    pub(super) blue: Option<&'static str>,
    pub(super) target: &'static str,
    pub(super) model: &'static str,
    pub(super) label: Option<&'static str>,
    pub(super) status: &'static str,
}

/// Of 10,000 matches, how many have it.
type Shares<T> = &'static [(T, u64)];

const SCENARIOS: Shares<&str> =
    &[("support-desk", 7_990), ("help-desk", 1_500), ("front-desk", 500), ("night-desk", 10)];
const REDS: Shares<&str> = &[("attacker", 8_000), ("crowd", 1_990), ("loner", 10)];
const BLUES: Shares<Option<&str>> =
    &[(Some("guard"), 6_990), (Some("warden"), 1_000), (Some("novice"), 10), (None, 2_000)];
const TARGETS: Shares<&str> = &[("assistant", 8_990), ("clerk", 1_000), ("trainee", 10)];
/// The mock's name is that of the mock; the others say nothing in these matches.
const MODELS: Shares<&str> = &[("mock", 7_000), ("openai:gpt-5-mini", 3_000)];
const LABELS: Shares<Option<&str>> =
    &[(Some("nightly"), 5_000), (Some("release"), 1_000), (Some("incident"), 5), (None, 3_995)];
const STATUSES: Shares<&str> = &[("completed", 9_600), ("stopped", 150), ("failed", 150), ("paused", 100)];

impl Look {
    /// That of the `n`th match.
    pub(super) fn of(n: u64) -> Self {
        Self {
            scenario: drawn(n, 1, SCENARIOS),
            red: drawn(n, 2, REDS),
            blue: drawn(n, 3, BLUES),
            target: drawn(n, 4, TARGETS),
            model: drawn(n, 5, MODELS),
            label: drawn(n, 6, LABELS),
            status: drawn(n, 7, STATUSES),
        }
    }
}

/// One of the shares, by the `n`th match and the question.
fn drawn<T: Copy>(n: u64, question: u64, shares: Shares<T>) -> T {
    let mut left = mixed(mixed(n) ^ question) % 10_000;
    for (what, share) in shares {
        if left < *share {
            return *what;
        }
        left -= share;
    }
    shares[0].0
}

/// A number that looks like chance (`SplitMix64`, Steele et al. 2014).
pub(super) fn mixed(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
