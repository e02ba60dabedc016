//! Matches, records and documents to store.

use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_store::{Append, Kind, Put, Rev};
use serde_json::Value;

/// The `n`th match; their ids sort by `n`.
pub(crate) fn match_id(n: u32) -> MatchId {
    MatchId::from_parts(jiff::Timestamp::from_millisecond(1_763_000_000_000 + i64::from(n)).unwrap(), u128::from(n))
}

/// An event with something to say.
pub(crate) fn record(seq: u64, says: &str) -> Record {
    let event = Event::Stopped { reason: says.to_owned() };
    Record { seq: Seq(seq), at: jiff::Timestamp::from_second(1_763_000_000).unwrap(), event }
}

/// Events `after + 1` to `last`.
pub(crate) fn append(id: MatchId, after: u64, last: u64) -> Append {
    let records = (after + 1..=last).map(|seq| record(seq, &format!("this is {seq}"))).collect();
    Append { id, after: Seq(after), records, header: None }
}

/// A match's document.
pub(crate) fn put(id: &str, expected: u64, body: Value) -> Put {
    Put { kind: Kind::Match, id: id.to_owned(), expected: Rev(expected), body: body.into() }
}
