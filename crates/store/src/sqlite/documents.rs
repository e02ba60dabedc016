//! Reads documents back, by id or by a query compiled to SQLite's JSON operators. Touches a reading connection.

use std::sync::Arc;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, params_from_iter};

use super::lead;
use super::place::Place;
use crate::query::sql::{self, Bound, Dialect, Statement};
use crate::{Body, Cause, Document, Error, Group, Grouping, Kind, Query, Rev, Scalar, Sum, Type};

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
    let Statement { text, bound, .. } = statement(connection, query).map_err(failed)?;
    let mut select = connection.prepare_cached(&text).map_err(failed)?;
    let mut rows = select.query(params_from_iter(bound)).map_err(failed)?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        documents.push(document(row, place, query.kind)?);
    }
    Ok(documents)
}

fn statement(connection: &Connection, query: &Query) -> rusqlite::Result<Statement> {
    let lead = lead::of(connection, query)?;
    Ok(lead.map_or_else(|| sql::find(query, Dialect::Sqlite), |lead| sql::find_led(query, &lead)))
}

/// The groups that the grouping asks for, in no order.
pub(super) fn group(connection: &Connection, place: &Place, grouping: &Grouping) -> Result<Vec<Group>, Error> {
    let failed = place.failed("count documents");
    let Statement { text, bound, .. } = sql::group(grouping, Dialect::Sqlite);
    let mut select = connection.prepare_cached(&text).map_err(failed)?;
    let groups = select.query_map(params_from_iter(bound), |row| counted(row, grouping)).map_err(failed)?;
    groups.collect::<Result<_, _>>().map_err(failed)
}

