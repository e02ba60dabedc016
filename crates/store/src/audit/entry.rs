//! One entry of the audit log: what it tells, and how it is read back. Pure.

use std::sync::Arc;

use arena_core::id::{MatchId, Seq};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Digest;
use crate::stored::Changed;
use crate::{Cause, Kind, Link, Rev};

/// What an entry says. Its JSON is what is stored and linked; new facts may come, none is ever read in another way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written, by the clock of the machine that wrote it.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Fact {
    /// A document was written.
    Put {
        /// What it describes.
        kind: Kind,
        /// Its id within the kind.
        id: String,
        /// The revision that stands now.
        rev: Rev,
        /// Of its text.
        hash: Digest,
    },
    /// A document was removed.
    Deleted {
        /// What it described.
        kind: Kind,
        /// Its id within the kind.
        id: String,
        /// The last revision that stood.
        rev: Rev,
    },
    /// A content was kept that was not there before.
    Kept {
        /// Its name.
        hash: Digest,
    },
    /// A content was taken away: nothing named it any more.
    Forgotten {
        /// Its name.
        hash: Digest,
    },
    /// A match has these events; it may have more, until the next entry about it.
    Head {
        /// The match.
        #[serde(rename = "match")]
        id: MatchId,
        /// Its last event.
        seq: Seq,
        /// The link of that event, which stands for all before it.
        link: Link,
    },
    /// All events of a match were taken away. It may come back, with what it was: then another entry tells.
    Removed {
        /// The match.
        #[serde(rename = "match")]
        id: MatchId,
        /// The last event that it had.
        seq: Seq,
        /// The link of that event: who has the events can show that they are these.
        link: Link,
    },
    /// Something happened outside of the database.
    Happened {
        /// Of what sort, in a word.
        topic: String,
        /// What.
        body: Value,
    },
}

/// What a caller asks to be written to the log, beside what the store writes of itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Something happened outside of the database. It is there for ever: it must hold no secret.
    Happened {
        /// Of what sort, in a word.
        topic: String,
        /// What.
        body: Value,
    },
    /// The last event of this match, as it stands when the entry is written; nothing for a match that is not known. For a
    /// match under way: its plain events leave no entries.
    Head(MatchId),
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    /// Its number: 1, 2, 3 and so on.
    pub seq: u64,
    /// What it says.
    pub entry: Entry,
    /// Its link, which stands for all entries up to it.
    pub link: Link,
}

impl Fact {
    /// That a document was written with this text.
    pub(crate) fn put(kind: Kind, id: &str, rev: Rev, body: &str) -> Self {
        Self::Put { kind, id: id.to_owned(), rev, hash: Digest::of(body) }
    }

    /// That a content was kept which was not there.
    pub(crate) fn kept(hash: &str) -> Self {
        Self::Kept { hash: hash.parse().expect("contents are named by a hash") }
    }

    /// That a content was taken away which was there.
    pub(crate) fn forgotten(hash: &str) -> Self {
        Self::Forgotten { hash: hash.parse().expect("contents are named by a hash") }
    }
}

impl Noted {
    /// The row of number `seq`, if it is the entry that follows number `seq - 1` with its link `before`. `stored` is the
    /// link that stands there, if it is one.
    pub(crate) fn read(seq: u64, before: Link, body: &str, stored: Option<Link>) -> Result<Self, Cause> {
        let link = before.next(body);
        if stored != Some(link) {
            return Err(Arc::new(Changed));
        }
        let entry = serde_json::from_str(body).map_err(|cause| Arc::new(cause) as Cause)?;
        Ok(Self { seq, entry, link })
    }
}
