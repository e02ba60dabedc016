//! `arena backup`: a copy of the database that can be trusted, taken while it is in use.

use std::io::Write as _;

use serde_json::json;

use super::args::Backup;
use super::database::{back_up, open_to_read};
use super::exit::{Exit, Failure};
use super::location::Location;
use super::verify::all;

pub(super) async fn backup(args: Backup) -> Result<Exit, Failure> {
    let Backup { file, json, database } = args;
    back_up(&database.database, &file).await?;
    // The copy says itself what is in it: it was read once at least.
    let copy = open_to_read(&Location::File(file.clone())).await?;
    let n_matches = all(&*copy).await?.len();
    copy.close().await;
    let size_bytes = std::fs::metadata(&file)?.len();
    if json {
        let line = json!({"schema_version": 1, "file": file, "n_matches": n_matches, "size_bytes": size_bytes});
        writeln!(std::io::stdout(), "{line}")?;
    } else {
        let matches = if n_matches == 1 { "1 match".to_owned() } else { format!("{n_matches} matches") };
        writeln!(anstream::stdout(), "{} has {matches}, {size_bytes} bytes", file.display())?;
    }
    Ok(Exit::Good)
}
