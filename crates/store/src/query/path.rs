//! A place in a document, checked when it is written down. Pure.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A place in a document: keys of nested objects, joined by dots, such as `scores.red`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Cow<'static, str>);

impl JsonPath {
    /// The path that the program's own text spells.
    ///
    /// # Panics
    /// If it is none; for a constant that is when it is compiled.
    pub const fn at(text: &'static str) -> Self {
        assert!(
            is_path(text.as_bytes()),
            "keys begin with a letter or _, go on with digits and - too, and are joined by dots"
        );
        Self(Cow::Borrowed(text))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The keys, the outermost first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

/// What passes here needs no quoting in any database, and no key is taken for the index of an array.
const fn is_path(text: &[u8]) -> bool {
    let mut begins = true;
    let mut i = 0;
    while i < text.len() {
        begins = match text[i] {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => false,
            b'0'..=b'9' | b'-' if !begins => false,
            b'.' if !begins => true,
            _ => return false,
        };
        i += 1;
    }
    !begins
}

/// The text is not a path into a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a path into a document: keys that begin with a letter or _, joined by dots, such as scores.red")]
pub struct NotAPath(String);

impl FromStr for JsonPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        if is_path(text.as_bytes()) { Ok(Self(Cow::Owned(text.to_owned()))) } else { Err(NotAPath(text.to_owned())) }
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
        for good in ["status", "scores.red", "a_b._c.d", "A", "a1", "a-b.c2"] {
            assert_eq!(good.parse::<JsonPath>().map(|path| path.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", ".", "a.", ".a", "a..b", "1", "a.1", "-a", "a b", "a'", "a\"", "a[0]", "$.a", "é", "a\0", "a\\"]
        {
            assert_eq!(bad.parse::<JsonPath>(), Err(NotAPath(bad.to_owned())), "{bad:?}");
        }
    }
}
