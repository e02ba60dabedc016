//! What went, or would go. Pure.

use arena_core::id::{MatchId, Seq};
use jiff::Timestamp;
use serde::Serialize;

use super::Left;
use crate::moving::Tally;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many of what. Headers of matches are among the documents.
    pub tally: Tally,
    /// Bytes of the contents.
    pub content_bytes: u64,
    /// The matches, the oldest first.
    pub matches: Vec<Gone>,
    /// What stays though it is old.
    pub left: Vec<Left>,
}

/// A match that went, or would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// Which.
    pub id: MatchId,
    /// Its last event.
    pub last: Seq,
    /// The moment of that.
    pub at: Timestamp,
}
