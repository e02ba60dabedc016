//! Answers what people ask in SQL. Touches a connection that is for this question alone and cannot write.

use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Rows};

use super::connection;
use super::place::Place;
use crate::query::sql::{self, Dialect};
use crate::sheet::check;
use crate::{Cell, Error, Sheet, View};

/// Asks `question` of the views, on a connection that has them.
pub(super) fn ask(place: &Place, views: &[View], question: &str, limit: usize) -> Result<Sheet, Error> {
    check(question)?;
    let asking = connection::reading(place)?;
    let failed = place.failed("make the views of a question");
    // Views are no part of the file.
    asking.pragma_update(None, "temp_store", "memory").map_err(failed)?;
    for view in views {
        asking.execute(&sql::view(view, Dialect::Sqlite), []).map_err(failed)?;
    }
    asking.execute(&sql::view_of_events(Dialect::Sqlite), []).map_err(failed)?;
    // No other file is opened for a question.
    asking.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).map_err(failed)?;
    answer(&asking, question, limit).map_err(|cause| match cause {
        rusqlite::Error::SqlInputError { msg, .. } => misunderstood(&msg),
        rusqlite::Error::SqliteFailure(_, Some(message)) => misunderstood(&message),
        rusqlite::Error::MultipleStatement => misunderstood("it is more than one statement"),
        cause => place.failed("answer a question")(cause),
    })
}

fn misunderstood(why: &str) -> Error {
    Error::NotAQuestion(format!("the question cannot be answered: {why}"))
}

fn answer(asking: &Connection, question: &str, limit: usize) -> rusqlite::Result<Sheet> {
    let mut select = asking.prepare(question)?;
    let columns = select.column_names().map(str::to_owned).collect();
    let (rows, is_cut) = read(select.query([])?, limit)?;
    Ok(Sheet { columns, rows, is_cut })
}

fn read(mut answer: Rows<'_>, limit: usize) -> rusqlite::Result<(Vec<Vec<Cell>>, bool)> {
    let mut rows = Vec::new();
    while let Some(row) = answer.next()? {
        if rows.len() == limit {
            return Ok((rows, true));
        }
        let n_columns = row.as_ref().column_count();
        rows.push((0..n_columns).map(|n| row.get_ref(n).map(cell)).collect::<rusqlite::Result<_>>()?);
    }
    Ok((rows, false))
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Number(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.len()),
    }
}
