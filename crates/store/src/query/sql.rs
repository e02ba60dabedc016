//! Queries as SQL, for each database in its own words. Pure: text, and what is to be bound to its marks.
//!
//! Into the text go only paths, words of kinds and numbers of marks; every value is bound. A condition on a field is written in one way,
//! to the letter, wherever it stands, so that the index on that expression serves it.

use std::fmt::Write as _;

use super::lead::Lead;
use super::{Column, Comparison, Filter, Grouping, Index, JsonPath, Order, Position, Query, Scalar, Type};
use crate::View;

/// Which database it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Documents are in `body`, JSON as text.
    Sqlite,
    /// Documents are in `fields`, JSON as `jsonb`.
    Postgres,
}

/// A value to bind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    Text(String),
    Number(f64),
    Flag(bool),
    Limit(i64),
}

/// A statement, and what is bound to its first, second, third mark.
#[derive(Debug)]
pub(crate) struct Statement {
    dialect: Dialect,
    pub(crate) text: String,
    pub(crate) bound: Vec<Bound>,
}

/// The documents of a query: `id`, `rev` and `body` first.
pub(crate) fn find(query: &Query, dialect: Dialect) -> Statement {
    let mut sql = Statement::new(dialect);
    let beyond = query.order.beyond();
    match (&query.by, &query.after) {
        (None, None) => sql.some(query, |_| {}),
        (None, Some(Position { id, .. })) => sql.some(query, |sql| sql.meets("id", beyond, Bound::Text(id.clone()))),
        (Some(by), None) => {
            // The least of all rather than `IS NOT NULL`: a range is read off an index.
            let least = match by.of {
                Type::Text => Bound::Text(String::new()),
                Type::Number => Bound::Number(f64::NEG_INFINITY),
                Type::Flag => Bound::Flag(false),
            };
            sql.some(query, |sql| sql.meets(&dialect.field(by), ">=", least));
        }
        (Some(_), Some(Position { value: None, .. })) => sql.some(query, |sql| *sql += " AND FALSE"),
        (Some(by), Some(Position { value: Some(value), id })) => {
            // Two ranges of an index, one after the other: those with the same value, and those beyond it. Of one condition
            // with OR neither database makes these.
            let (field, at) = (dialect.field(by), Bound::from(value.clone()));
            sql += "SELECT * FROM (";
            sql.some(query, |sql| {
                sql.meets(&field, "=", at.clone());
                sql.meets("id", beyond, Bound::Text(id.clone()));
            });
            sql += ") AS same UNION ALL SELECT * FROM (";
            sql.some(query, |sql| sql.meets(&field, beyond, at));
            sql += ") AS others";
            sql.sorted(query);
        }
    }
    sql
}

/// The same, in the order of ids, by a walk of the lead's index for each of its values. SQLite: others choose for themselves.
pub(crate) fn find_led(query: &Query, lead: &Lead<'_>) -> Statement {
    let mut sql = Statement::new(Dialect::Sqlite);
    let rest = lead.rest(&query.filter);
    for (n, value) in lead.values.iter().enumerate() {
        sql += if n == 0 { "SELECT id, rev, body" } else { " UNION ALL SELECT id, rev, body" };
        sql.walk(query, lead, value);
        sql += " AND ";
        sql.condition(&rest);
    }
    // With no order and limit of their own, SQLite takes from the walks in turn what comes next, and stops when there is enough.
    sql.sorted(query);
    sql
}

/// The id of the `n`th document that has `value` where the query begins, if there are so many. The farther it is, the fewer
/// documents have it there.
pub(crate) fn nth_led(query: &Query, lead: &Lead<'_>, value: &Scalar, n: usize) -> Statement {
    let mut sql = Statement::new(Dialect::Sqlite);
    sql += "SELECT id";
    sql.walk(query, lead, value);
    sql.sorted(&Query { limit: 1, ..query.clone() });
    sql += " OFFSET ";
    sql.bind(Bound::Limit(i64::try_from(n - 1).unwrap_or(i64::MAX)));
    sql
}

/// The groups of documents: the values that they have in common, how many there are, and for each sum how many numbers and
/// what they add up to.
pub(crate) fn group(grouping: &Grouping, dialect: Dialect) -> Statement {
    let mut sql = Statement { dialect, text: "SELECT ".to_owned(), bound: Vec::new() };
    for by in &grouping.by {
        let value = dialect.field(by);
        let _ = write!(sql.text, "{value}, ");
    }
    sql += "count(*)";
    for number in &grouping.sums {
        let value = dialect.field(number);
        let _ = write!(sql.text, ", count({value}), coalesce(sum({value}), 0.0)");
    }
    let _ = write!(sql.text, " FROM documents WHERE kind = '{}' AND ", grouping.kind);
    sql.condition(&grouping.filter);
    if !grouping.by.is_empty() {
        let marks: Vec<_> = (1..=grouping.by.len()).map(|n| n.to_string()).collect();
        let _ = write!(sql.text, " GROUP BY {}", marks.join(", "));
    }
    sql
}

