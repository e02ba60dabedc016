//! Whether the arena could write where it is told to: its database, the folder of kept answers, the checkpoints. Leaves nothing
//! behind.

use std::fs::OpenOptions;
use std::path::Path;

use super::super::database::open_to_read;
use super::super::location::Location;
use crate::audit::{Found, PrivateKey, PublicKey};
use crate::causes::in_one_line;
use crate::config::{Audit, Cache};

/// Why no match could be kept in this database; nothing if it could.
pub(super) async fn database(location: &Location) -> Option<String> {
    if let Location::File(path) = location
        && !path.exists()
    {
        return folder_problem(folder_of(path));
    }
    match open_to_read(location).await {
        Ok(store) => {
            store.close().await;
            None
        }
        Err(failure) => Some(failure.message().to_owned()),
    }
}

/// Why no answer could be kept; nothing if none is to be. The folder need not be there: it is made.
pub(super) fn cache(cache: &Cache) -> Option<String> {
    if !cache.enabled.value {
        return None;
    }
    let there = cache.folder.value.ancestors().find(|folder| folder.exists());
    folder_problem(there.unwrap_or(Path::new(".")))
}

/// The key with which a server signs its audit log.
///
/// # Errors
/// Why it could sign nothing.
pub(super) fn key(audit: &Audit) -> Result<PublicKey, String> {
    PrivateKey::read(&audit.key).map(|key| key.public()).map_err(|error| in_one_line(&error))
}

/// Why no checkpoint could be kept; nothing if one could.
pub(super) fn checkpoints(Audit { checkpoints, .. }: &Audit) -> Option<String> {
    if !checkpoints.exists() {
        return folder_problem(folder_of(checkpoints));
    }
    let shown = checkpoints.display();
    if let Err(cause) = OpenOptions::new().append(true).open(checkpoints) {
        return Some(format!("{shown} cannot be written to: {cause}"));
    }
    match Found::read(checkpoints, None) {
        Ok(found) if found.kept.is_empty() && !found.problems.is_empty() => {
            Some(format!("{shown} holds something else than checkpoints"))
        }
        Ok(_) => None,
        Err(cause) => Some(format!("{shown} cannot be read: {cause}")),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Tries it: permissions are not the only thing that can be in the way.
fn folder_problem(folder: &Path) -> Option<String> {
    let probe = folder.join(format!(".arena-doctor.{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&probe);
    let written = written.and_then(|_| std::fs::remove_file(&probe));
    written.err().map(|cause| format!("{} cannot be written to: {cause}", folder.display()))
}
