//! What stands in the database, without its text or bytes: documents and contents. Pure.

use std::fmt;

use super::Digest;
use crate::Rev;

/// The name of a document, as the database has it: its kind may be none that is known. Sorted by the bytes of the kind,
/// then of the id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The word of its kind.
    pub kind: String,
    /// Its id within the kind.
    pub id: String,
}

/// A document as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub named: Named,
    /// Its revision.
    pub rev: Rev,
    /// Of its text, as it is stored to the byte.
    pub hash: Digest,
}

/// A content as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its name.
    pub hash: String,
    /// Whether its bytes have this name.
    pub is_good: bool,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {} {:?}", self.kind, self.id)
    }
}
