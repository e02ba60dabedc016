//! One writer, many readers, of any process.

use arena_core::id::Seq;
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Error, Kind, Put, Rev, Store};
use serde_json::json;

use crate::sample::{append, count, match_id, open};

fn in_use_by(path: &std::path::Path) -> Option<u32> {
    match SqliteStore::open(path, Access::ReadWrite).err() {
        Some(Error::InUse { pid, .. }) => pid,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_second_writer_is_told_who_has_the_database() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let first = open(&path);
    assert_eq!(in_use_by(&path), Some(std::process::id()));
    first.append(append(match_id(1), 0, 10)).await.unwrap();
    first.close().await;
    open(&path).append(append(match_id(1), 1, 10)).await.unwrap();
}

#[tokio::test]
async fn another_name_of_the_file_is_no_way_around_the_lock() {
    let home = tempfile::tempdir().unwrap();
    let (path, link) = (home.path().join("arena.db"), home.path().join("link.db"));
    let _first = open(&path);
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(in_use_by(&link), Some(std::process::id()));
}

#[tokio::test]
async fn a_reader_follows_a_writer_and_cannot_write() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let writer = open(&path);
    let reader = SqliteStore::open(&path, Access::ReadOnly).unwrap();
    for last in 1..=5 {
        writer.append(append(match_id(1), last - 1, 10)).await.unwrap();
        assert_eq!(count(&reader, match_id(1)).await, last);
    }
    let put = Put { kind: Kind::Match, id: "x".to_owned(), expected: Rev::NEW, body: json!({}).into() };
    let refused = [reader.append(append(match_id(1), 5, 10)).await, reader.put(put).await];
    assert!(refused.iter().all(|outcome| matches!(outcome, Err(Error::ReadOnly { .. }))), "{refused:?}");
    assert_eq!(count(&writer, match_id(1)).await, 5);

    writer.close().await;
    assert_eq!(count(&reader, match_id(1)).await, 5);
    reader.close().await;
    assert!(matches!(reader.records(match_id(1), Seq::ZERO, 1).await, Err(Error::Closed { .. })));
}

#[tokio::test]
async fn a_closed_database_is_one_file_and_its_lock() {
    let home = tempfile::tempdir().unwrap();
    let store = open(&home.path().join("arena.db"));
    store.append(append(match_id(1), 0, 10)).await.unwrap();
    count(&store, match_id(1)).await;
    store.close().await;
    let mut names: Vec<_> = home.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["arena.db", "arena.db.lock"]);
}
