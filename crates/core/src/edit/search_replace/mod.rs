//! Blocks of SEARCH and REPLACE for one file: the format of Cline's `replace_in_file`.
//!
//! ```text
//! ------- SEARCH
//! the lines as they are
//! =======
//! the lines as they shall be
//! +++++++ REPLACE
//! ```
//!
//! The markers are lines of their own: three or more of `-` or `<`, of `=`, of `+` or `>`. Blocks may come in any order.

use std::fmt;

use super::lines::{Lines, Overlap, Splice, order};
use super::nearest::Nearest;
use super::original::{Original, listed};
use super::{MAX_EDIT_BYTES, MAX_PARTS, TooLarge};

/// One block: these lines give way to those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The lines as they are.
    pub search: Vec<&'a str>,
    /// The lines as they shall be.
    pub replace: Vec<&'a str>,
}

/// Why nothing was changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file or the edit is beyond the limits of [`super`].
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The edit is not written as it should be.
    #[error("line {line} of the diff: {problem}")]
    Malformed {
        /// From 1.
        line: usize,
        /// What is wrong, and what is expected.
        problem: &'static str,
    },
    /// Some blocks do not fit the file.
    #[error("nothing was changed: {}", Listed(.problems, *.n_blocks))]
    Misfits {
        /// The first of them. Not empty.
        problems: Vec<Problem>,
        /// How many blocks there are.
        n_blocks: usize,
    },
}

/// A block that does not fit.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which block, from 1.
    pub block: usize,
    /// Why.
    pub misfit: Misfit,
}

/// Why a block does not fit.
#[derive(Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The file has no such lines.
    Missing(Option<Nearest>),
    /// The file has them in several places: their first lines, from 0.
    Ambiguous(Vec<usize>),
    /// It changes lines that another block changes.
    Overlap {
        /// That block, from 1.
        with: usize,
        /// The first line of this block's place, from 1.
        line: usize,
    },
    /// Its SEARCH is empty, and there is something in the file, or another block.
    EmptySearch,
}

/// The blocks of `diff`. Text between them is passed over.
///
/// # Errors
/// [`Error::Malformed`] at the first marker that is out of its place, [`Error::TooLarge`].
pub fn parse(diff: &str) -> Result<Vec<Block<'_>>, Error> {
    TooLarge::check("the diff in bytes", diff.len(), MAX_EDIT_BYTES)?;
    let lines = Lines::of(diff).texts;
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        match Marker::of(lines[at]) {
            Some(Marker::Search) => {
                let (block, next) = block(&lines, at + 1)?;
                blocks.push(block);
                at = next;
            }
            Some(Marker::Separator | Marker::Replace) => {
                return Err(malformed(at, "this marker has no SEARCH before it"));
            }
            None if is_nearly(lines[at], "SEARCH", "-<") => {
                return Err(malformed(at, "this is no marker; a block begins with the line `------- SEARCH`"));
            }
            None => at += 1,
        }
    }
    TooLarge::check("the number of blocks", blocks.len(), MAX_PARTS)?;
    if blocks.is_empty() {
        return Err(malformed(0, "there is no block; a block begins with the line `------- SEARCH`"));
    }
    Ok(blocks)
}

