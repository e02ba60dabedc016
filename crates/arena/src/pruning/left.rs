//! What is old and stays all the same. Pure.

use std::fmt;

use serde::Serialize;

/// Something that may be damaged, and is left as it stands: whoever looks into that needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// What it is, such as `match 01kb…`.
    pub what: String,
    /// Why it stays.
    pub why: String,
}

impl Left {
    pub(super) fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stays: {}", self.what, self.why)
    }
}
