//! `arena report`: what came of matches, in one format on stdout, and in any in files.

use std::io::Write as _;

use super::args::Report;
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::which::which;
use crate::clock::{Clock as _, SystemClock};
use crate::report::{Anchor, Format, gather};

pub(super) async fn report(report: Report) -> Result<Exit, Failure> {
    let Report { ids: texts, format, files, database } = report;
    files.check()?;
    let store = open_to_read(&database.database).await?;
    let mut ids = Vec::new();
    for text in &texts {
        let id = which(&*store, text).await?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.sort_unstable();
    let anchor = files.anchor(None);
    let points = format == Some(Format::Sarif) || files.files.iter().any(|file| file.format == Format::Sarif);
    if points && anchor == Anchor::default() {
        let hint = "findings point at scenarios/NAME/scenario.toml; --anchor FILE names a file of yours";
        writeln!(anstream::stderr(), "{hint}")?;
    }
    let made = gather(&*store, &ids, anchor, !files.no_texts, SystemClock.now()).await?;
    // Who wants files wants them alone, unless a format is named.
    let format = format.or(files.files.is_empty().then_some(Format::Text));
    if let Some(format) = format {
        // Only text has colours; in the others nothing may look like one.
        let rendered = format.render(&made);
        match format {
            Format::Text => write!(anstream::stdout(), "{rendered}")?,
            Format::Json | Format::Markdown | Format::Junit | Format::Sarif | Format::Html => {
                write!(std::io::stdout(), "{rendered}")?;
            }
        }
    }
    files.write(&made)?;
    Ok(Exit::Good)
}
