//! What is looked for so often that a database keeps it at hand. Pure.

use super::{Column, Field, Simple, Type};
use crate::Kind;

/// The names of all of them begin so, and no other name does.
pub(crate) const NAMED: &str = "documents.";

/// A field by which documents of a kind are filtered or ordered without reading the others. Declared beside the model of the
/// documents; a database makes those that it is opened with, and takes away those that it had from before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The documents' kind.
    pub kind: Kind,
    /// What they are looked up by, and then by id.
    pub column: Column,
}

impl Index {
    /// An index of a kind by a field.
    pub fn of<T: Simple>(kind: Kind, field: &Field<T>) -> Self {
        Self { kind, column: field.column() }
    }

    /// Its name in a database, to be quoted. Two fields have two names.
    pub(crate) fn name(&self) -> String {
        let of = match self.column.of {
            Type::Text => "text",
            Type::Number => "number",
            Type::Flag => "flag",
        };
        format!("{NAMED}{}.{}.{of}", self.kind, self.column.path)
    }
}
