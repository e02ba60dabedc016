//! A write that was cut off anywhere, as a power cut does it: what was acknowledged before is there, and of the cut one all or
//! nothing.

use std::fs;
use std::path::Path;

use arena_core::id::Seq;
use arena_store::{Append, Kind, Put, Rev, Store};
use serde_json::json;

use crate::sample::{append, match_id, open};

/// Writes one more event, with its header.
async fn write(store: &impl Store, after: u64) {
    let id = match_id(1);
    let header =
        Put { kind: Kind::Match, id: id.to_string(), expected: Rev(after), body: json!({ "last": after + 1 }).into() };
    store.append(Append { header: Some(header), ..append(id, after, 2_000) }).await.unwrap();
}

/// How many events there are, if the header says the same.
async fn written(path: &Path) -> u64 {
    let store = open(path);
    let id = match_id(1);
    let records = store.records(id, Seq::ZERO, usize::MAX).await.unwrap();
    let header = store.get(Kind::Match, &id.to_string()).await.unwrap().unwrap();
    assert_eq!(header.body, json!({ "last": records.len() }).into());
    let examined = arena_store::audit::examine(&store, vec![]).await.unwrap();
    assert!(examined.faults.is_empty(), "{examined:?}");
    // It can be written on.
    write(&store, records.len() as u64).await;
    store.close().await;
    records.len() as u64
}

#[tokio::test]
async fn of_a_write_that_was_cut_off_there_is_all_or_nothing() {
    const ACKNOWLEDGED: u64 = 5;
    let home = tempfile::tempdir().unwrap();
    let (path, log) = (home.path().join("arena.db"), home.path().join("arena.db-wal"));
    let store = open(&path);
    for after in 0..ACKNOWLEDGED {
        write(&store, after).await;
    }
    let before = fs::metadata(&log).unwrap().len();
    write(&store, ACKNOWLEDGED).await;
    // As the disk has it at this moment: the store stands, and its log was not copied back.
    let (database, whole) = (fs::read(&path).unwrap(), fs::read(&log).unwrap());
    store.close().await;
    let before = usize::try_from(before).unwrap();
    assert!(whole.len() > before, "the log is written at its end");

    let mut counts = [0, 0];
    for n in 0..60 {
        let cut = before + (whole.len() - before) * n / 59;
        let copy = tempfile::tempdir().unwrap();
        let (path, log) = (copy.path().join("arena.db"), copy.path().join("arena.db-wal"));
        fs::write(&path, &database).unwrap();
        let mut torn = whole[..cut].to_vec();
        // The rest is there, but is not what was written: blocks do not come to the disk in order.
        if n % 2 == 1 {
            torn.resize(whole.len(), 0xA5);
        }
        fs::write(&log, &torn).unwrap();
        let found = written(&path).await;
        assert!(found == ACKNOWLEDGED || found == ACKNOWLEDGED + 1, "cut at {cut} of {}: {found}", whole.len());
        counts[usize::from(found > ACKNOWLEDGED)] += 1;
    }
    assert!(counts[0] > 30 && counts[1] > 0, "{counts:?}: both are seen");
}
