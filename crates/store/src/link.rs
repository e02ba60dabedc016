//! The chains over the events of a match and over the audit log: each link has the hash of a text and of the link before.
//! Pure.

use std::fmt;
use std::str::FromStr;

use arena_core::id::MatchId;
use serde::{Deserialize, Serialize};

/// One link. That of a match's last event stands for all its events: whoever keeps it elsewhere finds out later whether
/// any was changed, taken out or moved. So does that of the audit log's last entry for all its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(blake3::Hash);

/// The text is no link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 hexadecimal digits, as arena audit verify prints them")]
pub struct NotALink;

impl Link {
    /// Before the first event of a match: events of another match do not follow it.
    pub fn first(id: MatchId) -> Self {
        Self(blake3::hash(id.to_string().as_bytes()))
    }

    /// Before the first entry of the audit log: no entry of it follows an event, or the other way round.
    pub fn of_empty_log() -> Self {
        Self(blake3::hash(b"the audit log of AI Arena"))
    }

    /// The link of the event with this text, which follows.
    pub fn next(self, body: &str) -> Self {
        Self(blake3::Hasher::new().update(self.0.as_bytes()).update(body.as_bytes()).finalize())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// What was stored; `None` if it is of another length.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        blake3::Hash::from_slice(bytes).ok().map(Self)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_hex().fmt(f)
    }
}

impl FromStr for Link {
    type Err = NotALink;

    fn from_str(text: &str) -> Result<Self, NotALink> {
        blake3::Hash::from_hex(text).map(Self).map_err(|_| NotALink)
    }
}

impl TryFrom<String> for Link {
    type Error = NotALink;

    fn try_from(text: String) -> Result<Self, NotALink> {
        text.parse()
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.to_string()
    }
}
