//! Numbers and ids: matches, events, calls, rounds, and the three seats.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// One match. Shown as 26 lower-case characters that sort by creation time (a ULID).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchId(Ulid);

impl MatchId {
    /// Builds an id from its moment and 80 bits of chance, both given by the caller.
    pub fn from_parts(at: jiff::Timestamp, chance: u128) -> Self {
        let ms = u64::try_from(at.as_millisecond()).unwrap_or(0);
        Self(Ulid::from_parts(ms, chance))
    }

    /// Its 128 bits.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_bytes()
    }

    /// The moment it was built for, to the millisecond.
    pub fn created_at(self) -> jiff::Timestamp {
        let ms = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
        jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl fmt::Display for MatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string().to_ascii_lowercase())
    }
}

/// The text is not a match id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a match id: 26 characters such as 01kanp8m6s1x3f0v9h2r7c4d5e")]
pub struct NotAMatchId(String);

impl FromStr for MatchId {
    type Err = NotAMatchId;

    fn from_str(text: &str) -> Result<Self, NotAMatchId> {
        Ulid::from_string(text).map(Self).map_err(|_| NotAMatchId(text.to_owned()))
    }
}

impl Serialize for MatchId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MatchId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The place of an event in its match: 1, 2, 3 and so on without a gap. 0 stands before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The place after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One question that the match asked of the outside: a model call or a tool call. Its answer carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub u32);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// One of the places at the table. An agent sits there, in a fixed revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// Attacks.
    Red,
    /// Defends.
    Blue,
    /// Does its job in between.
    Target,
    /// Is asked what facts cannot decide, where a scenario asks for it. No contestant.
    Judge,
}

impl Seat {
    /// The contestants' seats, in the order of play.
    pub const ALL: [Self; 3] = [Self::Red, Self::Blue, Self::Target];

    /// The word in records, files and flags.
    pub fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Blue => "blue",
            Self::Target => "target",
            Self::Judge => "judge",
        }
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
