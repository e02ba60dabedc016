//! Whoever can write the file, and is not the arena: what they did is found, and where.

use std::path::Path;

use arena_core::id::Seq;
use arena_store::audit::{Kept, examine};
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Append, Blob, Kind, Note, Put, Rev, Store};
use rusqlite::Connection;
use serde_json::json;

use crate::sample::{append, match_id, open};

const CHANGED: &str = "its hash does not fit: it, or one before it, was changed after it was written";
const OTHER: &str = "it is another than the audit log names: it, or one before it, was written anew";
const GONE: &str = "it is gone: the audit log says that the match has it";
const STRANGE: &str = "the audit log knows nothing of it: the arena did not write it, or removed it";
const UNKNOWN: &str = "the audit log knows none: the arena did not write it, or removed it";

fn put(kind: Kind, id: &str, expected: u64, text: &str) -> Put {
    Put { kind, id: id.to_owned(), expected: Rev(expected), body: json!({ "text": text }).into() }
}

/// A closed database, and what somebody keeps of it. Entries 1 to 11: three of tokens, then two matches, then contents.
async fn make(path: &Path) -> Kept {
    let store = open(path);
    store.put(put(Kind::Token, "a", 0, "one")).await.unwrap();
    store.put(put(Kind::Token, "b", 0, "two")).await.unwrap();
    store.put(put(Kind::Token, "a", 1, "three")).await.unwrap();
    for n in [1, 2] {
        let id = match_id(n);
        store.append(append(id, 0, 50)).await.unwrap();
        store.append(append(id, 1, 50)).await.unwrap();
        let header = Some(put(Kind::Match, &id.to_string(), 0, "header"));
        store.append(Append { header, ..append(id, 2, 50) }).await.unwrap();
    }
    store.append(append(match_id(2), 3, 50)).await.unwrap();
    store.keep([b"red".to_vec(), b"blue".to_vec()].map(Blob::of).into()).await.unwrap();
    let (seq, link) = store.notes_head().await.unwrap();
    store.close().await;
    Kept { seq, link }
}

async fn faults(path: &Path, kept: Vec<Kept>) -> Vec<String> {
    let store = SqliteStore::open(path, Access::ReadOnly).unwrap();
    let found = examine(&store, kept).await.unwrap();
    found.faults.into_iter().map(|fault| fault.to_string()).collect()
}

/// What is done, and what is found.
type Case = (String, Vec<String>);

fn case<const N: usize>(sql: impl Into<String>, found: [String; N]) -> Case {
    (sql.into(), found.into())
}

