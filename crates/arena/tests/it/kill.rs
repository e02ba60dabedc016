//! `kill -9` of the real process at random moments while 50 matches run.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use arena::header::Header;
use arena::runner::records;
use arena_core::engine::fold;
use arena_core::id::MatchId;
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Repository, Store};
use serde_json::Value;

use crate::support::{arena, assert_sound, play, runner, spec, upshot};

const N_KILLS: usize = 100;
const N_MATCHES: usize = 50;
const LATENCY: &str = "mock:30ms";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_doubled_or_decided_otherwise_by_a_hundred_kills() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arena.db");
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let mut n_kills = 0;
    let mut batch = 0;
    while n_kills < N_KILLS {
        batch += 1;
        let batch_seed = format!("kill{batch}");
        let mut running = vec!["play", "support-desk", "--model", LATENCY, "--seed", &batch_seed, "--matches", "50"];
        loop {
            running.extend(["--concurrency", "50", "--jsonl", "--fail-on", "never"]);
            let killed = n_kills < N_KILLS && run_and_kill(folder.path(), &running, &mut seen);
            if !killed {
                break;
            }
            n_kills += 1;
            running = vec!["resume"];
        }
    }
    let finished =
        arena(folder.path()).args(["resume", "--concurrency", "50", "--json", "--fail-on", "never"]).output();
    // 5: the last process had finished everything.
    assert!([Some(0), Some(3), Some(5)].contains(&finished.unwrap().status.code()));

    let store = SqliteStore::open(&path, Access::ReadOnly).unwrap();
    let documents = Repository::<Header>::of(&store).find(&Repository::<Header>::query(10_000)).await.unwrap();
    assert!(documents.len() >= N_MATCHES / 2, "{} matches", documents.len());
    let undisturbed_folder = tempfile::tempdir().unwrap();
    let undisturbed_store = crate::support::store(undisturbed_folder.path());
    let undisturbed = runner(&undisturbed_store);
    let mut n_events = 0;
    for document in documents {
        assert_eq!(document.body.status, "completed");
        let id: MatchId = document.id.parse().unwrap();
        let records = records(&store, id).await.unwrap();
        n_events += records.len();
        assert_sound(&records);
        let last_seen = seen.remove(&document.id).unwrap_or(0);
        assert!(last_seen <= records.len() as u64, "event {last_seen} of {id} was seen and is gone");
        let game = fold(&records).unwrap().unwrap();
        let (_, reference, _) = play(&undisturbed, spec("support-desk", game.spec.seed.as_str(), "mock", 5)).await;
        assert_eq!(upshot(&game), upshot(&reference), "match {id}, seed {}", game.spec.seed);
    }
    assert!(seen.is_empty(), "matches were seen that are gone: {seen:?}");
    store.close().await;
    undisturbed_store.close().await;
    println!("{n_kills} kills, {batch} batches, {n_events} events");
}

/// Runs the binary and kills it after a random time; notes the last event it showed of each match.
/// `false` if it ended by itself before.
fn run_and_kill(folder: &Path, arguments: &[&str], seen: &mut BTreeMap<String, u64>) -> bool {
    let mut child = arena(folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || stdout.lines().map_while(Result::ok).collect::<Vec<String>>());
    let mut chance = [0; 2];
    getrandom::fill(&mut chance).unwrap();
    // The random moment is what this test is about: from the first instruction to most of a batch.
    std::thread::sleep(Duration::from_micros(u64::from(u16::from_le_bytes(chance)) * 12));
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    for line in reader.join().unwrap() {
        // The last line may be cut off.
        let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
        let (Some(id), Some(seq)) = (line["match"].as_str(), line["seq"].as_u64()) else { panic!("{line}") };
        let last = seen.entry(id.to_owned()).or_default();
        *last = (*last).max(seq);
    }
    !ended
}
