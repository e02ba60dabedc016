//! `arena query`: what a person asks in SQL, answered as a table, as JSON or as CSV. Changes nothing.

use std::io::{self, Read as _, Write as _};

use arena_core::message::cut;
use arena_store::{Cell, Sheet};
use serde_json::{Map, Value, json};

use super::args::Query;
use super::database::answer;
use super::exit::{Exit, Failure};
use super::table::table;
use super::visible::visible;

/// As much of a cell as a line of a table has room for.
const SHOWN_BYTES: usize = 120;

/// Below it a float that is whole is that number and no other: 2^53.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// A longer question is none.
const MAX_QUESTION_BYTES: u64 = 1 << 20;

pub(super) async fn query(args: Query) -> Result<Exit, Failure> {
    let Query { sql, limit, json, csv, database } = args;
    let question = if sql == "-" { read()? } else { sql };
    let sheet = answer(&database.database, question, limit.get()).await?;
    if json {
        let rows = rows(&sheet)?;
        writeln!(io::stdout(), "{}", json!({"schema_version": 1, "rows": rows, "is_cut": sheet.is_cut}))?;
    } else if csv {
        write_csv(&sheet)?;
    } else {
        let names: Vec<String> = sheet.columns.iter().map(|name| visible(name)).collect();
        let mut out = table(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for row in &sheet.rows {
            out.add_row(row.iter().map(|cell| visible(&cut(cell.to_string(), SHOWN_BYTES))));
        }
        writeln!(anstream::stdout(), "{out}")?;
    }
    if sheet.is_cut {
        writeln!(anstream::stderr(), "these are the first {limit} rows; --limit takes more")?;
    }
    Ok(Exit::Good)
}

fn read() -> Result<String, Failure> {
    let mut question = String::new();
    io::stdin().take(MAX_QUESTION_BYTES).read_to_string(&mut question)?;
    Ok(question)
}

fn rows(sheet: &Sheet) -> Result<Vec<Value>, Failure> {
    let mut names = sheet.columns.clone();
    names.sort();
    if let Some([name, _]) = names.array_windows().find(|[one, other]| one == other) {
        return Err(Failure::usage(format!("two columns are called {name:?}; give one another name with AS")));
    }
    let object = |row: &Vec<Cell>| {
        let fields: Map<String, Value> = sheet.columns.iter().cloned().zip(row.iter().map(value)).collect();
        Value::Object(fields)
    };
    Ok(sheet.rows.iter().map(object).collect())
}

#[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Flag(flag) => json!(flag),
        Cell::Integer(number) => json!(number),
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < WHOLE => json!(*number as i64),
        Cell::Number(number) => json!(number),
        Cell::Text(text) => json!(text),
        Cell::Bytes(_) => json!(cell.to_string()),
    }
}

/// As RFC 4180 has it.
fn write_csv(sheet: &Sheet) -> Result<(), Failure> {
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    let broken = |cause: csv::Error| Failure::infrastructure("the rows were not written", &cause);
    out.write_record(sheet.columns.iter().map(|name| harmless(name))).map_err(broken)?;
    for row in &sheet.rows {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            cell => cell.to_string(),
        });
        out.write_record(cells).map_err(broken)?;
    }
    Ok(out.flush()?)
}

/// A text that a spreadsheet would run is marked as text, by the apostrophe that spreadsheets have for that: an agent may have
/// written it.
fn harmless(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if runs { format!("'{text}") } else { text.to_owned() }
}
