//! Strategies: how Red comes to its messages, beside asking its model for each. Pure.
//!
//! What a strategy needs of a model is a [`Question`]; what it is answered decides what comes next, and nothing else does:
//! the same answers give the same messages.
//!
//! ```text
//! next ──▶ question ──▶ [a model] ──▶ heard ──▶ next ──▶ ... ──▶ send ──▶ [the target] ──▶ came_back ──▶ next
//! ```
//!
//! * [`Pack`]: attacks that are written down, in the forms that converters give them; no model is asked
//! * [`Search`], played as a [`tree`]: one attempt a round, each built on others (TAP, and PAIR as its narrowest case)
//! * [`Crescendo`], played as an [`escalation`]: several messages a round, each going a little further

mod draft;
pub mod escalation;
mod memory;
mod pack;
mod question;
mod search;
pub mod tree;

pub use draft::DraftStrategy;
pub use pack::{Attack, Pack, Pick};
pub use question::Question;
pub use search::Search;

/// How an agent on Red's seat attacks.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Strategy {
    /// Whatever its model writes is sent.
    #[default]
    Model,
    /// Attacks that are written down.
    Pack(Pack),
    /// A search over rounds.
    Search(Search),
    /// A conversation within a round.
    Crescendo(Crescendo),
}

/// Crescendo (Russinovich et al. 2024): a conversation that begins harmlessly and escalates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crescendo {
    /// So many refused messages of a round are taken back, and others tried. 0 for a target that forgets nothing.
    pub max_backtracks: usize,
}
