//! Reads documents back, by id or by a query. Touches the pool it is given.

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query as Prepared;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Row as _};

use super::server::Server;
use crate::query::sql::{self, Bound, Dialect, Statement};
use crate::{Body, Cause, Document, Error, Group, Grouping, Kind, Query, Rev, Scalar, Sum, Type};

/// The row of this kind and id.
pub(super) async fn get(readers: &PgPool, kind: Kind, id: &str) -> Result<Option<PgRow>, sqlx::Error> {
    sqlx::query("SELECT id, rev, body FROM documents WHERE kind = $1 AND id = $2")
        .bind(kind.word())
        .bind(id)
        .fetch_optional(readers)
        .await
}

/// The rows that the query asks for.
pub(super) async fn find(readers: &PgPool, query: &Query) -> Result<Vec<PgRow>, sqlx::Error> {
    prepared(sql::find(query, Dialect::Postgres)).fetch_all(readers).await
}

/// The rows of the groups that the grouping asks for, in no order.
pub(super) async fn group(readers: &PgPool, grouping: &Grouping) -> Result<Vec<PgRow>, sqlx::Error> {
    prepared(sql::group(grouping, Dialect::Postgres)).fetch_all(readers).await
}

/// The document of a row that [`get`] or [`find`] gave.
pub(super) fn document(row: &PgRow, kind: Kind, server: &Server) -> Result<Document, Error> {
    let unreadable = |cause: Cause| {
        let id = row.try_get::<String, _>(0).unwrap_or_default();
        server.corrupt(format!("document {kind} {id:?}"), Some(cause))
    };
    let sql = |cause: sqlx::Error| unreadable(Arc::new(cause));
    let (id, rev): (_, i64) = (row.try_get(0).map_err(sql)?, row.try_get(1).map_err(sql)?);
    let body = row.try_get::<&str, _>(2).map_err(sql)?;
    let body = Body::stored(body).map_err(|cause| unreadable(Arc::new(cause)))?;
    Ok(Document { kind, id, rev: Rev(rev.unsigned_abs()), body })
}

/// The group of a row that [`group`] gave.
pub(super) fn counted(row: &PgRow, grouping: &Grouping) -> Result<Group, sqlx::Error> {
    let n_keys = grouping.by.len();
    let count = |n: usize| row.try_get::<i64, _>(n).map(i64::unsigned_abs);
    let key = grouping.by.iter().enumerate().map(|(n, column)| {
        Ok(match column.of {
            Type::Text => row.try_get::<Option<String>, _>(n)?.map(Scalar::Text),
            Type::Number => row.try_get::<Option<f64>, _>(n)?.map(Scalar::Number),
            Type::Flag => row.try_get::<Option<bool>, _>(n)?.map(Scalar::Flag),
        })
    });
    let sums = (0..grouping.sums.len())
        .map(|n| Ok(Sum { count: count(n_keys + 1 + 2 * n)?, total: row.try_get(n_keys + 2 + 2 * n)? }));
    Ok(Group {
        key: key.collect::<Result<_, sqlx::Error>>()?,
        count: count(n_keys)?,
        sums: sums.collect::<Result<_, sqlx::Error>>()?,
    })
}

fn prepared(Statement { text, bound, .. }: Statement) -> Prepared<'static, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(text));
    bound.into_iter().fold(query, |query, value| match value {
        Bound::Text(text) => query.bind(text),
        Bound::Number(number) => query.bind(number),
        Bound::Flag(flag) => query.bind(flag),
        Bound::Limit(limit) => query.bind(limit),
    })
}
