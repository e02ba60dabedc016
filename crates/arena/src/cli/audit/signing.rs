//! `arena audit keygen`, `arena audit checkpoint`: what somebody keeps elsewhere, and the key to it.

use std::io::Write as _;
use std::sync::Arc;

use arena_store::Store;
use serde_json::json;

use super::super::args::{AuditCheckpoint, AuditKeygen};
use super::super::database::{open_existing, open_to_read};
use super::super::exit::{Exit, Failure};
use crate::audit::{Checkpoint, Heads, KeyError, PrivateKey};
use crate::causes::in_one_line;
use crate::clock::{Clock as _, SystemClock};

pub(super) fn keygen(AuditKeygen { file, json }: &AuditKeygen) -> Result<Exit, Failure> {
    let key = PrivateKey::new().map_err(|error| unusable(&error))?;
    key.write(file).map_err(|error| unusable(&error))?;
    let public = key.public();
    if *json {
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "file": file, "public_key": public}))?;
        return Ok(Exit::Good);
    }
    writeln!(std::io::stdout(), "{public}")?;
    let file = file.display();
    writeln!(
        anstream::stderr(),
        "the private key is in {file}: keep it secret; who verifies needs the public one only"
    )?;
    Ok(Exit::Good)
}

pub(super) async fn checkpoint(AuditCheckpoint { key, database }: AuditCheckpoint) -> Result<Exit, Failure> {
    let key = PrivateKey::read(&key).map_err(|error| unusable(&error))?;
    let store: Arc<dyn Store> = match open_existing(&database.database).await {
        Ok(store) => {
            Heads::default().note(&*store).await?;
            store
        }
        // Who has it may be a server, which notes heads itself if it signs.
        Err(failure) if failure.is_in_use() => open_to_read(&database.database).await?,
        Err(failure) => return Err(failure),
    };
    let head = store.notes_head().await?;
    store.close().await;
    writeln!(std::io::stdout(), "{}", Checkpoint::sign(&key, head, SystemClock.now()).line())?;
    Ok(Exit::Good)
}

fn unusable(error: &KeyError) -> Failure {
    Failure::usage(in_one_line(error))
}
