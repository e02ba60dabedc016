//! Edits that a model writes as text, applied to text: all of an edit or nothing. Pure.
//!
//! * [`search_replace`]: blocks of SEARCH and REPLACE, for one file.
//! * [`patch`]: V4A patches, for several files.
//!
//! A place is taken only if it is the one place that fits; otherwise the error says what the file has instead. Nothing
//! here guesses by likeness: what is alike is shown, not changed. The work is nearly linear in the size of file and edit.

mod lines;
pub mod nearest;
mod occurrences;
mod original;
pub mod patch;
pub mod search_replace;

/// Files beyond are refused, bytes. A file that a model edits fits its context many times.
pub const MAX_FILE_BYTES: usize = 4 << 20;

/// Files that one patch changes, together, bytes: all of them are in memory until all hunks have their place.
pub const MAX_FILES_BYTES: usize = 16 << 20;

/// Files with more lines are refused: each costs some tens of bytes while the file is edited.
pub const MAX_FILE_LINES: usize = 1 << 18;

/// Edits beyond are refused, bytes: far more than a model writes in one answer.
pub const MAX_EDIT_BYTES: usize = 1 << 20;

/// Blocks of one edit, or files, hunks and lines `@@` of one patch: each costs a walk over a file.
pub const MAX_PARTS: usize = 128;

/// What is too long for an edit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} has {size}, the most is {limit}")]
pub struct TooLarge {
    /// The file, the edit, or the number of its parts.
    pub what: String,
    /// How large it is.
    pub size: usize,
    /// How large it may be.
    pub limit: usize,
}

impl TooLarge {
    /// `Ok` if `size` is within `limit`.
    fn check(what: impl Into<String>, size: usize, limit: usize) -> Result<(), Self> {
        if size <= limit { Ok(()) } else { Err(Self { what: what.into(), size, limit }) }
    }

    /// `Ok` if a file of this text is within the limits.
    fn check_file(file: &str) -> Result<(), Self> {
        Self::check("the file in bytes", file.len(), MAX_FILE_BYTES)?;
        Self::check("the file in lines", file.bytes().filter(|byte| *byte == b'\n').count(), MAX_FILE_LINES)
    }
}
