//! Whether the arena could write where it is told to: its database and the folder of kept answers. Leaves nothing behind.

use std::fs::OpenOptions;
use std::path::Path;

use super::super::database::open_to_read;
use super::super::location::Location;
use crate::config::Cache;

/// Why no match could be kept in this database; nothing if it could.
pub(super) async fn database(location: &Location) -> Option<String> {
    if let Location::File(path) = location
        && !path.exists()
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        return folder_problem(folder);
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

/// Tries it: permissions are not the only thing that can be in the way.
fn folder_problem(folder: &Path) -> Option<String> {
    let probe = folder.join(format!(".arena-doctor.{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&probe);
    let written = written.and_then(|_| std::fs::remove_file(&probe));
    written.err().map(|cause| format!("{} cannot be written to: {cause}", folder.display()))
}
