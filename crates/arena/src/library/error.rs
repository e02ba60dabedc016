//! Why something is not kept, or not found.

use arena_core::name::Name;
use arena_core::problem;
use arena_store::{Kind, Rev};

use crate::catalog;

/// Something is not kept, not changed or not found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its text has mistakes.
    #[error(transparent)]
    Unfit(#[from] problem::Error),
    /// The name is another's.
    #[error("there is {} {name:?} already{}; choose another name, or change that one", article(*kind), if *is_built_in { ", built in" } else { "" })]
    NameTaken {
        /// What it is.
        kind: Kind,
        /// The name.
        name: Name,
        /// Whether the program brings the other.
        is_built_in: bool,
    },
    /// What the program brings cannot be changed.
    #[error("{kind} {name:?} is built in and stays as it is; keep a changed one under another name")]
    BuiltIn {
        /// What it is.
        kind: Kind,
        /// The name.
        name: Name,
    },
    /// Nobody has the name.
    #[error("there is no {kind} {name:?}")]
    NoSuch {
        /// What it is.
        kind: Kind,
        /// The name.
        name: Name,
    },
    /// The text is of something else.
    #[error("the text calls itself {found:?}, and this is {expected:?}; a name stays as it is")]
    OtherName {
        /// How it is called.
        expected: Name,
        /// What the text says.
        found: Name,
    },
    /// It was changed since it was read.
    #[error("{kind} {name:?} is at revision {stands} now; read it again")]
    Stale {
        /// What it is.
        kind: Kind,
        /// The name.
        name: Name,
        /// Its revision.
        stands: Rev,
    },
    /// So many are kept.
    #[error("{max} {kind}s are kept, and no more can be; remove one")]
    TooMany {
        /// What they are.
        kind: Kind,
        /// How many.
        max: usize,
    },
    /// It was changed too often.
    #[error("{kind} {name:?} has {max} revisions, and no more are kept; go on under another name")]
    TooManyRevisions {
        /// What it is.
        kind: Kind,
        /// The name.
        name: Name,
        /// How many.
        max: usize,
    },
    /// A file that the program brings has mistakes.
    #[error(transparent)]
    Catalog(#[from] catalog::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] arena_store::Error),
    /// A document or content that is not what was kept.
    #[error("{kind} {id:?} in the database is damaged: {what}")]
    Damaged {
        /// What it is.
        kind: Kind,
        /// Its id.
        id: String,
        /// How.
        what: String,
    },
}

fn article(kind: Kind) -> String {
    if kind == Kind::Agent { format!("an {kind}") } else { format!("a {kind}") }
}
