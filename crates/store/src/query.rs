//! A question for documents: which of a kind, in which order, how many. Pure; each database compiles it for itself.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::Kind;

/// Which documents to find.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Their kind.
    pub kind: Kind,
    /// All of these hold.
    pub filters: Vec<Filter>,
    /// By id. Ids of matches sort by creation time.
    pub order: Order,
    /// Only documents that come after this id in the order: the last id of the page before.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl Query {
    /// The first `limit` documents of a kind, lowest id first.
    pub fn of(kind: Kind, limit: usize) -> Self {
        Self { kind, filters: Vec::new(), order: Order::Ascending, after: None, limit }
    }
}

/// A document passes if what it has at `path` is one of the values.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Where to look.
    pub path: JsonPath,
    /// Equal as JSON: `1`, `1.0`, `"1"` and `true` are four values. `null` also stands for a missing key. None of
    /// none: an empty list passes nothing.
    pub any_of: Vec<Value>,
}

/// The order of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Lowest id first.
    Ascending,
    /// Highest id first.
    Descending,
}

/// A place in a document: keys of nested objects, joined by dots, such as `scores.red`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Cow<'static, str>);

impl JsonPath {
    /// The status of a match. Filtering by it is indexed.
    pub const STATUS: Self = Self(Cow::Borrowed("status"));

    /// What a match is a part of.
    pub const LABEL: Self = Self(Cow::Borrowed("label"));

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not a path into a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a path into a document: keys of a-z and _, joined by dots, such as scores.red")]
pub struct NotAPath(String);

impl FromStr for JsonPath {
    type Err = NotAPath;

    /// What passes here needs no quoting in any database.
    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let plain = |key: &str| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if text.split('.').all(plain) { Ok(Self(Cow::Owned(text.to_owned()))) } else { Err(NotAPath(text.to_owned())) }
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_plain_keys_and_dots() {
        for good in ["status", "scores.red", "a_b._c.d"] {
            assert_eq!(good.parse::<JsonPath>().map(|path| path.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", ".", "a.", ".a", "a..b", "A", "a1", "a b", "a'", "a\"", "a[0]", "$.a", "é", "a\0"] {
            assert_eq!(bad.parse::<JsonPath>(), Err(NotAPath(bad.to_owned())), "{bad:?}");
        }
    }
}