/// Makes a view that goes with the connection.
pub(crate) fn view(view: &View, dialect: Dialect) -> String {
    let mut columns = String::new();
    for (name, column) in &view.columns {
        let _ = write!(columns, "{} AS \"{name}\", ", dialect.field(column));
    }
    let (name, kind, documents) = (view.name, view.kind, dialect.table("documents"));
    format!("CREATE TEMP VIEW \"{name}\" AS SELECT id, rev, {columns}body FROM {documents} WHERE kind = '{kind}'")
}

/// Makes the view of the events of all matches.
pub(crate) fn view_of_events(dialect: Dialect) -> String {
    let (kind, at) = match dialect {
        Dialect::Sqlite => ("body ->> '$.type'", "body ->> '$.at'"),
        Dialect::Postgres => ("body::json ->> 'type'", "body::json ->> 'at'"),
    };
    let events = dialect.table("events");
    format!("CREATE TEMP VIEW events AS SELECT match_id, seq, {kind} AS type, {at} AS at, body FROM {events}")
}

/// Makes an index, if it is not there.
pub(crate) fn create(index: &Index, dialect: Dialect) -> String {
    let (name, kind, field) = (index.name(), index.kind, dialect.field(&index.column));
    // The kind is the same in all of it. Without it SQLite takes the primary key, whose kind it knows to be equal, for better; with
    // it PostgreSQL reads all of the index for each value, for it leaves out conditions that the index implies.
    let first = match dialect {
        Dialect::Sqlite => "kind, ",
        Dialect::Postgres => "",
    };
    format!("CREATE INDEX IF NOT EXISTS \"{name}\" ON documents ({first}({field}), id) WHERE kind = '{kind}'")
}

/// Has PostgreSQL count how often the values of an index are met. It counts them in the index, too, but does not go by what it found
/// in one of a part of the documents.
pub(crate) fn count_values(index: &Index) -> String {
    let (name, field) = (index.name(), Dialect::Postgres.field(&index.column));
    format!("CREATE STATISTICS IF NOT EXISTS \"{name}\" ON ({field}) FROM documents")
}

impl Dialect {
    /// The table itself, also where a view has its name.
    fn table(self, name: &str) -> String {
        match self {
            Self::Sqlite => format!("main.{name}"),
            Self::Postgres => format!("arena.{name}"),
        }
    }

    /// The value of a field, or `NULL`.
    fn field(self, column: &Column) -> String {
        match self {
            Self::Sqlite => {
                let path = format!("'$.{}'", quoted(&column.path, "."));
                let (kind, value) = (format!("json_type(body, {path})"), format!("body ->> {path}"));
                match column.of {
                    Type::Text => format!("CASE {kind} WHEN 'text' THEN {value} END"),
                    Type::Number => format!("CASE WHEN {kind} IN ('integer', 'real') THEN CAST({value} AS REAL) END"),
                    Type::Flag => format!("CASE {kind} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"),
                }
            }
            Self::Postgres => {
                let path = format!("'{{{}}}'", quoted(&column.path, ","));
                let (kind, value) = (format!("jsonb_typeof(fields #> {path})"), format!("(fields #>> {path})"));
                match column.of {
                    Type::Text => format!("(CASE {kind} WHEN 'string' THEN {value} END) COLLATE \"C\""),
                    Type::Number => format!("CASE {kind} WHEN 'number' THEN {value}::float8 END"),
                    Type::Flag => format!("CASE {kind} WHEN 'boolean' THEN {value}::boolean END"),
                }
            }
        }
    }
}

fn quoted(path: &JsonPath, between: &str) -> String {
    path.keys().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(between)
}

impl Order {
    /// How what comes later compares with what came before.
    fn beyond(self) -> &'static str {
        match self {
            Self::Ascending => ">",
            Self::Descending => "<",
        }
    }
}

