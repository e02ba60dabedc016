//! Names of things that people write in files: scenarios, agents, tools, objectives, tasks, flags.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A short name: a letter, then up to 63 letters, digits, `_` or `-`; lower case. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(Arc<str>);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text cannot be a name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a name: a lower-case letter, then up to 63 of a-z, 0-9, _ and -")]
pub struct NotAName(String);

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let mut bytes = text.bytes();
        let good = text.len() <= 64
            && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if good { Ok(Self(text.into())) } else { Err(NotAName(text.to_owned())) }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The candidate nearest to `word`, for "did you mean": `None` if nothing is near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this Jaro-Winkler similarity a suggestion confuses more than it helps.
    const NEAR: f64 = 0.75;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_lower_case_words() {
        for good in ["a", "refund-over-limit", "mail_2", &"x".repeat(64)] {
            assert_eq!(good.parse::<Name>().map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "A", "2fast", "-x", "a b", "é", "a/b", &"x".repeat(65)] {
            assert_eq!(bad.parse::<Name>(), Err(NotAName(bad.to_owned())));
        }
    }

    #[test]
    fn the_nearest_name_is_near_or_nothing() {
        let known = ["support-desk", "inbox"];
        assert_eq!(nearest("suport-desk", known), Some("support-desk"));
        assert_eq!(nearest("in-box", known), Some("inbox"));
        assert_eq!(nearest("zzz", known), None);
    }
}
