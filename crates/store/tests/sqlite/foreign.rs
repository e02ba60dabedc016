//! Files that are not ours are refused and stay as they are, to the byte, alone in their folder.

use std::collections::BTreeMap;
use std::path::Path;

use arena_store::Error;
use arena_store::sqlite::{Access, SqliteStore};
use rusqlite::Connection;

use crate::sample::open;

/// Every file of the folder with its content.
fn folder(path: &Path) -> BTreeMap<String, Vec<u8>> {
    path.read_dir()
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

/// Opens `name` after `make` has put something there: the error must be `expected`, and nothing may change.
fn check(name: &str, make: impl FnOnce(&Path), expected: &str) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(name);
    make(&path);
    let before = folder(home.path());
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = SqliteStore::open(&path, access).err().unwrap_or_else(|| panic!("{name} opens {access:?}"));
        assert_eq!(error.to_string(), expected.replace("PATH", &quoted(&path)), "{name} {access:?}");
        assert!(folder(home.path()) == before, "{name} {access:?}: {:?}", folder(home.path()).keys());
    }
}

/// As errors name a file.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

/// A SQLite file with one table and these numbers in its header.
fn sqlite(path: &Path, application_id: u32, user_version: u32) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')").unwrap();
    connection.pragma_update(None, "application_id", application_id).unwrap();
    connection.pragma_update(None, "user_version", user_version).unwrap();
}

/// The newest format.
const KNOWN: u32 = 4;

#[test]
fn a_text_file_is_refused() {
    let expected = "PATH is not a database of the arena: it is a file of another format; name another with --database";
    check("notes.txt", |path| std::fs::write(path, "dear diary").unwrap(), expected);
    check("long.txt", |path| std::fs::write(path, "dear diary ".repeat(1_000)).unwrap(), expected);
    check("cut.txt", |path| std::fs::write(path, "SQLite format 3").unwrap(), expected);
}

#[test]
fn another_programs_sqlite_file_is_refused() {
    let expected =
        "PATH is not a database of the arena: it is the SQLite file of another program; name another with --database";
    check("plain.db", |path| sqlite(path, 0, 0), expected);
    check("numbered.db", |path| sqlite(path, 0, 1), expected);
    check("named.db", |path| sqlite(path, 0xF055_1100, 1), expected);
}

#[test]
fn a_newer_format_is_refused() {
    let newer = |path: &Path| {
        drop(open(path));
        Connection::open(path).unwrap().pragma_update(None, "user_version", KNOWN + 1).unwrap();
    };
    check("newer.db", newer, "database PATH has format 5, this arena knows formats up to 4; use a newer arena");
}

#[test]
fn a_newer_format_is_seen_while_it_is_only_in_the_log() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    drop(open(&path));
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", KNOWN + 1).unwrap();
    let file = std::fs::read(&path).unwrap();
    assert_eq!(file[60..64], KNOWN.to_be_bytes(), "the file itself still has the older format");

    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = SqliteStore::open(&path, access).err().unwrap();
        assert!(matches!(error, Error::Newer { found, known: KNOWN, .. } if found == KNOWN + 1), "{error:?}");
        assert!(std::fs::read(&path).unwrap() == file, "{access:?}");
    }
}

#[test]
fn a_folder_is_refused() {
    let expected = "PATH is not a database of the arena: it is a directory; name another with --database";
    check("folder", |path| std::fs::create_dir(path).unwrap(), expected);
}

#[test]
fn a_lock_file_of_another_program_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let (path, lock) = (home.path().join("flake"), home.path().join("flake.lock"));
    for content in ["{ \"nodes\": {} }", "version = 4\n", "123456789012345"] {
        std::fs::write(&lock, content).unwrap();
        let error = SqliteStore::open(&path, Access::ReadWrite).err().unwrap();
        assert!(
            matches!(&error, Error::NotADatabase { database, .. } if *database == lock.display().to_string()),
            "{error:?}"
        );
        assert_eq!(folder(home.path()), BTreeMap::from([("flake.lock".to_owned(), content.as_bytes().to_vec())]));
    }
    // Left by a process that was killed.
    std::fs::write(&lock, "4294967295\n").unwrap();
    drop(open(&path));
}

#[test]
fn what_is_not_there_is_missing_for_a_reader_and_made_for_a_writer() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let missing = || SqliteStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(missing(), Error::Missing { .. }));
    assert_eq!(folder(home.path()), BTreeMap::new());
    std::fs::write(&path, "").unwrap();
    assert!(matches!(missing(), Error::Missing { .. }));
    drop(open(&path));
    SqliteStore::open(&path, Access::ReadOnly).unwrap();

    let nowhere = home.path().join("no/such/arena.db");
    let error = SqliteStore::open(&nowhere, Access::ReadWrite).err().unwrap();
    assert_eq!(error.to_string(), format!("could not find {}", quoted(&nowhere)));
}
