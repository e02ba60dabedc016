//! What of a patch does not fit the files, said so that a model can mend it.

use std::fmt;

use crate::edit::nearest::Nearest;
use crate::edit::original::listed;

/// A file that is not as the patch takes it to be.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// What does not fit.
    pub misfit: Misfit,
}

/// Why an operation does not fit.
#[derive(Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The file is not there.
    Absent,
    /// Something is there already.
    Taken,
    /// A hunk has no place of its own.
    Hunk {
        /// Which hunk of the file, from 1.
        number: usize,
        /// Its first line in the patch, from 1.
        line: usize,
        /// Why.
        misfit: HunkMisfit,
    },
}

/// Why a hunk has no place. Lines are of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum HunkMisfit {
    /// The file has no such lines.
    Missing(Option<Nearest>),
    /// The file has no line like this text after `@@`, or none below the ones before it.
    NoContext(String),
    /// The file has the lines, but not below the text after `@@`; where it has them, from 0.
    Elsewhere(Vec<usize>),
    /// The file has the lines, but they are not its last; where it has them, from 0.
    NotAtEnd(Vec<usize>),
    /// The file has the lines in several places; where, from 0.
    Ambiguous(Vec<usize>),
    /// It has only new lines, and nothing says where they go.
    Anywhere,
    /// It changes lines that another hunk changes.
    Overlap {
        /// That hunk, from 1.
        with: usize,
        /// Where, from 1.
        line: usize,
    },
}

/// All of them, a line or more each.
pub(super) fn joined(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, misfit } = self;
        match misfit {
            Misfit::Absent => write!(f, "{path}: there is no such file"),
            Misfit::Taken => write!(f, "{path}: there is such a file already; update it, or delete it first"),
            Misfit::Hunk { number, line, misfit } => {
                write!(f, "{path}: hunk {number} (line {line} of the patch) {misfit}")
            }
        }
    }
}

impl fmt::Display for HunkMisfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(None) => f.write_str("is not in the file, and nothing in the file is like it"),
            Self::Missing(Some(near)) => write!(f, "is not in the file; {near}"),
            Self::NoContext(text) => write!(f, "has {text:?} after @@, and no line of the file there is like it"),
            Self::Elsewhere(places) => {
                write!(f, "is in the file at lines {}, but not in what its @@ begins", listed(places))
            }
            Self::NotAtEnd(places) => write!(f, "is in the file at lines {}, but not at its end", listed(places)),
            Self::Ambiguous(places) => write!(
                f,
                "fits {} places of the file, at lines {}; add lines around it, or the head of its part after @@, until \
                 it fits one",
                places.len(),
                listed(places)
            ),
            Self::Anywhere => f.write_str(
                "has only new lines; add the lines around them, or `*** End of File` to put them at the end",
            ),
            Self::Overlap { with, line } => {
                write!(f, "changes line {line} of the file, as hunk {with} does; make them one hunk")
            }
        }
    }
}
