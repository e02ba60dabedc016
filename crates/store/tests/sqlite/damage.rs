//! Damaged files: an error that says so, never a panic, never other events than were written.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;

use arena_core::id::Seq;
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Blob, Error, Store};
use rusqlite::Connection;

use crate::sample::{append, match_id, open};

const EVENTS: u64 = 300;

/// A closed database with one match.
async fn make(path: &Path) {
    let store = open(path);
    for after in 0..EVENTS {
        store.append(append(match_id(1), after, 500)).await.unwrap();
    }
    store.close().await;
}

/// Reads the whole match, opened either way.
async fn read(path: &Path, access: Access) -> Result<(), Error> {
    let store = SqliteStore::open(path, access)?;
    let records = store.records(match_id(1), Seq::ZERO, usize::MAX).await?;
    let written = (0..EVENTS).flat_map(|after| append(match_id(1), after, 500).records);
    assert!(records.into_iter().eq(written), "other events than were written");
    Ok(())
}

fn is_damage(outcome: &Result<(), Error>) -> bool {
    matches!(outcome, Err(Error::Corrupt { .. } | Error::NotADatabase { .. }))
}

#[tokio::test]
async fn damage_is_told_wherever_it_is() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("whole.db");
    make(&whole).await;
    read(&whole, Access::ReadOnly).await.unwrap();
    let size = whole.metadata().unwrap().len();
    assert_eq!(size % 4096, 0);

    for (case, cut) in [("header", 50), ("first page", 4_000), ("half", size / 2), ("last page", size - 4_096)] {
        let path = home.path().join(format!("cut at {case}.db"));
        std::fs::copy(&whole, &path).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(cut).unwrap();
        for access in [Access::ReadOnly, Access::ReadWrite] {
            let outcome = read(&path, access).await;
            assert!(is_damage(&outcome), "{case} {access:?}: {outcome:?}");
        }
    }

    // Each page after the first, whole or in part. Some hold no event, and overwriting those may go unnoticed.
    let mut noticed = 0;
    for page in 1..size / 4_096 {
        for (offset, length) in [(0, 4_096), (0, 8), (2_000, 100)] {
            let path = home.path().join("overwritten.db");
            std::fs::copy(&whole, &path).unwrap();
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all_at(&vec![0xAA; length], page * 4_096 + offset).unwrap();
            for access in [Access::ReadOnly, Access::ReadWrite] {
                let outcome = read(&path, access).await;
                assert!(outcome.is_ok() || is_damage(&outcome), "page {page} at {offset} {access:?}: {outcome:?}");
                noticed += u32::from(outcome.is_err());
            }
        }
    }
    assert!(noticed > 200, "only {noticed} damages were noticed");
}

#[tokio::test]
async fn an_event_that_is_missing_moved_or_unreadable_is_named() {
    for (case, sql) in [
        ("missing", "DELETE FROM events WHERE seq = 7"),
        ("moved", "UPDATE events SET body = (SELECT body FROM events WHERE seq = 8) WHERE seq = 7"),
        ("no JSON", "UPDATE events SET body = 'x' WHERE seq = 7"),
        ("no record", "UPDATE events SET body = '{}' WHERE seq = 7"),
        ("no text", "UPDATE events SET body = CAST(x'FF' AS TEXT) WHERE seq = 7"),
        (
            "one byte",
            "UPDATE events SET body = replace(body, 'stopped\",\"reason\":\"xx', 'stopped\",\"reason\":\"xy') WHERE seq = 7",
        ),
        ("another link", "UPDATE events SET link = zeroblob(32) WHERE seq = 7"),
        ("no link", "UPDATE events SET link = x'' WHERE seq = 7"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("arena.db");
        make(&path).await;
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();

        let store = open(&path);
        let id = match_id(1);
        match store.records(id, Seq::ZERO, usize::MAX).await {
            Err(Error::Corrupt { what, .. }) => assert_eq!(what, format!("event 7 of match {id}"), "{case}"),
            other => panic!("{case}: {other:?}"),
        }
        assert_eq!(store.records(id, Seq::ZERO, 6).await.unwrap().len(), 6, "{case}: what comes before is readable");
    }
}

#[tokio::test]
async fn a_match_under_another_id_is_no_match() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    make(&path).await;
    let sql = "UPDATE events SET match_id = ?1";
    Connection::open(&path).unwrap().execute(sql, [match_id(2).to_string()]).unwrap();
    let read = open(&path).records(match_id(2), Seq::ZERO, 10).await;
    assert!(matches!(read, Err(Error::Corrupt { .. })), "{read:?}");
}

#[tokio::test]
async fn a_content_that_was_changed_is_named() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let blob = Blob::of(b"text".to_vec());
    let store = open(&path);
    store.keep(vec![blob.clone()]).await.unwrap();
    store.close().await;
    Connection::open(&path).unwrap().execute("UPDATE contents SET bytes = x'74657874FF'", []).unwrap();
    match open(&path).blob(blob.hash()).await {
        Err(Error::Corrupt { what, .. }) => assert_eq!(what, format!("content {}", blob.hash())),
        other => panic!("{other:?}"),
    }
}
