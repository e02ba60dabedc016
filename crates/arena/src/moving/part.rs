//! One part of an arena that is moved. Pure.

use arena_core::id::{MatchId, Seq};
use arena_store::{Blob, Document, EventText, Link};

/// One part. They come in this order: contents by their hashes; matches by their ids, of each its events and its head;
/// documents by their kinds and ids. So nothing names what has not come yet, and no list shows half a match.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// What is kept under a hash.
    Content(Blob),
    /// The next event of a match.
    Event(MatchId, EventText),
    /// The end of a match's events: the number and the link of the last.
    Head(MatchId, Seq, Link),
    /// A document, with its revision.
    Document(Document),
}
