//! `arena migrate`: the whole arena into another database; cut off, it is gone on with by the same command.

use std::io::{self, Write as _};

use arena_store::Store;
use serde_json::json;

use super::args;
use super::arrival::{self, Arrival};
use super::database::{open_existing, open_to_move};
use super::exit::{Exit, Failure};
use super::headway::Headway;
use super::import::told;
use super::location::Location;
use crate::moving::{Digest, Scope, Settler, Underway, Writer, digest, everything};

pub(super) async fn migrate(args: args::Migrate) -> Result<Exit, Failure> {
    let args::Migrate { from, to, json } = args;
    if from.is(&to) {
        return Err(Failure::usage(format!("--from and --to are the same database, {from}: name another with --to")));
    }
    // Both with the lock of who writes, so that neither changes meanwhile.
    let source = open_existing(&from).await?;
    let target = open_to_move(&to).await?;
    let moved = carry((&*source, &from), (&*target, &to)).await;
    target.close().await;
    source.close().await;
    let (Digest { hash, tally }, arrival) = moved?;
    if json {
        let line = json!({
            "schema_version": 1, "from": from.to_string(), "to": to.to_string(),
            "hash": hash.to_hex().as_str(), "counts": tally, "changed": arrival != Arrival::Taken,
        });
        writeln!(io::stdout(), "{line}")?;
        return Ok(Exit::Good);
    }
    let mut out = anstream::stdout();
    match arrival {
        Arrival::Taken => writeln!(out, "{to} is the same as {from} already: nothing was changed")?,
        Arrival::New | Arrival::Again => writeln!(out, "{to} has all of {from}: {}", told(tally))?,
    }
    writeln!(out, "the export of either has the hash {hash}")?;
    if arrival != Arrival::Taken {
        writeln!(anstream::stderr(), "{from} stays as it was; go on with one of the two: --database {to}")?;
    }
    Ok(Exit::Good)
}

async fn carry(
    (source, from): (&dyn Store, &Location),
    (target, to): (&dyn Store, &Location),
) -> Result<(Digest, Arrival), Failure> {
    let underway = Underway { from: from.name(), command: format!("arena migrate --from {from} --to {to}") };
    let arrival = Arrival::begin(target, to, &underway).await?;
    let mut headway = Headway::over(source, "moving").await?;
    if arrival == Arrival::Taken {
        headway.again("comparing");
        let stands = digest(target, |part| headway.saw(part)).await?;
        if digest(source, |_| {}).await? == stands {
            return Ok((stands, arrival));
        }
        return Err(Failure::usage(format!(
            "database {to} holds another arena: move into one that is empty, or not there yet"
        )));
    }
    let mut writer = Writer::begin(io::sink(), Scope::Everything)?;
    let mut settler = Settler::of(target);
    everything(source, async |part| {
        headway.saw(&part);
        writer.part(&part)?;
        settler.add(part).await.map_err(|error| arrival.failed(to, error))
    })
    .await?;
    settler.finish().await.map_err(|error| arrival.failed(to, error))?;
    let (_, sent) = writer.end()?;
    headway.again("comparing");
    arrival::end(target, to, sent, &mut headway).await?;
    Ok((sent, arrival))
}
