//! What people ask in SQL of their own, and what they are answered. Pure.

use std::fmt;

use crate::{Column, Error, Kind};

/// A view of the documents of a kind: `id`, `rev`, the named columns, and the whole `body`. Declared beside the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// How it is called in a question.
    pub name: &'static str,
    /// Whose documents it shows.
    pub kind: Kind,
    /// Its columns between `rev` and `body`, by their names.
    pub columns: Vec<(&'static str, Column)>,
}

/// An answer: rows of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// As many cells in each as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// Whether there are more rows than were wanted.
    pub is_cut: bool,
}

/// A value in an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// True or false. SQLite has 1 and 0 instead.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// Anything else that can be written down.
    Text(String),
    /// So many bytes that are no text.
    Bytes(usize),
}

impl fmt::Display for Cell {
    /// Nothing is the empty text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Flag(flag) => flag.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Bytes(n_bytes) => write!(f, "{n_bytes} bytes"),
        }
    }
}

/// Refuses what does not begin as a statement that only looks. Whether it only looks, the connection sees to.
pub(crate) fn check(sql: &str) -> Result<(), Error> {
    let word: String = sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    if ["select", "with", "values", "explain"].contains(&word.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(Error::NotAQuestion("ask with SELECT, WITH, VALUES or EXPLAIN: a question changes nothing".to_owned()))
}
