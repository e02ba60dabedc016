//! Counting and adding up documents by what they have in common. Pure.

use super::{Column, Field, Filter, Scalar};
use crate::Kind;

/// What to count, and by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// The documents' kind.
    pub kind: Kind,
    /// Which of them.
    pub filter: Filter,
    /// One group for each combination of these values. None: one group of all.
    pub by: Vec<Column>,
    /// What to add up in each group.
    pub sums: Vec<Column>,
}

/// Documents that have the values of `key` in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// One for each of [`Grouping::by`]; `None` for the documents without it.
    pub key: Vec<Option<Scalar>>,
    /// How many documents.
    pub count: u64,
    /// One for each of [`Grouping::sums`].
    pub sums: Vec<Sum>,
}

/// Numbers, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    /// How many documents have the number.
    pub count: u64,
    /// All of them together.
    pub total: f64,
}

impl Grouping {
    /// All documents of a kind, in one group.
    pub fn of(kind: Kind) -> Self {
        Self { kind, filter: Filter::none(), by: vec![], sums: vec![] }
    }

    /// Only those that meet `filter`, too.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = self.filter & filter;
        self
    }

    /// Apart by this field, too.
    #[must_use]
    pub fn by(mut self, column: Column) -> Self {
        self.by.push(column);
        self
    }

    /// With the sum of this number.
    #[must_use]
    pub fn sum(mut self, number: &Field<f64>) -> Self {
        self.sums.push(number.column());
        self
    }
}

impl Sum {
    /// The mean of what was added up, if there was anything.
    #[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^53")]
    pub fn average(self) -> Option<f64> {
        (self.count > 0).then(|| self.total / self.count as f64)
    }
}

impl Group {
    /// The text of the `n`th key.
    pub fn text(&self, n: usize) -> Option<&str> {
        match self.key.get(n)?.as_ref()? {
            Scalar::Text(text) => Some(text),
            Scalar::Flag(_) | Scalar::Number(_) => None,
        }
    }
}
