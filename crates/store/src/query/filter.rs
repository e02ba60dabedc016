//! Which documents a query finds: conditions on their fields, and how they are joined. Pure.

use std::ops::{BitAnd, BitOr, Not};
use std::str::FromStr;

use super::{Column, JsonPath, Scalar};

/// A condition. A document meets it or does not: there is no third answer for what it is without.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every one holds; of none that is any document.
    All(Vec<Filter>),
    /// At least one holds; of none that is no document.
    Any(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// There is a value, and it compares so with this one.
    Compare(Column, Comparison, Scalar),
    /// There is a value, and it is one of these.
    AnyOf(Column, Vec<Scalar>),
    /// There is a text, and it looks like this.
    Like(JsonPath, Pattern),
    /// There is no such value.
    Absent(Column),
}

/// How the value of a document stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are equal.
    Is,
    /// The document's is less.
    Below,
    /// It is not more.
    AtMost,
    /// It is more.
    Above,
    /// It is not less.
    AtLeast,
}

/// A text in which `%` stands for any text, `_` for any character, and a `\` takes the meaning from what comes next.
/// Upper and lower case are two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

/// The text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pattern must not end with a single \\, which takes the meaning from what comes next")]
pub struct NotAPattern;

impl Filter {
    /// Any document.
    pub fn none() -> Self {
        Self::All(vec![])
    }
}

impl BitAnd for Filter {
    type Output = Self;

    /// Both hold.
    fn bitand(self, other: Self) -> Self {
        match self {
            Self::All(mut all) => {
                all.push(other);
                Self::All(all)
            }
            one => Self::All(vec![one, other]),
        }
    }
}

impl BitOr for Filter {
    type Output = Self;

    /// One or both hold.
    fn bitor(self, other: Self) -> Self {
        match self {
            Self::Any(mut any) => {
                any.push(other);
                Self::Any(any)
            }
            one => Self::Any(vec![one, other]),
        }
    }
}

impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl Pattern {
    /// What has `text` anywhere in it.
    pub fn containing(text: &str) -> Self {
        Self(format!("%{}%", literally(text)))
    }

    /// What begins with `text`.
    pub fn beginning_with(text: &str) -> Self {
        Self(format!("{}%", literally(text)))
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, NotAPattern> {
        let n_last = text.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if n_last % 2 == 0 { Ok(Self(text.to_owned())) } else { Err(NotAPattern) }
    }
}

fn literally(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}
