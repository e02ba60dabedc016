//! What stands in a line of an export. Pure.
//!
//! Each line is an object with one key, which says what it is. An event's text stands in its line to the letter: links are
//! hashes of it, and JSON that is read and written anew may be another text.

use arena_core::id::{MatchId, Seq};
use arena_store::{Body, EventText, Kind, Rev};
use serde::{Deserialize, Serialize};

use super::Tally;

/// The number of this format. Another one is not read.
pub const FORMAT: u32 = 1;

/// No line is longer: whoever reads has to keep one in memory. A content of 400 MB fits, the largest thing there is.
pub const MAX_LINE_BYTES: usize = 512 << 20;

/// How a line with an event begins.
const EVENT: &str = r#"{"event":{"match":""#;
/// What stands between the match's id and the event's text.
const RECORD: &str = r#"","record":"#;
/// How it ends.
const END: &str = "}}";

/// What an export is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// A whole arena.
    Everything,
    /// Single matches that are over, to hand around.
    Matches,
}

/// Every line but those with events.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// The first.
    Export {
        /// [`FORMAT`].
        format: u32,
        /// The version of the program that wrote it.
        arena: String,
        /// What it is of.
        of: Scope,
    },
    Content {
        hash: String,
        /// In base64.
        bytes: String,
    },
    Head {
        #[serde(rename = "match")]
        id: MatchId,
        seq: Seq,
        link: String,
    },
    Document {
        kind: Kind,
        id: String,
        rev: Rev,
        body: Body,
    },
    /// The last.
    End {
        counts: Tally,
        /// BLAKE3 of all bytes before this line, in hex.
        hash: String,
    },
}

/// The line of an event.
pub(super) fn of_event(id: MatchId, text: &EventText) -> String {
    format!("{EVENT}{id}{RECORD}{}{END}", text.body())
}

/// The match and the text in the line of an event; `None` if it is another line.
pub(super) fn event(line: &str) -> Option<(&str, &str)> {
    let (id, rest) = line.strip_prefix(EVENT)?.split_once(RECORD)?;
    Some((id, rest.strip_suffix(END)?))
}
