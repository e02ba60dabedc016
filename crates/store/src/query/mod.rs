//! Questions for documents: which of a kind, in which order, how many, and what they add up to. Pure; a database is asked in
//! the SQL that [`sql`] makes of them.

mod field;
mod filter;
mod group;
mod index;
pub(crate) mod lead;
mod path;
pub(crate) mod sql;

use crate::{Document, Kind};

pub use self::field::{Column, Field, Scalar, Simple, Type};
pub use self::filter::{Comparison, Filter, NotAPattern, Pattern};
pub use self::group::{Group, Grouping, Sum};
pub use self::index::Index;
pub(crate) use self::index::NAMED;
pub use self::path::{JsonPath, NotAPath};

/// Which documents to find.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Their kind.
    pub kind: Kind,
    /// Which of them.
    pub filter: Filter,
    /// Ordered by this field, and where it is the same by id; `None` is by id alone. Documents without the field are left out.
    /// Ids of matches sort by creation time.
    pub by: Option<Column>,
    /// Lowest or highest first.
    pub order: Order,
    /// Only documents that come after this place in the order.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: usize,
}

/// The order of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Lowest first.
    Ascending,
    /// Highest first.
    Descending,
}

/// Where a document stands in the order of a query, whether or not it is still there.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// What it has in the field of [`Query::by`]; nothing comes after a position without it, if there is such a field.
    pub value: Option<Scalar>,
    /// Its id.
    pub id: String,
}

impl Query {
    /// The first `limit` documents of a kind, lowest id first.
    pub fn of(kind: Kind, limit: usize) -> Self {
        Self { kind, filter: Filter::none(), by: None, order: Order::Ascending, after: None, limit }
    }

    /// Only those that meet `filter`, too.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = self.filter & filter;
        self
    }

    /// Ordered by a field.
    #[must_use]
    pub fn by<T: Simple>(mut self, field: &Field<T>) -> Self {
        self.by = Some(field.column());
        self
    }

    /// Highest first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.order = Order::Descending;
        self
    }

    /// Only what comes after this id, in an order by id.
    #[must_use]
    pub fn after_id(mut self, id: impl Into<String>) -> Self {
        self.after = Some(Position { value: None, id: id.into() });
        self
    }

    /// Only what comes after this document, the last of the page before.
    #[must_use]
    pub fn after(mut self, document: &Document) -> Self {
        let value = self.by.as_ref().and_then(|column| column.value(&document.body.read().ok()?));
        self.after = Some(Position { value, id: document.id.clone() });
        self
    }
}
