//! Any history, and any one thing that is done to its file past the arena: it is found. Nothing is found where nothing
//! was done.

use std::path::Path;

use arena_core::id::Seq;
use arena_store::audit::{Kept, examine};
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Append, Blob, Kind, Note, Put, Rev, Store};
use proptest::prelude::*;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use crate::sample::{append, match_id, open};

/// What the arena does.
#[derive(Clone, Debug)]
enum Deed {
    Put { kind: usize, id: u8 },
    Delete { kind: usize, id: u8 },
    Append { id: u32, n: u64, has_header: bool },
    Keep { n: u8 },
    Remove { id: u32 },
    Forget { n: u8 },
    Note,
}

/// Which rows there are: a table, and what orders them.
const TABLES: [(&str, &str); 4] =
    [("audit", "seq"), ("events", "match_id, seq"), ("documents", "kind, id"), ("contents", "hash")];

/// What somebody does to the file. Rows are chosen by a number, the table with them.
#[derive(Clone, Debug)]
enum Attack {
    ChangeBody {
        row: usize,
    },
    ChangeLink {
        row: usize,
    },
    ChangeRevision {
        row: usize,
    },
    Drop {
        row: usize,
    },
    Swap {
        row: usize,
        other: usize,
    },
    CutEnd {
        table: usize,
        n: usize,
    },
    /// An older row comes back: at the end of a log or a match, or over a newer revision.
    Replay {
        row: usize,
    },
    /// What was removed comes back: the rows of a match with their links, or a content.
    BringBack {
        what: usize,
    },
    /// A whole match, or a content, goes without an entry.
    TakeAway {
        what: usize,
    },
    /// One entry is changed, and all links after it are made to fit.
    LinkAnew {
        row: usize,
    },
    /// The whole file, as it was earlier.
    RollBack,
    /// The same, and the arena has gone on with it.
    RollBackAndGoOn,
}

const KINDS: [Kind; 3] = [Kind::Token, Kind::Agent, Kind::Denied];

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => (0..KINDS.len(), 0..4_u8).prop_map(|(kind, id)| Deed::Put { kind, id }),
        1 => (0..KINDS.len(), 0..4_u8).prop_map(|(kind, id)| Deed::Delete { kind, id }),
        4 => (0..4_u32, 1..4_u64, any::<bool>()).prop_map(|(id, n, has_header)| Deed::Append { id, n, has_header }),
        2 => (0..10_u8).prop_map(|n| Deed::Keep { n }),
        2 => (0..4_u32).prop_map(|id| Deed::Remove { id }),
        1 => (0..10_u8).prop_map(|n| Deed::Forget { n }),
        2 => Just(Deed::Note),
    ];
    prop::collection::vec(deed, 1..24)
}

fn attack() -> impl Strategy<Value = Attack> {
    let row = || 0..10_000_usize;
    prop_oneof![
        1 => row().prop_map(|row| Attack::ChangeBody { row }),
        1 => row().prop_map(|row| Attack::ChangeLink { row }),
        1 => row().prop_map(|row| Attack::ChangeRevision { row }),
        1 => row().prop_map(|row| Attack::Drop { row }),
        1 => (row(), row()).prop_map(|(row, other)| Attack::Swap { row, other }),
        1 => (0..TABLES.len(), 1..5_usize).prop_map(|(table, n)| Attack::CutEnd { table, n }),
        1 => row().prop_map(|row| Attack::Replay { row }),
        1 => row().prop_map(|row| Attack::LinkAnew { row }),
        2 => row().prop_map(|what| Attack::BringBack { what }),
        1 => row().prop_map(|what| Attack::TakeAway { what }),
        1 => Just(Attack::RollBack),
        1 => Just(Attack::RollBackAndGoOn),
    ]
}

/// Does it, if it can be done.
async fn act(store: &SqliteStore, deed: &Deed, n: usize) {
    match deed {
        Deed::Put { kind, id } => {
            let (kind, id) = (KINDS[*kind], id.to_string());
            let expected = store.get(kind, &id).await.unwrap().map_or(Rev::NEW, |document| document.rev);
            store.put(Put { kind, id, expected, body: json!({ "n": n }).into() }).await.unwrap();
        }
        Deed::Delete { kind, id } => {
            let (kind, id) = (KINDS[*kind], id.to_string());
            if let Some(document) = store.get(kind, &id).await.unwrap() {
                store.delete(kind, &id, document.rev).await.unwrap();
            }
        }
        Deed::Append { id, n: n_events, has_header } => {
            let id = match_id(*id);
            let after = store.head(id).await.unwrap().map_or(0, |(Seq(seq), _)| seq);
            let records = (after..after + n_events).flat_map(|after| append(id, after, n % 50).records).collect();
            let name = id.to_string();
            let expected = store.get(Kind::Match, &name).await.unwrap().map_or(Rev::NEW, |document| document.rev);
            let header =
                has_header.then(|| Put { kind: Kind::Match, id: name, expected, body: json!({ "n": n }).into() });
            store.append(Append { id, after: Seq(after), records, header }).await.unwrap();
        }
        Deed::Keep { n } => store.keep(vec![Blob::of(vec![*n])]).await.unwrap(),
        Deed::Remove { id } => {
            let id = match_id(*id);
            let last = store.head(id).await.unwrap().map_or(Seq::ZERO, |(last, _)| last);
            let header = store.get(Kind::Match, &id.to_string()).await.unwrap();
            store.remove(id, last, header.map_or(Rev::NEW, |header| header.rev)).await.unwrap();
        }
        Deed::Forget { n } => store.forget(vec![Blob::of(vec![*n]).hash().to_owned()]).await.unwrap(),
        Deed::Note => {
            store.note(vec![Note::Happened { topic: "request".to_owned(), body: json!({ "n": n }) }]).await.unwrap();
        }
    }
}