fn counted(row: &Row<'_>, grouping: &Grouping) -> rusqlite::Result<Group> {
    let n_keys = grouping.by.len();
    let key = grouping.by.iter().enumerate().map(|(n, column)| {
        Ok(match column.of {
            Type::Text => row.get::<_, Option<String>>(n)?.map(Scalar::Text),
            Type::Number => row.get::<_, Option<f64>>(n)?.map(Scalar::Number),
            Type::Flag => row.get::<_, Option<bool>>(n)?.map(Scalar::Flag),
        })
    });
    let sums = (0..grouping.sums.len()).map(|n| {
        let count = row.get::<_, i64>(n_keys + 1 + 2 * n)?.unsigned_abs();
        Ok(Sum { count, total: row.get(n_keys + 2 + 2 * n)? })
    });
    Ok(Group {
        key: key.collect::<rusqlite::Result<_>>()?,
        count: row.get::<_, i64>(n_keys)?.unsigned_abs(),
        sums: sums.collect::<rusqlite::Result<_>>()?,
    })
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
    let body = Body::stored(body).map_err(|cause| unreadable(Arc::new(cause)))?;
    Ok(Document { kind, id, rev: Rev(rev.unsigned_abs()), body })
}

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Text(text) => text.to_sql(),
            Self::Number(number) => number.to_sql(),
            Self::Flag(flag) => flag.to_sql(),
            Self::Limit(limit) => limit.to_sql(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;
    use crate::{Field, Index, Position};

    const STATUS: Field<String> = Field::at("status");
    const LABEL: Field<String> = Field::at("label");
    const RATE: Field<f64> = Field::at("score.rate");

    fn empty() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        let place = Place::find("plan.db".as_ref()).unwrap();
        let indexes = [&STATUS, &LABEL].map(|field| Index::of(Kind::Match, field));
        schema::migrate(&mut connection, &place, &[&indexes[..], &[Index::of(Kind::Match, &RATE)]].concat()).unwrap();
        connection
    }

    /// How SQLite would go about a query on an empty database.
    fn plan(query: &Query) -> String {
        plan_on(&empty(), query)
    }

    fn plan_on(connection: &Connection, query: &Query) -> String {
        let Statement { text, bound, .. } = statement(connection, query).unwrap();
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
        let steps = explain.query_map(params_from_iter(bound), |row| row.get::<_, String>(3)).unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_filter_by_an_indexed_field_uses_the_index_and_pages_come_sorted() {
        let running = || Query::of(Kind::Match, 50).filter(STATUS.is("running")).descending();
        let indexed = "SEARCH documents USING INDEX documents.match.status.text (kind=? AND <expr>=?";
        assert_eq!(plan(&running()), format!("{indexed})"));
        assert_eq!(plan(&running().after_id("x")), format!("{indexed} AND id<?)"));
        let other = Query::of(Kind::Match, 50).filter(Field::<String>::at("state").is("running"));
        assert_eq!(plan(&other), "SEARCH documents USING INDEX sqlite_autoindex_documents_1 (kind=?)");
        let token = Query::of(Kind::Token, 50).filter(STATUS.is("running"));
        assert_eq!(plan(&token), "SEARCH documents USING INDEX sqlite_autoindex_documents_1 (kind=?)", "another kind");
    }

    #[test]
    fn one_of_several_values_is_found_by_a_walk_for_each_and_nothing_more() {
        let over = || Query::of(Kind::Match, 50).filter(STATUS.any_of(["completed", "failed"])).descending();
        for (query, range) in [(over(), ""), (over().after_id("x"), " AND id<?")] {
            let walk = format!("SEARCH documents USING INDEX documents.match.status.text (kind=? AND <expr>=?{range})");
            let plan = plan(&query);
            assert_eq!(plan.matches(&walk).count(), 2, "{plan}");
            assert!(plan.starts_with("MERGE (UNION ALL)") && !plan.contains("USE TEMP B-TREE"), "{plan}");
        }
    }

    #[test]
    fn what_is_rarer_from_there_on_leads() {
        let mut connection = empty();
        let fill = connection.transaction().unwrap();
        for n in 0..1_000 {
            // Many have failed, all of them long ago.
            let status = if n < 300 { "failed" } else { "completed" };
            let label = if n % 5 == 0 { "nightly" } else { "release" };
            let body = format!(r#"{{"status":"{status}","label":"{label}"}}"#);
            let insert = "INSERT INTO documents (kind, id, rev, body) VALUES ('match', ?1, 1, ?2)";
            fill.execute(insert, params![format!("{n:04}"), body]).unwrap();
        }
        fill.commit().unwrap();
        let check = |query: Query, leader: &str| {
            let plan = plan_on(&connection, &query);
            assert!(plan.contains(&format!("USING INDEX documents.match.{leader}.text")), "{query:?}: {plan}");
        };
        let both = |status: &str, label: &str| Query::of(Kind::Match, 50).filter(STATUS.is(status) & LABEL.is(label));
        check(both("completed", "nightly").descending(), "label");
        check(both("failed", "nightly"), "label");
        check(both("failed", "nightly").descending(), "status");
        check(both("completed", "nightly"), "status");
        check(both("failed", "nightly").descending().after_id("0300"), "label");
        check(both("completed", "nobody").descending(), "label");
        check(both("running", "nightly").descending(), "status");
        let one_of = Query::of(Kind::Match, 50).filter(STATUS.any_of(["failed", "completed"]) & LABEL.is("nightly"));
        check(one_of.descending(), "label");
    }

    #[test]
    fn an_order_by_an_indexed_field_is_read_off_the_index_at_any_depth() {
        let by_rate = || Query::of(Kind::Match, 50).by(&RATE).descending();
        let index = "documents USING INDEX documents.match.score.rate.number";
        assert_eq!(plan(&by_rate()), format!("SEARCH {index} (kind=? AND <expr>>?)"));
        let deep = Query { after: Some(Position { value: Some(0.5.into()), id: "x".to_owned() }), ..by_rate() };
        let deep = plan(&deep);
        assert!(deep.contains(&format!("{index} (kind=? AND <expr>=? AND id<?)")), "{deep}");
        assert!(deep.contains(&format!("{index} (kind=? AND <expr><?)")), "{deep}");
    }
}
