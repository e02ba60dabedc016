//! What somebody asks to be pruned, as the audit log tells it. Pure.

use arena_store::Note;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The topic of these entries.
pub const TOPIC: &str = "prune";

/// What is to go, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Who, as they call themselves.
    pub by: String,
    /// What ended at this moment, or before it.
    pub before: Timestamp,
}

impl Order {
    /// The entry before those of what goes.
    pub(super) fn note(&self) -> Note {
        Note::Happened {
            topic: TOPIC.to_owned(),
            body: serde_json::to_value(self).expect("a text and a moment are plain data"),
        }
    }
}
