//! Matches to store, and stores to keep them in.

use std::path::Path;

use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Append, Store};

/// The `n`th match.
pub(crate) fn match_id(n: u32) -> MatchId {
    MatchId::from_parts(jiff::Timestamp::from_second(1_763_000_000).unwrap(), u128::from(n))
}

/// The one event after `after`, with `size_bytes` of text.
pub(crate) fn append(id: MatchId, after: u64, size_bytes: usize) -> Append {
    let event = Event::Stopped { reason: "x".repeat(size_bytes) };
    let record = Record { seq: Seq(after + 1), at: jiff::Timestamp::from_second(1_763_000_000).unwrap(), event };
    Append { id, after: Seq(after), records: vec![record], header: None }
}

/// Opens for writing; the test is not about opening.
pub(crate) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Access::ReadWrite).unwrap()
}

/// How many events the match has.
pub(crate) async fn count(store: &SqliteStore, id: MatchId) -> u64 {
    store.records(id, Seq::ZERO, usize::MAX).await.unwrap().len() as u64
}
