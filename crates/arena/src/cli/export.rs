//! `arena export`: the whole arena, or a match, as a file of JSON Lines.

use std::io::{BufWriter, Write};
use std::path::Path;

use arena_core::id::MatchId;
use arena_store::Store;
use serde_json::json;

use super::args;
use super::database::{open_existing, open_to_read};
use super::exit::{Exit, Failure};
use super::headway::Headway;
use super::import::told;
use super::location::Location;
use super::new_file::NewFile;
use super::which::which;
use crate::moving::{Digest, Scope, Writer, everything, one_match};

pub(super) async fn export(args: args::Export) -> Result<Exit, Failure> {
    let args::Export { file, id, json, database } = args;
    let location = &database.database;
    let is_stdout = file.as_os_str() == "-";
    if is_stdout && json {
        return Err(Failure::usage("with - the export itself goes to stdout: leave out --json, or give a file"));
    }
    let (store, id) = match id {
        Some(text) => {
            let store = open_to_read(location).await?;
            let id = which(&*store, &text).await?;
            (store, Some(id))
        }
        None => (open_alone(location).await?, None),
    };
    let written = if is_stdout {
        let output = BufWriter::new(std::io::stdout().lock());
        write(&*store, id, output).await.map(|(_, digest)| digest)
    } else {
        keep(&*store, id, &file).await
    };
    store.close().await;
    let Digest { hash, tally } = written?;
    if json {
        let line = json!({"schema_version": 1, "file": file, "hash": hash.to_hex().as_str(), "counts": tally});
        writeln!(std::io::stdout(), "{line}")?;
    } else {
        let what = if is_stdout { "the export".to_owned() } else { file.display().to_string() };
        writeln!(anstream::stderr(), "{what} has {}; its hash is {hash}", told(tally))?;
    }
    Ok(Exit::Good)
}

/// The database with the lock of who writes: a whole arena is exported as it stands at one moment.
async fn open_alone(location: &Location) -> Result<std::sync::Arc<dyn Store>, Failure> {
    open_existing(location).await.map_err(|failure| match location {
        Location::File(_) if failure.is_in_use() => Failure::usage(format!(
            "{}; or export a copy: arena backup copy.db, then arena export --database copy.db",
            failure.message()
        )),
        Location::File(_) | Location::Server(_) => failure,
    })
}

async fn keep(store: &dyn Store, id: Option<MatchId>, file: &Path) -> Result<Digest, Failure> {
    let failed = |cause: std::io::Error| Failure::infrastructure(&format!("could not make {}", file.display()), &cause);
    let new = NewFile::beside(file).map_err(failed)?;
    let (new, digest) = write(store, id, new).await?;
    new.keep().map_err(failed)?;
    Ok(digest)
}

async fn write<W: Write>(store: &dyn Store, id: Option<MatchId>, output: W) -> Result<(W, Digest), Failure> {
    let Some(id) = id else {
        let mut headway = Headway::over(store, "exporting").await?;
        let mut writer = Writer::begin(output, Scope::Everything)?;
        everything(store, async |part| {
            headway.saw(&part);
            writer.part(&part).map_err(Failure::from)
        })
        .await?;
        return Ok(writer.end()?);
    };
    let mut writer = Writer::begin(output, Scope::Matches)?;
    one_match(store, id, async |part| writer.part(&part).map_err(Failure::from)).await?;
    Ok(writer.end()?)
}
