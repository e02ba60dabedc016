//! `arena import`: takes in what `arena export` has written, after it was read to its end.

use std::fs::File;
use std::io::{self, BufReader, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use arena_store::Store;
use serde_json::json;

use super::args;
use super::arrival::{self, Arrival};
use super::database::{open, open_to_move};
use super::exit::{Exit, Failure};
use super::headway::Headway;
use super::location::Location;
use crate::moving::{Checked, Digest, NotTaken, Reader, Scope, Settler, Tally, Underway, check, digest};

pub(super) async fn import(args: args::Import) -> Result<Exit, Failure> {
    let args::Import { file, json, database } = args;
    let location = &database.database;
    let failed = |cause: io::Error| Failure::infrastructure(&format!("could not read {}", file.display()), &cause);
    let mut input = if file.as_os_str() == "-" { spool().map_err(failed)? } else { open_file(&file)? };
    let checked = check(BufReader::new(&input))?;
    input.rewind().map_err(failed)?;
    let imported = match checked.scope {
        Scope::Everything => {
            let store = open_to_move(location).await?;
            let imported = whole(&*store, location, &file, &checked, &input).await;
            store.close().await;
            imported?
        }
        Scope::Matches => {
            let store = open(location).await?;
            let imported = matches(&*store, &checked, &input).await;
            store.close().await;
            imported?
        }
    };
    let Digest { hash, tally } = checked.digest;
    if json {
        let line = json!({
            "schema_version": 1, "hash": hash.to_hex().as_str(), "of": checked.scope, "counts": tally,
            "n_new_matches": imported,
        });
        writeln!(io::stdout(), "{line}")?;
    } else if imported == 0 && tally.n_matches > 0 {
        writeln!(anstream::stdout(), "everything in {} is there already: nothing was changed", file.display())?;
    } else {
        let new = if imported == tally.n_matches { String::new() } else { format!(", of which {imported} were new") };
        writeln!(anstream::stdout(), "{location} has {} of {}{new}", told(tally), file.display())?;
    }
    Ok(Exit::Good)
}

/// Takes in a whole arena. Returns how many matches are new.
async fn whole(
    store: &dyn Store,
    location: &Location,
    file: &Path,
    checked: &Checked,
    input: &File,
) -> Result<u64, Failure> {
    let sent = checked.digest;
    let underway = Underway {
        from: format!("the export {}", sent.hash),
        command: format!("arena import {} --database {location}", file.display()),
    };
    let arrival = Arrival::begin(store, location, &underway).await?;
    if arrival == Arrival::Taken {
        if digest(store, |_| {}).await? == sent {
            return Ok(0);
        }
        return Err(Failure::usage(format!(
            "database {location} holds an arena already: a whole one needs a database of its own, name it with --database"
        )));
    }
    settle(store, checked, input, |error| arrival.failed(location, error)).await?;
    let mut headway = Headway::over(store, "comparing").await?;
    arrival::end(store, location, sent, &mut headway).await?;
    Ok(sent.tally.n_matches)
}

/// Takes in single matches. Returns how many are new.
async fn matches(store: &dyn Store, checked: &Checked, input: &File) -> Result<u64, Failure> {
    let new = checked.new_in(store).await?;
    if !new.is_empty() {
        settle(store, checked, input, Failure::from).await?;
    }
    Ok(new.len() as u64)
}

/// Reads the file once more and writes it. `failed` says what a failure of the store means.
async fn settle(
    store: &dyn Store,
    checked: &Checked,
    input: &File,
    failed: impl Fn(arena_store::Error) -> Failure,
) -> Result<(), Failure> {
    let mut reader = Reader::begin(BufReader::new(input)).map_err(NotTaken::from)?;
    let mut settler = Settler::of(store);
    while let Some(part) = reader.part().map_err(NotTaken::from)? {
        settler.add(part).await.map_err(&failed)?;
    }
    if reader.digest() != Some(checked.digest) {
        return Err(Failure::usage("the file was changed while it was imported: import one that nobody writes to"));
    }
    settler.finish().await.map_err(&failed)
}

fn open_file(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|cause| Failure::usage(format!("could not read {}: {cause}", path.display())))
}

/// What comes on stdin, in a file that nobody else sees: it is read twice.
fn spool() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("arena-import-{}.jsonl", std::process::id()));
    let mut file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    io::copy(&mut io::stdin().lock(), &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// How much it is, in words.
pub(super) fn told(tally: Tally) -> String {
    let Tally { n_contents, n_matches, n_events, n_documents } = tally;
    let of = |n: u64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    format!(
        "{} with {}, {} and {}",
        if n_matches == 1 { "1 match".to_owned() } else { format!("{n_matches} matches") },
        of(n_events, "event"),
        of(n_contents, "content"),
        of(n_documents, "document")
    )
}
