//! `arena matches`: what is in the database, the newest first.

use std::io::Write as _;

use arena_store::{Kind, Query};
use serde_json::json;

use super::args::List;
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::table::table;
use super::visible::visible;
use super::which::header;
use crate::header::{Header, Sitting};

pub(super) async fn list(list: List) -> Result<Exit, Failure> {
    let store = open_to_read(&list.database.database).await?;
    let mut query = Query::of(Kind::Match, list.limit.get()).descending();
    if !list.status.is_empty() {
        query = query.filter(Header::STATUS.any_of(list.status.iter().map(String::as_str)));
    }
    if let Some(label) = &list.label {
        query = query.filter(Header::LABEL.is(label.as_str()));
    }
    let mut rows = Vec::new();
    let mut exit = Exit::Good;
    for document in store.find(&query).await? {
        match header(&document) {
            Ok(row) => rows.push(row),
            Err(failure) => {
                writeln!(anstream::stderr(), "{failure}")?;
                exit = Exit::Infrastructure;
            }
        }
    }
    if list.json {
        let rows: Vec<_> = rows.iter().map(|(id, header)| json!({"id": id, "header": header})).collect();
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "matches": rows}))?;
        return Ok(exit);
    }
    let mut out = table(&["match", "scenario", "stands", "rounds", "breached", "label", "red", "blue", "target", ""]);
    for (id, header) in &rows {
        out.add_row([
            id.to_string(),
            header.scenario.to_string(),
            header.standing().to_owned(),
            rounds(header),
            format!("{}/{}", header.score.breached.hits, header.score.breached.n),
            header.label.as_ref().map(ToString::to_string).unwrap_or_default(),
            sitting(Some(&header.red)),
            sitting(header.blue.as_ref()),
            sitting(Some(&header.target)),
            if header.mock { "MOCK" } else { "" }.to_owned(),
        ]);
    }
    writeln!(anstream::stdout(), "{out}")?;
    if rows.is_empty() {
        writeln!(anstream::stderr(), "no match is there; begin one with arena play support-desk")?;
    }
    Ok(exit)
}

fn rounds(header: &Header) -> String {
    match header.n_rounds {
        Some(n_rounds) => format!("{}/{n_rounds}", header.n_judged),
        None => header.n_judged.to_string(),
    }
}

/// Who sits there, with the model.
pub(super) fn sitting(sitting: Option<&Sitting>) -> String {
    sitting.map_or("nobody".to_owned(), |Sitting { agent, model }| format!("{agent} ({})", visible(&model.to_string())))
}