/// Notes the heads of all matches, as is done before a checkpoint, and returns what is kept of the log then.
async fn keep(store: &SqliteStore) -> Kept {
    store.note((0..4).map(|n| Note::Head(match_id(n))).collect()).await.unwrap();
    let (seq, link) = store.notes_head().await.unwrap();
    Kept { seq, link }
}

/// Returns `false` if there was nothing to do it to. `earlier` is a copy of before.
fn attacked(path: &Path, earlier: &Path, attack: &Attack) -> bool {
    let db = Connection::open(path).unwrap();
    let counts = TABLES.map(|(table, _)| {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
    });
    // A table, so that the small ones are met as often, and a row of it.
    let row = |row: usize, tables: &[usize]| {
        let table = tables[row % tables.len()];
        let (name, order) = TABLES[table];
        let n = (row / tables.len()) % usize::try_from(counts[table]).unwrap().max(1);
        let sql = format!("SELECT rowid FROM {name} ORDER BY {order} LIMIT 1 OFFSET {n}");
        let id: Option<i64> = db.query_row(&sql, [], |row| row.get(0)).optional().unwrap();
        id.map(|id| (name, id))
    };
    let run = |sql: &str| db.execute(sql, []).unwrap();
    match attack {
        Attack::ChangeBody { row: n } => {
            let Some((table, id)) = row(*n, &[0, 1, 2, 3]) else { return false };
            if table == "contents" {
                return run(&format!("UPDATE contents SET bytes = zeroblob(length(bytes) + 1) WHERE rowid = {id}"))
                    == 1;
            }
            // Also what a parser does not see.
            let how = if n % 2 == 0 { "body || ' '" } else { "replace(body, '\":', '\": ')" };
            run(&format!("UPDATE {table} SET body = {how} WHERE rowid = {id}")) == 1
        }
        Attack::ChangeLink { row: n } => {
            let Some((table, id)) = row(*n, &[0, 1]) else { return false };
            run(&format!("UPDATE {table} SET link = randomblob(32) WHERE rowid = {id}")) == 1
        }
        Attack::ChangeRevision { row: n } => {
            let Some((table, id)) = row(*n, &[2]) else { return false };
            run(&format!("UPDATE {table} SET rev = rev + 1 WHERE rowid = {id}")) == 1
        }
        Attack::Drop { row: n } => {
            let Some((table, id)) = row(*n, &[0, 1, 2, 3]) else { return false };
            run(&format!("DELETE FROM {table} WHERE rowid = {id}")) == 1
        }
        Attack::Swap { row: n, other } => {
            let n_tables = 3;
            let (Some((table, one)), Some((_, two))) =
                (row(*n, &[0, 1, 2]), row(other / n_tables * n_tables + n % n_tables, &[0, 1, 2]))
            else {
                return false;
            };
            let columns = if table == "documents" { "rev, body" } else { "body, link" };
            let text = |id: i64| -> (rusqlite::types::Value, rusqlite::types::Value) {
                let sql = format!("SELECT {columns} FROM {table} WHERE rowid = {id}");
                db.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
            };
            let (first, second) = (text(one), text(two));
            for (id, (a, b)) in [(two, &first), (one, &second)] {
                db.execute(&format!("UPDATE {table} SET ({columns}) = (?1, ?2) WHERE rowid = {id}"), params![a, b])
                    .unwrap();
            }
            first != second
        }
        Attack::CutEnd { table, n } => {
            let (name, order) = TABLES[*table];
            let order = order.replace(", ", " DESC, ") + " DESC";
            run(&format!("DELETE FROM {name} WHERE rowid IN (SELECT rowid FROM {name} ORDER BY {order} LIMIT {n})")) > 0
        }
        Attack::Replay { row: n } => {
            let Some((table, id)) = row(*n, &[0, 1, 2]) else { return false };
            match table {
                "audit" => run(&format!(
                    "INSERT INTO audit SELECT (SELECT max(seq) FROM audit) + 1, body, link FROM audit WHERE rowid = {id}"
                )),
                "events" => run(&format!(
                    "INSERT INTO events SELECT match_id, (SELECT max(seq) FROM events AS all_of \
                     WHERE all_of.match_id = one.match_id) + 1, body, link FROM events AS one WHERE rowid = {id}"
                )),
                _ => run(&format!(
                    "INSERT INTO documents SELECT kind, 'again', rev, body FROM documents WHERE rowid = {id}"
                )),
            };
            true
        }
        Attack::BringBack { what } => {
            db.execute("ATTACH ?1 AS earlier", [earlier.to_str().unwrap()]).unwrap();
            let (table, key) = [("events", "match_id"), ("contents", "hash")][what % 2];
            run(&format!(
                "INSERT INTO {table} SELECT * FROM earlier.{table} WHERE {key} NOT IN (SELECT {key} FROM {table})"
            )) > 0
        }
        Attack::TakeAway { what } => {
            let (table, key) = [("events", "match_id"), ("contents", "hash")][what % 2];
            run(&format!(
                "DELETE FROM {table} WHERE {key} = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {})",
                what / 2 % 4
            )) > 0
        }
        Attack::LinkAnew { row: n } => {
            let Some((_, id)) = row(*n, &[0]) else { return false };
            run(&format!("UPDATE audit SET body = replace(body, '\"at\":\"2', '\"at\":\"1') WHERE rowid = {id}"));
            link_anew(&db);
            true
        }
        Attack::RollBack | Attack::RollBackAndGoOn => true,
    }
}