fn documents() -> Vec<Case> {
    let of = |name: &str, what: &str| format!("document {name}: {what}");
    let changed = || of(r#"token "b""#, "revision 1 is not the text that was written");
    vec![
        case("UPDATE documents SET body = replace(body, 'two', 'ten')", [changed()]),
        // The same to who reads it as JSON.
        case("UPDATE documents SET body = body || ' ' WHERE id = 'b'", [changed()]),
        case(
            r#"UPDATE documents SET rev = 1, body = '{"text":"one"}' WHERE id = 'a'"#,
            [of(r#"token "a""#, "revision 1 stands, 2 should")],
        ),
        case("DELETE FROM documents WHERE id = 'a'", [of(r#"token "a""#, "it is gone; revision 2 should stand")]),
        case(
            "INSERT INTO documents VALUES ('token', 'c', 1, '{}')",
            [of(r#"token "c""#, &format!("revision 1 stands, and {UNKNOWN}"))],
        ),
        case(
            "INSERT INTO documents VALUES ('zzz', '', 1, '{}')",
            [of(r#"zzz """#, &format!("revision 1 stands, and {UNKNOWN}"))],
        ),
        case(
            "UPDATE documents SET id = iif(id = 'a', 'b ', 'a') WHERE kind = 'token';
             UPDATE documents SET id = 'b' WHERE id = 'b '",
            [of(r#"token "a""#, "revision 1 stands, 2 should"), of(r#"token "b""#, "revision 2 stands, 1 should")],
        ),
    ]
}

fn events() -> Vec<Case> {
    let [one, two, three] = [1, 2, 3].map(match_id);
    let of = |seq: u64, id, what: &str| format!("event {seq} of match {id}: {what}");
    vec![
        case(
            "DELETE FROM events WHERE seq = 3",
            [of(3, one, GONE), of(3, two, "it is missing, or was moved"), of(3, two, GONE)],
        ),
        case(
            "UPDATE events SET body = replace(body, 'xx', 'xy') WHERE seq = 2",
            [of(2, one, CHANGED), of(2, two, CHANGED)],
        ),
        case(
            "UPDATE events SET link = zeroblob(32) WHERE seq = 3",
            [of(3, one, CHANGED), of(3, one, OTHER), of(3, two, CHANGED), of(3, two, OTHER)],
        ),
        case(format!("DELETE FROM events WHERE match_id = '{one}'"), [of(3, one, GONE)]),
        case(
            format!("INSERT INTO events SELECT '{three}', seq, body, link FROM events WHERE match_id = '{one}'"),
            [of(1, three, CHANGED), format!("match {three}: {STRANGE}")],
        ),
        // Nobody had noted it: its match is under way.
        case("DELETE FROM events WHERE seq > 3", []),
    ]
}

fn content(text: &str) -> String {
    Blob::of(text.as_bytes().to_vec()).hash().to_owned()
}

fn contents() -> Vec<Case> {
    let of = |text: &str, what: &str| format!("content {}: {what}", content(text));
    vec![
        case(
            "UPDATE contents SET bytes = x'00' WHERE bytes = x'726564'",
            [of("red", "its hash does not fit: it was changed after it was written")],
        ),
        case(
            "DELETE FROM contents WHERE bytes = x'726564'",
            [of("red", "it is gone; the audit log says that it was kept")],
        ),
        case(
            format!("INSERT INTO contents VALUES ('{}', CAST('more' AS BLOB))", content("more")),
            [of("more", STRANGE)],
        ),
    ]
}

fn log() -> Vec<Case> {
    let of = |seq: u64, what: &str| format!("entry {seq} of the audit log: {what}");
    let missing = "it is missing, or was moved";
    vec![
        case("UPDATE audit SET body = replace(body, 'token', 'agent') WHERE seq = 2", [of(2, CHANGED)]),
        case("UPDATE audit SET link = zeroblob(31) WHERE seq = 2", [of(2, CHANGED)]),
        case("DELETE FROM audit WHERE seq = 1", [of(1, missing)]),
        case("DELETE FROM audit WHERE seq = 5", [of(5, missing)]),
        case(
            "UPDATE audit SET seq = 100 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 2;
             UPDATE audit SET seq = 2 WHERE seq = 100",
            [of(2, CHANGED)],
        ),
        case("INSERT INTO audit SELECT 12, body, link FROM audit WHERE seq = 3", [of(12, CHANGED)]),
        case(
            "DELETE FROM audit WHERE seq > 2",
            [
                "entry 3 of the audit log: it is gone, and all up to entry 11, which somebody has kept: the end was cut off, \
                 or this is an older copy"
                    .to_owned(),
                format!("document match \"{}\": revision 1 stands, and {UNKNOWN}", match_id(1)),
                format!("document match \"{}\": revision 1 stands, and {UNKNOWN}", match_id(2)),
                "document token \"a\": revision 2 stands, 1 should".to_owned(),
                format!("content {}: {STRANGE}", content("blue")),
                format!("content {}: {STRANGE}", content("red")),
                format!("match {}: {STRANGE}", match_id(1)),
                format!("match {}: {STRANGE}", match_id(2)),
            ],
        ),
    ]
}

#[tokio::test]
async fn what_was_done_to_the_file_is_named_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("whole.db");
    let kept = make(&whole).await;
    assert_eq!(kept.seq, 11);
    assert_eq!(faults(&whole, vec![kept]).await, [""; 0]);

    for (sql, expected) in [documents(), events(), contents(), log()].concat() {
        let path = home.path().join("tampered.db");
        std::fs::copy(&whole, &path).unwrap();
        Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
        assert_eq!(faults(&path, vec![kept]).await, expected, "{sql}");
    }
}

/// What the log has told of a match is not forgotten with it: who changes one cannot have it removed to be rid of that.
#[tokio::test]
async fn a_match_that_was_changed_and_then_removed_is_found_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let (whole, path) = (home.path().join("whole.db"), home.path().join("tampered.db"));
    make(&whole).await;
    let (one, two) = (match_id(1), match_id(2));
    let of = |id, what: &str| vec![format!("match {id}: {what}")];
    let added = format!("INSERT INTO events SELECT '{}', seq, body, link FROM events", match_id(3));
    for (sql, id, header, expected) in [
        (String::new(), one, 1, vec![]),
        // Its last event came after what the log was told.
        (String::new(), two, 1, vec![]),
        (
            format!("DELETE FROM events WHERE seq = 3 AND match_id = '{one}'"),
            one,
            1,
            of(one, "it was removed when it had 2 events; the audit log says that it had 3"),
        ),
        (
            format!("UPDATE events SET link = zeroblob(32) WHERE seq = 3 AND match_id = '{one}'"),
            one,
            1,
            of(
                one,
                "it was removed as another than the audit log names: event 3, or one before it, had been written anew",
            ),
        ),
        (
            format!("{added} WHERE match_id = '{one}'"),
            match_id(3),
            0,
            of(match_id(3), "it was removed, and the arena had not written it"),
        ),
    ] {
        std::fs::copy(&whole, &path).unwrap();
        Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
        let store = open(&path);
        let (last, _) = store.head(id).await.unwrap().unwrap();
        store.remove(id, last, Rev(header)).await.unwrap();
        store.close().await;
        assert_eq!(faults(&path, vec![]).await, expected, "{sql}");
    }
}

/// The arena itself goes on as if nothing had been: only what was kept elsewhere tells.
#[tokio::test]
async fn an_older_copy_that_was_written_on_is_found_by_what_was_kept() {
    let home = tempfile::tempdir().unwrap();
    let (path, older) = (home.path().join("arena.db"), home.path().join("older.db"));
    make(&path).await;
    std::fs::copy(&path, &older).unwrap();
    let store = open(&path);
    for n in 0..5 {
        store.note(vec![Note::Happened { topic: "request".to_owned(), body: json!({ "n": n }) }]).await.unwrap();
    }
    let (seq, link) = store.notes_head().await.unwrap();
    store.close().await;

    let store = open(&older);
    for _ in 0..2 {
        store
            .append(append(match_id(3), store.head(match_id(3)).await.unwrap().map_or(0, |(Seq(seq), _)| seq), 9))
            .await
            .unwrap();
    }
    store.put(put(Kind::Agent, "x", 0, "")).await.unwrap();
    store.close().await;
    assert_eq!(faults(&older, vec![]).await, [""; 0]);
    let found = faults(&older, vec![Kept { seq, link }]).await;
    assert!(found.len() == 1 && found[0].starts_with("entry 14 of the audit log: it is gone"), "{found:?}");
    let store = open(&older);
    for n in 0..5 {
        store.put(put(Kind::Agent, "y", n, "")).await.unwrap();
    }
    store.close().await;
    let found = faults(&older, vec![Kept { seq, link }]).await;
    assert!(found.len() == 1 && found[0].starts_with("entries 1 to 16 of the audit log: one of them"), "{found:?}");
}
