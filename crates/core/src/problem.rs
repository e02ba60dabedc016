//! What is wrong with a file that a person wrote: where, which key, what is allowed. For every file of the arena.

use std::fmt;
use std::ops::Range;

use crate::name::nearest;

/// Who mends a file mends the first problems and looks again.
const MAX_PROBLEMS: usize = 20;

/// A scenario or agent file that cannot be used. Holds at least one problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Error {
    /// The file as the caller named it.
    pub file: String,
    /// The first of them.
    pub problems: Vec<Problem>,
    /// How many there are beside those.
    pub n_more: usize,
}

/// One problem of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// 1-based; 0 if the problem has no place.
    pub line: usize,
    /// 1-based, in characters; 0 if the problem has no place.
    pub column: usize,
    /// The key, such as `objectives.leak-code.flag`; empty if the text is no TOML.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}", self.file)?;
            if problem.line > 0 {
                write!(f, ":{}:{}", problem.line, problem.column)?;
            }
            if !problem.key.is_empty() {
                write!(f, ": {}", problem.key)?;
            }
            write!(f, ": {}", problem.message)?;
        }
        match self.n_more {
            0 => Ok(()),
            n => write!(f, "\n{}: and {n} more problems", self.file),
        }
    }
}

/// Collects problems of one file.
pub struct Problems<'a> {
    file: &'a str,
    source: &'a str,
    found: Vec<Problem>,
    n_more: usize,
}

impl<'a> Problems<'a> {
    /// None yet, of `source`; `file` is only a name for messages.
    pub fn new(file: &'a str, source: &'a str) -> Self {
        Self { file, source, found: Vec::new(), n_more: 0 }
    }

    /// A problem of the text at `span`, in bytes.
    pub fn add(&mut self, span: Range<usize>, key: impl Into<String>, message: impl Into<String>) {
        self.add_at(Some(span), key, message);
    }

    /// A problem of the whole file.
    pub fn add_whole(&mut self, key: impl Into<String>, message: impl Into<String>) {
        self.add_at(None, key, message);
    }

    /// A problem of a text that has its place, or has lost it.
    pub fn add_at(&mut self, span: Option<Range<usize>>, key: impl Into<String>, message: impl Into<String>) {
        if self.found.len() >= MAX_PROBLEMS {
            self.n_more += 1;
            return;
        }
        let (line, column) = span.map_or((0, 0), |span| place(self.source, span.start));
        self.found.push(Problem { line, column, key: key.into(), message: message.into() });
    }

    /// A text that is no TOML, or not of the shape that was asked for.
    pub fn add_toml(&mut self, error: &toml::de::Error) {
        let message = one_line(error.message());
        let message = match suggestion(&message) {
            Some(near) => format!("{message}; did you mean `{near}`?"),
            None => message,
        };
        self.add_at(error.span(), "", message);
    }

    /// The line of a byte of the source, from 1.
    pub fn line(&self, at: usize) -> usize {
        place(self.source, at).0
    }

    /// `value`, if it is there and nothing is wrong.
    ///
    /// # Errors
    /// All that was added.
    pub fn into_result<T>(self, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(Error { file: self.file.to_owned(), problems: self.found, n_more: self.n_more }),
        }
    }
}

/// TOML that does not have the shape of `T`, as a problem with place and suggestion.
pub(crate) fn from_toml<T: serde::de::DeserializeOwned>(problems: &mut Problems<'_>, source: &str) -> Option<T> {
    match toml::from_str(source) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.add_toml(&error);
            None
        }
    }
}

/// `there is no KIND "x"; did you mean "y"? there are: y, z`.
pub fn unknown<'a>(kind: &str, word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let list = known.clone().into_iter().collect::<Vec<_>>().join(", ");
    let list = if list.is_empty() { "none is declared".to_owned() } else { format!("there are: {list}") };
    match nearest(word, known) {
        Some(near) => format!("there is no {kind} {word:?}; did you mean {near:?}? {list}"),
        None => format!("there is no {kind} {word:?}; {list}"),
    }
}

/// Serde writes "unknown field `x`, expected one of `a`, `b`": the first word against the others.
fn suggestion(message: &str) -> Option<&str> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut words = message.split('`').skip(1).step_by(2);
    let word = words.next()?;
    nearest(word, words)
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Line and column of a byte, both 1-based.
fn place(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}
