//! What an examination finds. Pure.

use std::fmt;

use serde::Serialize;

use crate::Error;

/// Something is not as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The smallest part that is known to be wrong, such as `entry 17 of the audit log`.
    pub place: String,
    /// What is wrong with it, as the end of a sentence.
    pub what: String,
}

impl Fault {
    pub(super) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    /// Damage is a fault; any other error is none, and goes on.
    pub(super) fn of(error: Error) -> Result<Self, Error> {
        match error {
            Error::Corrupt { what, cause, .. } => {
                let cause = cause.map_or_else(|| "it is missing, or was moved".to_owned(), |cause| cause.to_string());
                Ok(Self::new(what, cause))
            }
            error => Err(error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
