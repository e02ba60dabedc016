//! What is old is taken away, and nothing else; what is left is whole, and the log tells of what went.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arena::clock::Clock;
use arena::config::{Config, Environment};
use arena::roster::Roster;
use arena::runner::Runner;
use arena::tools::Workshop;
use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_store::postgres::{self, Address, PostgresStore};
use arena_store::{Append, Blob, Kind, Put, Rev, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::postgres::Empty;
use crate::support::{arena, play, spec, stderr, stdout, store};

/// Runs the program in `folder`; its exit code and what it said.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = arena(folder).args(arguments).output().unwrap();
    (output.status.code(), stdout(&output), stderr(&output))
}

/// The same, which has to go well; what it printed.
fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = run(folder, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {out}{err}");
    out
}

fn json_of(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(folder, arguments)).unwrap()
}

/// A clock that stands.
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(24 * days)
}

/// Who plays so many days ago.
fn runner(store: &Arc<dyn Store>, days: i64) -> Runner {
    let roster = Roster::new(Config::of(&Environment::default()));
    let workshop = Arc::new(Workshop::new(&roster.config(), Duration::ZERO));
    Runner::new(Arc::clone(store), roster, Arc::new(At(days_ago(days))), workshop, 1_000)
}

/// A match that ended so many days ago.
async fn ended(store: &Arc<dyn Store>, days: i64) -> MatchId {
    play(&runner(store, days), spec("support-desk", &days.to_string(), "mock", 2)).await.0
}

/// One that was put down so many days ago: it can be played on.
async fn put_down(store: &Arc<dyn Store>, days: i64) -> MatchId {
    let runner = runner(store, days);
    let mut playing = runner.start(spec("inbox", "1", "mock:60000ms", 3)).await.unwrap();
    runner.close();
    playing.ended().await.unwrap();
    playing.id
}

/// A document with a moment, as many days ago.
async fn dated(store: &Arc<dyn Store>, kind: Kind, days: i64) {
    let body = json!({ "at": days_ago(days), "code": "x" });
    store.put(Put { kind, id: format!("{days:03}"), expected: Rev::NEW, body: body.into() }).await.unwrap();
}

fn text_of_an_agent() -> Blob {
    Blob::of(b"the text of an agent".to_vec())
}

/// The arena that most tests prune. Returns the matches: two that are old, two that stay.
async fn fill(store: &Arc<dyn Store>) -> [MatchId; 4] {
    let matches =
        [ended(store, 200).await, ended(store, 100).await, put_down(store, 150).await, ended(store, 80).await];
    for kind in [Kind::Denied, Kind::Request] {
        for days in [100, 91, 89, 1] {
            dated(store, kind, days).await;
        }
    }
    // An agent's text is a content, and no match names it. The others nobody names.
    let text = text_of_an_agent();
    let body =
        json!({ "status": "kept", "revisions": [{ "rev": 1, "hash": text.hash(), "at": days_ago(300), "by": "x" }] });
    let rest = (0..20_u8).map(|n| Blob::of(vec![n; 1_000]));
    store.keep(rest.chain([text]).collect()).await.unwrap();
    store.put(Put { kind: Kind::Agent, id: "mine".to_owned(), expected: Rev::NEW, body: body.into() }).await.unwrap();
    matches
}

/// Everything is as it was written, also by what was signed before.
fn assert_whole(folder: &Path, database: &str) {
    good(folder, &["verify", "--database", database]);
    let signed = ["--checkpoints", "audit.checkpoints", "--database", database];
    good(folder, &[&["audit", "verify"], &signed[..]].concat());
}

/// Signs how far the log went.
fn sign(folder: &Path, database: &str) {
    if !folder.join("audit.key").exists() {
        good(folder, &["audit", "keygen", "audit.key"]);
    }
    let line = good(folder, &["audit", "checkpoint", "--key", "audit.key", "--database", database]);
    let path = folder.join("audit.checkpoints");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(path, before + &line).unwrap();
}

