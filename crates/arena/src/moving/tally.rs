//! How much was moved. Pure.

use serde::{Deserialize, Serialize};

use super::Part;

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Contents.
    pub n_contents: u64,
    /// Matches.
    pub n_matches: u64,
    /// Events of these matches.
    pub n_events: u64,
    /// Documents.
    pub n_documents: u64,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, part: &Part) {
        let n = match part {
            Part::Content(_) => &mut self.n_contents,
            Part::Event(..) => &mut self.n_events,
            Part::Head(..) => &mut self.n_matches,
            Part::Document(_) => &mut self.n_documents,
        };
        *n += 1;
    }
}