/// Makes every link of the log fit, as whoever knows how it is done can.
fn link_anew(db: &Connection) {
    let mut link = *blake3::hash(b"the audit log of AI Arena").as_bytes();
    let mut select = db.prepare("SELECT seq, body FROM audit ORDER BY seq").unwrap();
    let rows: Vec<(i64, String)> =
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    for (seq, body) in rows {
        link = *blake3::Hasher::new().update(&link).update(body.as_bytes()).finalize().as_bytes();
        db.execute("UPDATE audit SET link = ?2 WHERE seq = ?1", params![seq, link]).unwrap();
    }
}

async fn faults(path: &Path, kept: Vec<Kept>) -> Vec<String> {
    let store = SqliteStore::open(path, Access::ReadOnly).unwrap();
    let faults = examine(&store, kept).await.unwrap().faults;
    store.close().await;
    faults.into_iter().map(|fault| fault.to_string()).collect()
}

async fn check(early: &[Deed], late: &[Deed], attack: &Attack) -> Result<(), TestCaseError> {
    let home = tempfile::tempdir().unwrap();
    let (path, earlier) = (home.path().join("arena.db"), home.path().join("earlier.db"));
    let store = open(&path);
    for (n, deed) in early.iter().enumerate() {
        act(&store, deed, n).await;
    }
    let mut kept = vec![keep(&store).await];
    store.back_up(&earlier).await.unwrap();
    for (n, deed) in (early.len()..).zip(late) {
        act(&store, deed, n).await;
    }
    // So that the earlier copy is another: a match without an event has no head.
    act(&store, &Deed::Note, 0).await;
    kept.push(keep(&store).await);
    store.close().await;
    prop_assert_eq!(faults(&path, vec![]).await, Vec::<String>::new(), "untouched");
    prop_assert_eq!(faults(&path, kept.clone()).await, Vec::<String>::new(), "untouched");

    if !attacked(&path, &earlier, attack) {
        return Ok(());
    }
    if matches!(attack, Attack::RollBack | Attack::RollBackAndGoOn) {
        std::fs::rename(&earlier, &path).unwrap();
    }
    if matches!(attack, Attack::RollBackAndGoOn) {
        let store = open(&path);
        for (n, deed) in late.iter().enumerate() {
            act(&store, deed, n + 1_000).await;
        }
        store.close().await;
    }
    let found = faults(&path, kept.clone()).await;
    prop_assert!(!found.is_empty(), "{attack:?} was not found");
    // What is consistent in itself, only somebody who has kept something can tell.
    let needs_keeping = matches!(
        attack,
        Attack::CutEnd { table: 0, .. }
            | Attack::LinkAnew { .. }
            | Attack::RollBack
            | Attack::RollBackAndGoOn
            | Attack::Drop { .. }
    );
    if !needs_keeping {
        prop_assert!(!faults(&path, vec![]).await.is_empty(), "{attack:?} was not found without what is kept");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_to_a_database_past_the_arena_is_found(early in deeds(), late in deeds(), attack in attack()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(&early, &late, &attack))?;
    }
}
