//! Answers what people ask in SQL. Touches a connection that is for this question alone, in a transaction that cannot write.

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _,
    Statement as _, TypeInfo as _, ValueRef as _,
};

use super::server::Server;
use super::session;
use crate::query::sql::{self, Dialect};
use crate::sheet::check;
use crate::{Cell, Error, Sheet, View};

/// Asks `question` of the views, on a connection that has them.
pub(super) async fn ask(server: &Server, views: &[View], question: &str, limit: usize) -> Result<Sheet, Error> {
    check(question)?;
    let mut session = session::begin(server).await?;
    let answered = answer(&mut session, views, question, limit).await;
    session::end(session).await;
    answered.map_err(|cause| match &cause {
        // Values (22), what a transaction that only reads refuses (25), syntax, names and leave (42), too long (57014).
        sqlx::Error::Database(said)
            if said.code().is_some_and(|code| ["22", "25", "42", "57014"].iter().any(|of| code.starts_with(of))) =>
        {
            Error::NotAQuestion(format!("the question cannot be answered: {}", said.message()))
        }
        _ => server.failed("answer a question")(cause),
    })
}

async fn answer(
    session: &mut PgConnection,
    views: &[View],
    question: &str,
    limit: usize,
) -> Result<Sheet, sqlx::Error> {
    let views = views.iter().map(|view| sql::view(view, Dialect::Postgres));
    for view in views.chain([sql::view_of_events(Dialect::Postgres)]) {
        sqlx::query(AssertSqlSafe(view)).execute(&mut *session).await?;
    }
    let mut transaction = session.begin_with("BEGIN READ ONLY").await?;
    // Of several statements none is prepared.
    let prepared = transaction.prepare(AssertSqlSafe(question.to_owned()).into_sql_str()).await?;
    let columns = prepared.columns().iter().map(|column| column.name().to_owned()).collect();
    // Not as prepared: so every value comes as the text that the server makes of it.
    let mut answer = sqlx::raw_sql(AssertSqlSafe(question.to_owned())).fetch(&mut *transaction);
    let (mut rows, mut is_cut) = (Vec::new(), false);
    while let Some(row) = answer.try_next().await? {
        if rows.len() == limit {
            is_cut = true;
            break;
        }
        rows.push((0..row.len()).map(|n| cell(&row, n)).collect::<Result<_, _>>()?);
    }
    Ok(Sheet { columns, rows, is_cut })
}

fn cell(row: &PgRow, n: usize) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(n)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let text = value.as_str().map_err(sqlx::Error::Decode)?;
    let as_text = || Cell::Text(text.to_owned());
    Ok(match value.type_info().name() {
        "BOOL" => Cell::Flag(text == "t"),
        "INT2" | "INT4" | "INT8" => text.parse().map_or_else(|_| as_text(), Cell::Integer),
        "FLOAT4" | "FLOAT8" | "NUMERIC" => text.parse().map_or_else(|_| as_text(), Cell::Number),
        // `\\x`, and two digits a byte.
        "BYTEA" => Cell::Bytes(text.len().saturating_sub(2) / 2),
        _ => as_text(),
    })
}
