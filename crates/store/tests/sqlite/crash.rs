//! `kill -9`: what was acknowledged is there, and nothing twice or half.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use arena_core::id::Seq;
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Append, Error, Kind, Put, Rev, Store};
use serde_json::json;

use crate::sample::{append, count, match_id, open};

/// Tells the child where the database is.
const DATABASE: &str = "ARENA_STORE_TEST_DATABASE";
const MATCHES: u32 = 32;
const KILLS: usize = 20;

/// Not a test: the process that is killed. Appends to all matches at once, and says `match seq` after each event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started and killed by the tests below"]
async fn appends_until_it_is_killed() {
    let path = PathBuf::from(std::env::var_os(DATABASE).expect("the parent names the database"));
    let store = Arc::new(open(&path));
    let appenders = (0..MATCHES).map(|n| tokio::spawn(append_forever(Arc::clone(&store), n)));
    for appender in appenders.collect::<Vec<_>>() {
        appender.await.unwrap();
    }
}

async fn append_forever(store: Arc<SqliteStore>, n: u32) {
    let id = match_id(n);
    let mut last = count(&store, id).await;
    loop {
        // The header says the number of the last event, so its revision is the same.
        let body = json!({ "status": "running", "last": last + 1 });
        let header = Put { kind: Kind::Match, id: id.to_string(), expected: Rev(last), body: body.into() };
        store.append(Append { header: Some(header), ..append(id, last, 300) }).await.unwrap();
        last += 1;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{n} {last}").and_then(|()| stdout.flush()).unwrap();
    }
}

/// Starts the child, past what the test runner prints before it.
fn start(path: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::appends_until_it_is_killed", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (child, stdout)
}

/// An acknowledgement; `None` for the test runner's words and for a line that the kill has cut.
fn acknowledged(line: &str) -> Option<(u32, u64)> {
    let (n, seq) = line.strip_suffix('\n')?.split_once(' ')?;
    Some((n.parse().ok()?, seq.parse().ok()?))
}

/// Reads lines until `n` acknowledgements have come, or to the end.
fn read(stdout: &mut BufReader<ChildStdout>, n: usize, lasts: &mut BTreeMap<u32, u64>) -> usize {
    let mut read = 0;
    let mut line = String::new();
    while read < n && stdout.read_line(&mut line).unwrap() > 0 {
        if let Some((n, seq)) = acknowledged(&line) {
            lasts.insert(n, seq);
            read += 1;
        }
        line.clear();
    }
    read
}

#[tokio::test]
async fn an_acknowledged_event_survives_kill_9() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let mut lasts = BTreeMap::new();
    // Any moments will do, as long as they differ; the process's number makes them differ from run to run.
    let mut moment = std::process::id() as usize;
    for kill in 0..KILLS {
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let n = 1 + (moment >> 33) % 400;
        let (mut child, mut stdout) = start(&path);
        assert_eq!(read(&mut stdout, n, &mut lasts), n, "kill {kill}: the child ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        read(&mut stdout, usize::MAX, &mut lasts);

        let store = open(&path);
        for (n, last) in &lasts {
            let id = match_id(*n);
            // Reading refuses gaps and other numbers than the expected.
            let stored = count(&store, id).await;
            assert!(
                stored >= *last,
                "kill {kill} after {moment}: match {n} has {stored} events, {last} were acknowledged"
            );
            let header = store.get(Kind::Match, &id.to_string()).await.unwrap().unwrap();
            assert_eq!(
                (header.rev, &header.body.read::<serde_json::Value>().unwrap()["last"]),
                (Rev(stored), &json!(stored)),
                "kill {kill}: match {n}"
            );
        }
        store.close().await;
    }
    assert!(lasts.len() > 1 && lasts.values().sum::<u64>() > 200, "too little happened: {lasts:?}");
}

#[tokio::test]
async fn another_process_writes_alone_while_we_read() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("arena.db");
    let (mut child, mut stdout) = start(&path);
    let mut lasts = BTreeMap::new();
    read(&mut stdout, 1, &mut lasts);

    match SqliteStore::open(&path, Access::ReadWrite).err() {
        Some(Error::InUse { pid, .. }) => assert_eq!(pid, Some(child.id())),
        other => panic!("{other:?}"),
    }
    let reader = SqliteStore::open(&path, Access::ReadOnly).unwrap();
    for (n, last) in &lasts {
        assert!(count(&reader, match_id(*n)).await >= *last, "what was acknowledged is seen");
    }
    assert!(!reader.records(match_id(0), Seq::ZERO, 1).await.unwrap().is_empty() || !lasts.contains_key(&0));
    child.kill().unwrap();
    child.wait().unwrap();
    // The lock went with the process.
    open(&path);
}
