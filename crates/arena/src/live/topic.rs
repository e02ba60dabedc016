//! What can be watched. Pure.

use std::fmt;
use std::str::FromStr;

use arena_core::id::MatchId;

/// One thing to watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The events of a match: numbered, every one of them.
    Match(MatchId),
    /// That what a list of matches shows has changed.
    Matches,
    /// That a match waits for a person, or no longer.
    Approvals,
    /// That the server is full, or has room again.
    System,
}

/// The text is no topic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no topic: write match:ID, matches, approvals or system")]
pub struct NotATopic(String);

impl FromStr for Topic {
    type Err = NotATopic;

    fn from_str(text: &str) -> Result<Self, NotATopic> {
        let not = || NotATopic(text.to_owned());
        match text {
            "matches" => Ok(Self::Matches),
            "approvals" => Ok(Self::Approvals),
            "system" => Ok(Self::System),
            _ => text.strip_prefix("match:").and_then(|id| id.parse().ok()).map(Self::Match).ok_or_else(not),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Match(id) => write!(f, "match:{id}"),
            Self::Matches => f.write_str("matches"),
            Self::Approvals => f.write_str("approvals"),
            Self::System => f.write_str("system"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_read_as_it_is_written_and_nothing_else_is_one() {
        for text in ["match:01kanp8m6s1x3f0v9h2r7c4d5e", "matches", "approvals", "system"] {
            assert_eq!(text.parse::<Topic>().unwrap().to_string(), text);
        }
        for text in
            ["", "match:", "match:x", "Matches", "matches ", "match:01kanp8m6s1x3f0v9h2r7c4d5e5", "tournament:1"]
        {
            assert_eq!(text.parse::<Topic>(), Err(NotATopic(text.to_owned())));
        }
    }
}