impl Statement {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, text: String::new(), bound: Vec::new() }
    }

    /// What has `value`, off the lead's index, from where the query begins.
    fn walk(&mut self, query: &Query, lead: &Lead<'_>, value: &Scalar) {
        let (name, field) = (lead.index.name(), self.dialect.field(&lead.index.column));
        let _ = write!(self.text, " FROM documents INDEXED BY \"{name}\" WHERE kind = '{}'", query.kind);
        self.meets(&field, "=", value.clone().into());
        if let Some(Position { id, .. }) = &query.after {
            self.meets("id", query.order.beyond(), Bound::Text(id.clone()));
        }
    }

    /// Selects what the query filters and `also` holds for, in order.
    fn some(&mut self, query: &Query, also: impl FnOnce(&mut Self)) {
        *self += "SELECT id, rev, body";
        if let Some(by) = &query.by {
            let field = self.dialect.field(by);
            let _ = write!(self.text, ", {field} AS value");
        }
        let _ = write!(self.text, " FROM documents WHERE kind = '{}' AND ", query.kind);
        self.condition(&query.filter);
        also(self);
        self.sorted(query);
    }

    fn sorted(&mut self, query: &Query) {
        let direction = match query.order {
            Order::Ascending => "ASC",
            Order::Descending => "DESC",
        };
        *self += " ORDER BY ";
        if query.by.is_some() {
            let _ = write!(self.text, "value {direction}, ");
        }
        let _ = write!(self.text, "id {direction} LIMIT ");
        self.bind(Bound::Limit(i64::try_from(query.limit).unwrap_or(i64::MAX)));
    }

    fn meets(&mut self, what: &str, sign: &str, value: Bound) {
        let _ = write!(self.text, " AND {what} {sign} ");
        self.bind(value);
    }

    /// Writes a condition that is true, or else false or `NULL`.
    fn condition(&mut self, filter: &Filter) {
        match filter {
            Filter::All(filters) => self.joined(filters, " AND ", "TRUE"),
            Filter::Any(filters) => self.joined(filters, " OR ", "FALSE"),
            Filter::Not(filter) => {
                *self += "((";
                self.condition(filter);
                *self += ") IS NOT TRUE)";
            }
            Filter::Compare(column, comparison, value) => {
                let sign = match comparison {
                    Comparison::Is => "=",
                    Comparison::Below => "<",
                    Comparison::AtMost => "<=",
                    Comparison::Above => ">",
                    Comparison::AtLeast => ">=",
                };
                let Some(value) = fit(column, value) else { return *self += "FALSE" };
                let field = self.dialect.field(column);
                let _ = write!(self.text, "{field} {sign} ");
                self.bind(value);
            }
            Filter::AnyOf(column, values) => {
                let fit: Vec<_> = values.iter().filter_map(|value| fit(column, value)).collect();
                if fit.is_empty() {
                    return *self += "FALSE";
                }
                let field = self.dialect.field(column);
                let _ = write!(self.text, "{field} IN (");
                for (n, value) in fit.into_iter().enumerate() {
                    if n > 0 {
                        *self += ", ";
                    }
                    self.bind(value);
                }
                *self += ")";
            }
            Filter::Like(path, pattern) => {
                let field = self.dialect.field(&Column { path: path.clone(), of: Type::Text });
                let _ = write!(self.text, "{field} LIKE ");
                self.bind(Bound::Text(pattern.as_str().to_owned()));
                *self += " ESCAPE '\\'";
            }
            Filter::Absent(column) => {
                let field = self.dialect.field(column);
                let _ = write!(self.text, "{field} IS NULL");
            }
        }
    }

    fn joined(&mut self, filters: &[Filter], between: &str, none: &str) {
        if filters.is_empty() {
            return *self += none;
        }
        *self += "(";
        for (n, filter) in filters.iter().enumerate() {
            if n > 0 {
                *self += between;
            }
            self.condition(filter);
        }
        *self += ")";
    }

    fn bind(&mut self, value: Bound) {
        self.bound.push(value);
        let mark = match self.dialect {
            Dialect::Sqlite => '?',
            Dialect::Postgres => '$',
        };
        let _ = write!(self.text, "{mark}{}", self.bound.len());
    }
}

impl std::ops::AddAssign<&str> for Statement {
    fn add_assign(&mut self, text: &str) {
        self.text += text;
    }
}

/// What can be compared with a field: a value of its type; not a number that no document can hold.
fn fit(column: &Column, value: &Scalar) -> Option<Bound> {
    match (column.of, value) {
        (Type::Text, Scalar::Text(_)) | (Type::Flag, Scalar::Flag(_)) => Some(value.clone().into()),
        (Type::Number, Scalar::Number(number)) if number.is_finite() => Some(value.clone().into()),
        _ => None,
    }
}

impl From<Scalar> for Bound {
    fn from(value: Scalar) -> Self {
        match value {
            Scalar::Text(text) => Self::Text(text),
            Scalar::Number(number) => Self::Number(number),
            Scalar::Flag(flag) => Self::Flag(flag),
        }
    }
}
