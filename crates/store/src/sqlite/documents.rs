//! Reads documents back, by id or by a query compiled to SQLite's JSON operators. Touches a reading connection.

use std::sync::Arc;

use rusqlite::types::Value as Bound;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::Value;

use super::place::Place;
use crate::{Cause, Document, Error, Filter, Kind, Order, Query, Rev};

/// The document of this kind and id.
pub(super) fn get(connection: &Connection, place: &Place, kind: Kind, id: &str) -> Result<Option<Document>, Error> {
    connection
        .prepare_cached("SELECT id, rev, body FROM documents WHERE kind = ?1 AND id = ?2")
        .and_then(|mut select| {
            select.query_row(params![kind.word(), id], |row| Ok(document(row, place, kind))).optional()
        })
        .map_err(place.failed("read a document"))?
        .transpose()
}

/// The documents that the query asks for.
pub(super) fn find(connection: &Connection, place: &Place, query: &Query) -> Result<Vec<Document>, Error> {
    let failed = place.failed("find documents");
    let (sql, bound) = compile(query);
    let mut select = connection.prepare_cached(&sql).map_err(failed)?;
    let mut rows = select.query(params_from_iter(bound)).map_err(failed)?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        documents.push(document(row, place, query.kind)?);
    }
    Ok(documents)
}

fn document(row: &Row<'_>, place: &Place, kind: Kind) -> Result<Document, Error> {
    let unreadable = |cause: Cause| {
        let id = row.get::<_, String>(0).unwrap_or_default();
        place.corrupt(format!("document {kind} {id:?}"), Some(cause))
    };
    let sql = |cause: rusqlite::Error| unreadable(Arc::new(cause));
    let id = row.get(0).map_err(sql)?;
    let rev: i64 = row.get(1).map_err(sql)?;
    let body = row.get_ref(2).map_err(sql)?.as_str().map_err(|cause| sql(cause.into()))?;
    let body = serde_json::from_str(body).map_err(|cause| unreadable(Arc::new(cause)))?;
    Ok(Document { kind, id, rev: Rev(rev.unsigned_abs()), body })
}

/// SQL and what is bound to its question marks. Only paths are written into it, and they hold nothing but a-z, _ and dots.
fn compile(query: &Query) -> (String, Vec<Bound>) {
    let mut sql = "SELECT id, rev, body FROM documents WHERE kind = ?".to_owned();
    let mut bound = vec![Bound::from(query.kind.word().to_owned())];
    for filter in &query.filters {
        sql += " AND ";
        sql += &condition(filter);
        bound.extend(filter.any_of.iter().map(|value| Bound::from(value.to_string())));
    }
    let (beyond, direction) = match query.order {
        Order::Ascending => (" AND id > ?", " ORDER BY id ASC LIMIT ?"),
        Order::Descending => (" AND id < ?", " ORDER BY id DESC LIMIT ?"),
    };
    if let Some(after) = &query.after {
        sql += beyond;
        bound.push(Bound::from(after.clone()));
    }
    sql += direction;
    bound.push(Bound::from(i64::try_from(query.limit).unwrap_or(i64::MAX)));
    (sql, bound)
}

/// Compares JSON text with JSON text: `->` gives a value as it was written, and one hand wrote both.
fn condition(filter: &Filter) -> String {
    let found = format!("body -> '$.{}'", filter.path);
    let marks = vec!["?"; filter.any_of.len()].join(", ");
    if filter.any_of.contains(&Value::Null) {
        format!("({found} IN ({marks}) OR {found} IS NULL)")
    } else {
        format!("{found} IN ({marks})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::JsonPath;

    /// How SQLite would go about a query on an empty database.
    fn plan(query: &Query) -> String {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("../../migrations/0001_events_and_documents.sql")).unwrap();
        let (sql, bound) = compile(query);
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = explain.query_map(params_from_iter(bound), |row| row.get::<_, String>(3)).unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_filter_by_status_uses_the_index_and_pages_come_sorted() {
        let by = |path: JsonPath, after: Option<&str>| Query {
            filters: vec![Filter { path, any_of: vec!["running".into()] }],
            order: Order::Descending,
            after: after.map(str::to_owned),
            ..Query::of(Kind::Match, 50)
        };
        let indexed = "SEARCH documents USING INDEX documents_by_status (kind=? AND <expr>=?";
        assert_eq!(plan(&by(JsonPath::STATUS, None)), format!("{indexed})"));
        assert_eq!(plan(&by(JsonPath::STATUS, Some("x"))), format!("{indexed} AND id<?)"));
        assert!(!plan(&by("state".parse().unwrap(), None)).contains("documents_by_status"));
    }
}
