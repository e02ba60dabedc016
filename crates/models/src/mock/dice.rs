//! The mock's chance: derived from the request's seed and what is decided, so that it falls the same way each time.

use arena_core::message::Request;
use arena_core::seed::Seed;

/// Dice of one request. They do not depend on how far the conversation is: a question that is put again after a crash
/// finds them as they were.
pub(super) struct Dice(Seed);

impl Dice {
    pub(super) fn of(request: &Request) -> Self {
        Self(Seed::from_chance(u128::from(request.seed)))
    }

    /// Whether something of this probability happens. Equal `parts` give equal answers.
    #[expect(clippy::cast_precision_loss, reason = "a probability needs no more than 53 bits")]
    pub(super) fn happens(&self, probability: f64, parts: &[&str]) -> bool {
        (self.0.number("mock", parts) as f64 / (1_u64 << 63) as f64) < probability
    }

    /// One of `items`, which are not empty.
    pub(super) fn pick<'a>(&self, items: &[&'a str], parts: &[&str]) -> &'a str {
        let n = items.len().max(1) as u64;
        let index = usize::try_from(self.0.number("mock pick", parts) % n).unwrap_or(0);
        items.get(index).copied().unwrap_or_default()
    }
}
