//! Where the matches end that are being written: who writes need not look that up for each append. Touches the writer's connection.

use std::collections::HashMap;

use arena_core::id::MatchId;
use rusqlite::Connection;

use super::events;
use crate::Link;

/// Matches that are known at once, 100 bytes each: more than are played at once. Beyond it all are looked up again.
const MAX_KNOWN: usize = 4_096;

/// The number and the link of the last event of some matches, as the open transaction has them. One process writes, through one
/// connection: nobody else moves them.
#[derive(Default)]
pub(super) struct Heads(HashMap<MatchId, (u64, Link)>);

impl Heads {
    /// Where a match ends; before its first event, if it has none.
    pub(super) fn of(&mut self, connection: &Connection, id: MatchId) -> rusqlite::Result<(u64, Link)> {
        if let Some(head) = self.0.get(&id) {
            return Ok(*head);
        }
        let head = events::last(connection, id)?.map_or_else(|| (0, Link::first(id)), |(seq, link)| (seq.0, link));
        self.moved(id, head);
        Ok(head)
    }

    /// It ends here now.
    pub(super) fn moved(&mut self, id: MatchId, head: (u64, Link)) {
        if self.0.len() >= MAX_KNOWN {
            self.0.clear();
        }
        self.0.insert(id, head);
    }

    /// Something that was written was taken back.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}
