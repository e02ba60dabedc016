//! The one place that asks again, or asks another. Touches the clock; stands between whoever plays a turn and the models.
//!
//! A [`Chain`] is a list of targets in order; a model alone is a chain of one. A turn walks it once: `lap` says whom
//! to ask now, `target` holds what all turns know of a model, `health` and `breaker` say whether it may be asked, and
//! `next` what follows from an error. All but `target` and `turn` are pure.

mod backoff;
mod breaker;
mod health;
mod hearing;
mod lap;
mod next;
mod target;
#[cfg(test)]
mod tests;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use arena_core::message::{ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use tokio::time::Instant;

pub use health::Standing;
pub use hearing::{Heard, Hears};
pub use target::{Target, Terms};
use turn::Turn;

/// What a turn may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How often one target is asked, at most; each is asked once at least. 2.
    pub attempts_per_target: u32,
    /// From the question to the answer, with all attempts and waits. 600 s.
    pub turn: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self { attempts_per_target: 2, turn: Duration::from_mins(10) }
    }
}

/// Models in the order in which they are asked until one answers.
#[derive(Clone, Debug)]
pub struct Chain {
    requested: ModelSpec,
    targets: Vec<Arc<Target>>,
    rules: Rules,
}

impl Chain {
    /// The chain that is asked for as `requested`. The targets are shared with all other chains that have them.
    pub fn new(requested: ModelSpec, targets: Vec<Arc<Target>>, rules: Rules) -> Self {
        Self { requested, targets, rules }
    }

    /// Asks until there is a whole answer, and until `until` at the latest. Only what one model finished becomes the
    /// reply; `hears` gets it as it is written, and is told when an attempt failed and what it heard is void.
    ///
    /// Dropping the future gives the attempt under way up at once, with its connection and its place; who drops it knows
    /// himself that what was heard is void.
    ///
    /// # Errors
    /// [`ModelFailure`] with every attempt.
    pub async fn ask(&self, request: &Request, until: Instant, hears: Hears<'_>) -> Result<Reply, ModelFailure> {
        let deadline = Instant::now().checked_add(self.rules.turn).map_or(until, |end| end.min(until));
        Turn::new(self, request, deadline, hears).play().await
    }
}