/// `file` after `diff`; `None` stands for a file that is not there.
///
/// Each block has to fit one place of the file as it was: line for line, or, if no place fits so, but for space around
/// the lines, or also but for typography. Then all are applied; lines outside of them keep every byte.
///
/// # Errors
/// [`Error`]; nothing is applied then.
pub fn apply(file: Option<&str>, diff: &str) -> Result<String, Error> {
    let file = file.unwrap_or("");
    let blocks = parse(diff)?;
    let original = Original::of(file)?;
    if let ([only], true) = (blocks.as_slice(), file.is_empty())
        && only.search.is_empty()
    {
        return Ok(original.lines.spliced(&[Splice { at: 0..0, with: only.replace.clone(), part: 1 }]));
    }
    let mut problems = Vec::new();
    let mut splices = Vec::new();
    for (number, block) in (1..).zip(&blocks) {
        match place(&original, &block.search) {
            Ok(line) => {
                let at = line..line + block.search.len();
                splices.push(Splice { at, with: block.replace.clone(), part: number });
            }
            Err(misfit) => problems.push(Problem { block: number, misfit }),
        }
        if problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    if let Err(Overlap { parts: (with, block), line }) = order(&mut splices) {
        problems.push(Problem { block, misfit: Misfit::Overlap { with, line: line + 1 } });
    }
    if problems.is_empty() {
        Ok(original.lines.spliced(&splices))
    } else {
        Err(Error::Misfits { problems, n_blocks: blocks.len() })
    }
}

/// A model mends these and tries again.
const MAX_PROBLEMS: usize = 4;

/// The one place of `search`, its first line from 0.
fn place(original: &Original<'_>, search: &[&str]) -> Result<usize, Misfit> {
    if search.is_empty() {
        return Err(Misfit::EmptySearch);
    }
    let places = original.places(search);
    match places.as_slice() {
        [] => Err(Misfit::Missing(original.nearest(search))),
        [line] => Ok(*line),
        _ => Err(Misfit::Ambiguous(places)),
    }
}

enum Marker {
    Search,
    Separator,
    Replace,
}

impl Marker {
    fn of(line: &str) -> Option<Self> {
        let is = |line: &str, sign: char, word: &str| {
            let rest = line.trim_start_matches(sign);
            line.len() - rest.len() >= 3 && (rest == word || rest.strip_suffix('>') == Some(word))
        };
        let loose = line.trim_end();
        if is(loose, '-', " SEARCH") || is(loose, '<', " SEARCH") {
            return Some(Self::Search);
        }
        if is(loose, '+', " REPLACE") || is(loose, '>', " REPLACE") {
            return Some(Self::Replace);
        }
        // Lines of `=` stand in many files, so nothing may stand behind it.
        (line.len() >= 3 && line.bytes().all(|b| b == b'=')).then_some(Self::Separator)
    }
}

/// A line that was meant as a marker: read as text, it would silently drop a block or end up in the file.
fn is_nearly(line: &str, word: &str, signs: &str) -> bool {
    let line = line.trim();
    let before = line.strip_suffix(word).or_else(|| line.strip_suffix('>')?.strip_suffix(word)).map(str::trim_end);
    before.is_some_and(|before| !before.is_empty() && before.chars().all(|c| signs.contains(c)))
}

/// The block whose SEARCH begins at line `start`, and the line after it.
fn block<'a>(lines: &[&'a str], start: usize) -> Result<(Block<'a>, usize), Error> {
    let mut separators = Vec::new();
    let mut at = start;
    while at < lines.len() {
        match Marker::of(lines[at]) {
            Some(Marker::Search) => return Err(malformed(at, "the block before this SEARCH has no `+++++++ REPLACE`")),
            Some(Marker::Replace) => break,
            Some(Marker::Separator) => separators.push(at),
            None if is_nearly(lines[at], "REPLACE", "+>") => {
                return Err(malformed(at, "this is no marker; a block ends with the line `+++++++ REPLACE`"));
            }
            None => {}
        }
        at += 1;
    }
    let canonical: Vec<usize> = separators.iter().copied().filter(|&line| lines[line] == "=======").collect();
    let separator = match (separators.as_slice(), canonical.as_slice()) {
        ([only], _) | (_, [only]) => *only,
        ([], _) => {
            return Err(malformed(start - 1, "this block has no line `=======` between SEARCH and REPLACE"));
        }
        _ => {
            return Err(malformed(
                separators[1],
                "this block has several lines of `=`; exactly one may be `=======`, between SEARCH and REPLACE",
            ));
        }
    };
    let block = Block { search: lines[start..separator].to_vec(), replace: lines[separator + 1..at].to_vec() };
    // A last block whose end marker was forgotten is whole all the same: the call that brought it was.
    Ok((block, at + 1))
}

fn malformed(line: usize, problem: &'static str) -> Error {
    Error::Malformed { line: line + 1, problem }
}

struct Listed<'a>(&'a [Problem], usize);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(problems, n_blocks) = self;
        for (i, Problem { block, misfit }) in problems.iter().enumerate() {
            let gap = if i > 0 { "\n" } else { "" };
            write!(f, "{gap}SEARCH block {block} of {n_blocks} {misfit}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(None) => f.write_str("is not in the file, and nothing in the file is like it"),
            Self::Missing(Some(near)) => write!(f, "is not in the file; {near}"),
            Self::Ambiguous(places) => {
                let (n, lines) = (places.len(), listed(places));
                write!(f, "is in the file {n} times, at lines {lines}; add lines around it until it is there once")
            }
            Self::Overlap { with, line } => {
                write!(f, "(line {line} of the file) changes lines that block {with} changes; make them one block")
            }
            Self::EmptySearch => f.write_str(
                "is empty, which only fits an empty file as its only block; put the lines to be replaced into it",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
