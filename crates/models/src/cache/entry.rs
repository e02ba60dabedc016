//! One stored answer as a file holds it, and which answers are worth a file. Pure.

use arena_core::message::{Finish, Reply};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::RequestKey;

/// The form of the files; one of another form is not read.
const VERSION: u32 = 1;

/// A file's content.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    arena_cache: u32,
    /// Again, so that a file under another's name is not taken for it.
    key: RequestKey,
    /// When the answer came. The file's own time changes when it is copied.
    pub(super) at: Timestamp,
    pub(super) reply: Reply,
}

/// What every version of the file has.
#[derive(Deserialize)]
struct Versioned {
    arena_cache: u32,
}

/// The bytes hold no answer to this question. Says nothing of what stands in them: it is a model's text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAnEntry {
    #[error("is not a stored answer (line {line}, column {column})")]
    Unreadable { line: usize, column: usize },
    #[error("has version {found} of the form, not {VERSION}")]
    Version { found: u32 },
    #[error("holds the answer to another question")]
    Misplaced,
}

impl Entry {
    /// `reply` as it is kept: what it says and what it used, without how it was got this time.
    pub(super) fn new(key: RequestKey, at: Timestamp, reply: &Reply) -> Self {
        let reply = Reply { waited_ms: 0, attempts: vec![], ..reply.clone() };
        Self { arena_cache: VERSION, key, at, reply }
    }

    pub(super) fn read(key: RequestKey, bytes: &[u8]) -> Result<Self, NotAnEntry> {
        let unreadable =
            |error: serde_json::Error| NotAnEntry::Unreadable { line: error.line(), column: error.column() };
        let Versioned { arena_cache } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if arena_cache != VERSION {
            return Err(NotAnEntry::Version { found: arena_cache });
        }
        let entry: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        if entry.key == key { Ok(entry) } else { Err(NotAnEntry::Misplaced) }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings, numbers and JSON values always serialize")
    }
}

/// Whether an answer may stand for the next one: it is whole, and it says something. What a filter or the token limit
/// cut would be cut again for ever, where asking again might not; and nobody knows what an unknown end means.
pub(super) fn is_worth_keeping(reply: &Reply) -> bool {
    let is_whole = match reply.finish {
        Finish::Stop | Finish::ToolCalls => true,
        Finish::Length | Finish::Filtered | Finish::Other => false,
    };
    is_whole && !(reply.text.trim().is_empty() && reply.calls.is_empty())
}