fn prunes(folder: &Path, database: &str, [old, older, paused, young]: [MatchId; 4]) {
    let with = |arguments: &[&str]| -> Vec<String> {
        arguments.iter().chain(&["--database", database]).map(|&argument| argument.to_owned()).collect()
    };
    let run_with = |arguments: &[&str]| {
        let arguments = with(arguments);
        run(folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let good_with = |arguments: &[&str]| {
        let (code, out, err) = run_with(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {out}{err}");
        out
    };
    let ids = |told: &Value| -> Vec<String> {
        told["matches"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let (older_name, young_name) = (older.to_string(), young.to_string());
    sign(folder, database);
    good_with(&["export", "--match", &older_name, "older.jsonl"]);
    let before = good_with(&["export", "-"]);

    // What would go is said, and nothing goes.
    let would: Value =
        serde_json::from_str(&good_with(&["prune", "--older-than", "90d", "--dry-run", "--json"])).unwrap();
    let said = good_with(&["prune", "--older-than", "90d", "--dry-run"]);
    assert!(said.contains(": 2 matches with") && said.contains(&older_name), "{said}");
    assert_eq!(good_with(&["export", "-"]), before);
    let log = good_with(&["audit", "log", "--limit", "1000"]);
    assert!(!log.contains("pruned"), "{log}");

    let told: Value =
        serde_json::from_str(&good_with(&["prune", "--older-than", "90d", "--by", "ada", "--json"])).unwrap();
    for key in ["counts", "content_bytes", "matches", "left"] {
        assert_eq!(told[key], would[key], "{key}");
    }
    assert_eq!((&would["dry_run"], &told["dry_run"]), (&json!(true), &json!(false)));
    assert_eq!(ids(&told), [old.to_string(), older_name.clone()], "the oldest first");
    let counts = &told["counts"];
    assert_eq!(
        (&counts["n_matches"], &counts["n_documents"], &counts["n_contents"]),
        (&json!(2), &json!(6), &json!(20))
    );
    assert_eq!((&told["content_bytes"], &told["left"]), (&json!(20_000), &json!([])));
    assert_whole(folder, database);

    // What is there, and what is not.
    let mut listed = ids(&serde_json::from_str(&good_with(&["matches", "--json"])).unwrap());
    listed.sort();
    assert_eq!(listed, [paused.to_string(), young_name.clone()]);
    for command in ["show", "report", "verify", "replay"] {
        let (code, out, err) = run_with(&[command, &older_name]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{command}: {err}");
        assert!(err.contains(&format!("there is no match \"{older_name}\"")), "{command}: {err}");
    }
    good_with(&["show", &young_name]);
    let after = good_with(&["export", "-"]);
    assert!(!after.contains(&older_name) && !after.contains(&old.to_string()));
    let text = format!("{{\"content\":{{\"hash\":\"{}\"", text_of_an_agent().hash());
    assert!(before.contains("\"content\"") && after.matches("\"content\"").count() == 1 && after.contains(&text));
    for kept in ["089", "001", "mine"] {
        assert!(after.contains(&format!("\"id\":\"{kept}\"")), "{kept}");
    }
    // The log tells who, and of what.
    let log = good_with(&["audit", "log", "--limit", "1000"]);
    for told in ["pruned", "ada", &format!("events of match {older_name}"), "denied 100", "request 091"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    // Once more there is nothing to do, and nothing is told of it.
    let head = good_with(&["audit", "log", "--limit", "1", "--json"]);
    let again = good_with(&["prune", "--older-than", "90d"]);
    assert!(again.contains("nothing was changed"), "{again}");
    assert_eq!(good_with(&["audit", "log", "--limit", "1", "--json"]), head);
    sign(folder, database);

    // What somebody has kept comes back, and goes again.
    good_with(&["import", "older.jsonl"]);
    good_with(&["show", &older_name]);
    assert_whole(folder, database);
    good_with(&["prune", "--older-than", "12w"]);
    assert_whole(folder, database);
    // All that is over; what can be played on is, and then goes too.
    good_with(&["prune", "--older-than", "0h"]);
    let listed: Value = serde_json::from_str(&good_with(&["matches", "--json"])).unwrap();
    assert_eq!(ids(&listed), [paused.to_string()]);
    assert_whole(folder, database);
    good_with(&["stop", &paused.to_string()]);
    let last = good_with(&["prune", "--older-than", "0d"]);
    assert!(last.contains(": 1 match with"), "{last}");
    good_with(&["audit", "verify", "--checkpoints", "audit.checkpoints"]);
    assert!(good_with(&["export", "-"]).contains(&text));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_goes_and_what_is_left_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let store = store(folder);
    let matches = fill(&store).await;
    store.close().await;
    prunes(folder, "arena.db", matches);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_a_server_of_postgresql() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Empty::make());
    let address = Address::parse(&server.address()).unwrap();
    let store = PostgresStore::open(&address, postgres::Access::ReadWrite(vec![])).await.unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let matches = fill(&store).await;
    store.close().await;
    prunes(folder.path(), &server.address(), matches);
}

#[tokio::test(flavor = "multi_thread")]
async fn pruning_that_is_killed_anywhere_loses_nothing_and_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, n_old) = (folder.path(), 30);
    let store = store(folder);
    let mut young = Vec::new();
    for n in 0..n_old {
        ended(&store, 100 + n).await;
        if n % 10 == 0 {
            young.push(ended(&store, n).await.to_string());
        }
    }
    for n in 0..40_u64 {
        store.keep((0..20).map(|m| Blob::of((n * 20 + m).to_le_bytes().repeat(2_000))).collect()).await.unwrap();
        dated(&store, Kind::Denied, 100 + i64::try_from(n).unwrap()).await;
    }
    store.close().await;
    sign(folder, "arena.db");
    let one = |id: &str| good(folder, &["export", "-", "--match", id]);
    let before: Vec<String> = young.iter().map(|id| one(id)).collect();

    let (mut wait, mut n_cut_off, mut n_left) = (Duration::from_millis(30), 0, usize::MAX);
    loop {
        let mut pruning = arena(folder)
            .args(["prune", "--older-than", "90d"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let since = Instant::now();
        let mut ended = None;
        while ended.is_none() && since.elapsed() < wait {
            ended = pruning.try_wait().unwrap();
            std::thread::sleep(Duration::from_millis(2));
        }
        if let Some(status) = ended {
            assert_eq!(status.code(), Some(0));
            break;
        }
        pruning.kill().unwrap();
        pruning.wait().unwrap();
        // From the first instruction to the end, in small steps.
        wait = wait * 4 / 3;
        assert_whole(folder, "arena.db");
        let listed = json_of(folder, &["matches", "--limit", "1000", "--json"]);
        let listed = listed["matches"].as_array().unwrap().len();
        assert!(listed <= n_left, "what went came back");
        n_cut_off += usize::from(listed < n_left && n_left != usize::MAX && listed > young.len());
        n_left = listed;
    }
    assert!(n_cut_off > 0, "no attempt was cut off in the middle");
    assert_whole(folder, "arena.db");
    let counts = &json_of(folder, &["export", "all.jsonl", "--json"])["counts"];
    assert_eq!((&counts["n_matches"], &counts["n_contents"]), (&json!(young.len()), &json!(0)), "nothing is left over");
    assert_eq!(counts["n_documents"], json!(young.len()));
    assert_eq!(young.iter().map(|id| one(id)).collect::<Vec<_>>(), before, "what stays is the same to the byte");

    // A file keeps its size; a copy has none of what went.
    good(folder, &["backup", "copy.db"]);
    let size = |name: &str| std::fs::metadata(folder.join(name)).unwrap().len();
    assert!(size("copy.db") * 4 < size("arena.db"), "{} {}", size("copy.db"), size("arena.db"));
    assert_whole(folder, "copy.db");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_was_written_stays_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let store = store(folder);
    let [old, older, ..] = fill(&store).await;
    // A header that says more than the events do, and one that nobody can read.
    let document = store.get(Kind::Match, &older.to_string()).await.unwrap().unwrap();
    let running = put_down(&store, 300).await;
    let header = store.get(Kind::Match, &running.to_string()).await.unwrap().unwrap();
    let body = document.body;
    let put = Put { kind: Kind::Match, id: running.to_string(), expected: header.rev, body };
    store.put(put).await.unwrap();
    let damaged = Put {
        kind: Kind::Match,
        id: older.to_string(),
        expected: document.rev,
        body: json!({ "status": "completed", "at": "long ago" }).into(),
    };
    store.put(damaged).await.unwrap();
    store.close().await;
    for arguments in [&["--dry-run"][..], &[], &[]] {
        let (code, out, err) = run(folder, &[&["prune", "--older-than", "90d", "--json"], arguments].concat());
        assert_eq!(code, Some(1), "{out}{err}");
        let told: Value = serde_json::from_str(&out).unwrap();
        let left = told["left"].to_string();
        assert!(left.contains("its header says that it is over, and its events do not"), "{left}");
        assert!(left.contains(&older.to_string()) && left.contains("its header is damaged"), "{left}");
        assert_eq!(told["left"].as_array().unwrap().len(), 2);
        assert!(!told["matches"].to_string().contains(&running.to_string()));
    }
    let (code, out, err) = run(folder, &["prune", "--older-than", "90d"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("nothing was changed") && err.contains(&format!("match {running} stays: ")), "{out}{err}");
    assert!(!good(folder, &["export", "-"]).contains(&old.to_string()), "the others go");
    good(folder, &["audit", "verify"]);
}

/// A match of one event, in which this is said, that many days ago.
async fn said(store: &Arc<dyn Store>, days: i64, reason: &str) -> MatchId {
    let (id, at) = (MatchId::from_parts(days_ago(days), 1), days_ago(days));
    let record = Record { seq: Seq(1), at, event: Event::Stopped { reason: reason.to_owned() } };
    let body = json!({ "status": "stopped", "at": at });
    let header = Some(Put { kind: Kind::Match, id: id.to_string(), expected: Rev::NEW, body: body.into() });
    store.append(Append { id, after: Seq::ZERO, records: vec![record], header }).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_stays_as_long_as_something_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let store = store(folder);
    let blobs: Vec<Blob> = ["of old", "of both", "of young", "of nobody"].map(|text| Blob::of(text.into())).into();
    let [old, both, young, nobody] = [0, 1, 2, 3].map(|n| blobs[n].hash().to_owned());
    store.keep(blobs).await.unwrap();
    said(&store, 100, &format!("first: {old} {both}")).await;
    said(&store, 50, &format!("second: {both} {young}")).await;
    store.close().await;
    let contents = || {
        let export = good(folder, &["export", "-"]);
        [&old, &both, &young, &nobody].map(|hash| export.contains(&format!("\"content\":{{\"hash\":\"{hash}")))
    };
    let prunes = |span: &str, expected| {
        let (code, out, err) = run(folder, &["prune", "--older-than", span]);
        assert_eq!(code, Some(expected), "{out}{err}");
        err
    };
    // One event is not what was written: nobody knows what it names, nor whether more than that was changed.
    let mangle = |from: &str, to: &str| {
        let mut bytes = std::fs::read(folder.join("arena.db")).unwrap();
        let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(from.as_bytes())).collect();
        assert!(!places.is_empty(), "{from}");
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        }
        std::fs::write(folder.join("arena.db"), bytes).unwrap();
    };
    mangle("first: ", "fiRst: ");
    let err = prunes("90d", 1);
    assert!(err.contains("event 1 of match") && err.contains("every content stays"), "{err}");
    mangle("fiRst: ", "first: ");
    mangle("second: ", "secoNd: ");
    let err = prunes("90d", 1);
    assert!(err.contains("every content stays: nobody knows what still names them"), "{err}");
    mangle("secoNd: ", "second: ");
    assert_eq!(json_of(folder, &["export", "left.jsonl", "--json"])["counts"]["n_matches"], 1, "the old one went");
    assert_eq!(contents(), [true; 4]);
    prunes("90d", 0);
    assert_eq!(contents(), [false, true, true, false]);
    good(folder, &["audit", "verify"]);
    prunes("30d", 0);
    assert_eq!(contents(), [false; 4]);
    good(folder, &["audit", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_said_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (code, _, err) = run(folder, &["prune", "--older-than", "90d"]);
    assert!(code == Some(2) && err.contains("there is no database"), "{err}");
    assert!(!folder.join("arena.db").exists());
    let held = store(folder);
    let id = ended(&held, 100).await.to_string();
    for span in
        ["", "90", "d", "-1d", "1.5d", "90m", "3 months", "90s", "1y", "100001d", "99999999999999999999d", "９d"]
    {
        let (code, out, err) = run(folder, &["prune", &format!("--older-than={span}")]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{span}: {err}");
        assert!(err.contains("write hours, days or weeks: 36h, 90d, 12w") || span.is_empty(), "{span}: {err}");
    }
    let (code, _, err) = run(folder, &["prune"]);
    assert!(code == Some(2) && err.contains("--older-than"), "{err}");
    // Somebody writes: what would go can be said.
    let (code, _, err) = run(folder, &["prune", "--older-than", "90d"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("is in use by process") && err.contains("stop the server"), "{err}");
    let said = good(folder, &["prune", "--older-than", "90d", "--dry-run"]);
    assert!(said.contains(&id) && said.contains("would be removed from arena.db: 1 match with"), "{said}");
    held.close().await;
    good(folder, &["show", &id]);
    let none = good(folder, &["prune", "--older-than", "100000w"]);
    assert!(none.contains("nothing was changed"), "{none}");
    good(folder, &["show", &id]);
}
