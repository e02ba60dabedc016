//! Patches for several files: the format of `apply_patch` (V4A).
//!
//! ```text
//! *** Begin Patch
//! *** Add File: path
//! +a line
//! *** Update File: path
//! *** Move to: new path
//! @@ a line somewhere above, such as the head of a function
//!  a line that stays
//! -a line that goes
//! +a line that comes
//! *** End of File
//! *** Delete File: path
//! *** End Patch
//! ```
//!
//! `Move to`, the text after `@@`, and `End of File`, which says that the lines above it are the last of the file, can be
//! left out. All hunks of a file are placed in the file as it was, in any order.

mod hunk;
mod misfit;
mod parse;

pub use hunk::{Hunk, Line};
pub use misfit::{HunkMisfit, Misfit, Problem};
pub use parse::parse;

use super::lines::{Overlap, order};
use super::original::Original;
use super::{MAX_FILES_BYTES, TooLarge};

/// A patch as it is written: at least one operation, and no file in two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch<'a> {
    /// In the order of the text.
    pub operations: Vec<Operation<'a>>,
}

/// What a patch does to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// A file is made.
    Add {
        /// Where. Nothing may be there.
        path: &'a str,
        /// Its lines.
        lines: Vec<&'a str>,
    },
    /// A file is changed, or moved, or both.
    Update {
        /// Where it is.
        path: &'a str,
        /// Where it shall be instead. Nothing may be there.
        moved_to: Option<&'a str>,
        /// The changes; empty only if the file is moved.
        hunks: Vec<Hunk<'a>>,
    },
    /// A file is removed.
    Delete {
        /// Where it is.
        path: &'a str,
    },
}

/// What a patch wants of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read what is there.
    Read,
    /// To make or to overwrite it.
    Write,
    /// To remove it.
    Remove,
}

/// A file after a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// As the patch writes it.
    pub path: String,
    /// What it holds; `None` if it is not there any more.
    pub content: Option<String>,
}

/// Why nothing was changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file or the patch is beyond the limits of [`super`].
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The patch is not written as it should be.
    #[error("line {line} of the patch: {problem}")]
    Malformed {
        /// From 1.
        line: usize,
        /// What is wrong, and what is expected.
        problem: String,
    },
    /// Some operations do not fit the files.
    #[error("nothing was changed: {}", misfit::joined(.0))]
    Misfits(
        /// The first of them. Not empty.
        Vec<Problem>,
    ),
}

impl Patch<'_> {
    /// Every path with what is wanted of it, in the order of the patch.
    pub fn paths(&self) -> Vec<(Access, &str)> {
        let accesses = self.operations.iter().flat_map(|operation| match operation {
            Operation::Add { path, .. } => vec![(Access::Write, *path)],
            Operation::Update { path, moved_to: None, .. } => vec![(Access::Read, *path), (Access::Write, *path)],
            Operation::Update { path, moved_to: Some(to), .. } => {
                vec![(Access::Read, *path), (Access::Remove, *path), (Access::Write, *to)]
            }
            Operation::Delete { path } => vec![(Access::Remove, *path)],
        });
        accesses.collect()
    }

    /// The files after the patch. `read` gives what is at a path, `None` if nothing is; of a path that is only written or
    /// removed, no more is looked at than whether it is there.
    ///
    /// Paths are compared as they are written: who carries the changes out sees to links that give a file two names.
    ///
    /// # Errors
    /// [`Error::Misfits`], [`Error::TooLarge`]; there are no changes then.
    pub fn apply(&self, mut read: impl FnMut(&str) -> Option<String>) -> Result<Vec<Change>, Error> {
        /// A model mends these and tries again.
        const MAX_PROBLEMS: usize = 4;
        let mut changes = Vec::new();
        let mut problems = Vec::new();
        let mut size_bytes = 0;
        for operation in &self.operations {
            let problem = |path: &str, misfit| Problem { path: path.to_owned(), misfit };
            match operation {
                Operation::Add { path, lines } => {
                    if read(path).is_some() {
                        problems.push(problem(path, Misfit::Taken));
                    }
                    let content = lines.iter().flat_map(|line| [line, "\n"]).collect();
                    changes.push(Change { path: (*path).to_owned(), content: Some(content) });
                }
                Operation::Update { path, moved_to, hunks } => {
                    let Some(file) = read(path) else {
                        problems.push(problem(path, Misfit::Absent));
                        continue;
                    };
                    size_bytes += file.len();
                    TooLarge::check("the files of the patch in bytes", size_bytes, MAX_FILES_BYTES)?;
                    match updated(&file, hunks)? {
                        Ok(content) => {
                            let path = moved_to.unwrap_or(path).to_owned();
                            changes.push(Change { path, content: Some(content) });
                        }
                        Err(misfits) => problems.extend(misfits.into_iter().map(|misfit| problem(path, misfit))),
                    }
                    if let Some(to) = moved_to {
                        if read(to).is_some() {
                            problems.push(problem(to, Misfit::Taken));
                        }
                        changes.push(Change { path: (*path).to_owned(), content: None });
                    }
                }
                Operation::Delete { path } => {
                    if read(path).is_none() {
                        problems.push(problem(path, Misfit::Absent));
                    }
                    changes.push(Change { path: (*path).to_owned(), content: None });
                }
            }
            if problems.len() >= MAX_PROBLEMS {
                break;
            }
        }
        problems.truncate(MAX_PROBLEMS);
        if problems.is_empty() { Ok(changes) } else { Err(Error::Misfits(problems)) }
    }
}

/// The file after its hunks, or what does not fit.
fn updated(file: &str, hunks: &[Hunk<'_>]) -> Result<Result<String, Vec<Misfit>>, TooLarge> {
    /// More would not be shown.
    const MAX_MISFITS: usize = 4;
    let original = Original::of(file)?;
    let mut misfits = Vec::new();
    let mut splices = Vec::new();
    for (number, hunk) in (1..).zip(hunks) {
        match hunk.place(&original) {
            Ok(line) => splices.extend(hunk.splices(line, number)),
            Err(misfit) => misfits.push(Misfit::Hunk { number, line: hunk.line, misfit }),
        }
        if misfits.len() >= MAX_MISFITS {
            break;
        }
    }
    if let Err(Overlap { parts: (with, number), line }) = order(&mut splices) {
        let misfit = HunkMisfit::Overlap { with, line: line + 1 };
        misfits.push(Misfit::Hunk { number, line: hunks[number - 1].line, misfit });
    }
    Ok(if misfits.is_empty() { Ok(original.lines.spliced(&splices)) } else { Err(misfits) })
}

#[cfg(test)]
mod tests;
