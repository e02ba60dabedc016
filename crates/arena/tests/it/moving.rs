//! Arenas that are moved: into files, out of them, into another database, there and back, killed in the middle.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Blob, Store};
use serde_json::{Value, json};

use crate::postgres::Empty;
use crate::support::{arena, stderr, stdout, store};

/// Runs the program in `folder`; its exit code and what it said.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output: Output = arena(folder).args(arguments).output().unwrap();
    (output.status.code(), stdout(&output), stderr(&output))
}

/// The same, which has to go well; what it printed.
fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = run(folder, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {out}{err}");
    out
}

/// An arena with matches that are over, one that is paused, one that was cut off, a token, and contents.
async fn arena_with_everything(folder: &Path) {
    for seed in ["1", "2"] {
        good(folder, &["play", "support-desk", "--rounds", "2", "--seed", seed, "--fail-on", "never"]);
    }
    good(folder, &["token", "create", "ci", "--scope", "read"]);
    let mut cut_off = arena(folder)
        .args(["play", "inbox", "--rounds", "3", "--model", "mock:200ms", "--jsonl", "--fail-on", "never"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until(|| good(folder, &["matches", "--json"]).contains("\"running\""));
    std::thread::sleep(Duration::from_millis(500));
    cut_off.kill().unwrap();
    cut_off.wait().unwrap();
    let store = store(folder);
    store.keep((0..30_u32).map(|n| Blob::of(n.to_le_bytes().repeat(1_000))).collect()).await.unwrap();
    store.close().await;
}

fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came to be");
}

/// The bytes of a whole export.
fn export(folder: &Path, database: &str) -> Vec<u8> {
    let output = arena(folder).args(["export", "-", "--database", database]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    output.stdout
}

/// A file with other lines, whose last line fits them.
fn sealed(lines: &[String]) -> String {
    let mut text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    let n = |begins: &str| lines.iter().filter(|line| line.starts_with(begins)).count();
    let counts = json!({
        "n_contents": n("{\"content\""), "n_matches": n("{\"head\""), "n_events": n("{\"event\""),
        "n_documents": n("{\"document\""),
    });
    let hash = blake3::hash(text.as_bytes()).to_hex();
    text += &json!({"end": {"counts": counts, "hash": hash.as_str()}}).to_string();
    text + "\n"
}

/// The lines of an export but the last.
fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arena_that_is_moved_there_and_back_is_the_same_to_the_byte_and_plays_on() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, server) = (folder.path(), Empty::make());
    arena_with_everything(folder).await;
    let before = export(folder, "arena.db");
    let moved = good(folder, &["migrate", "--from", "arena.db", "--to", &server.address(), "--json"]);
    let moved: Value = serde_json::from_str(&moved).unwrap();
    assert_eq!((&moved["counts"]["n_matches"], &moved["counts"]["n_contents"]), (&json!(3), &json!(30)));
    assert!(!moved.to_string().contains("trust") && moved["changed"] == true, "{moved}");
    assert_eq!(export(folder, &server.address()), before);
    let back = good(folder, &["migrate", "--from", &server.address(), "--to", "sqlite:back.db"]);
    assert!(back.contains("back.db has all of postgres://") && back.contains("3 matches"), "{back}");
    assert_eq!(export(folder, "back.db"), before);

    for place in [&*server.address(), "back.db"] {
        let verified = good(folder, &["verify", "--database", place]);
        assert_eq!(verified.matches("good").count(), 3, "{verified}");
        good(folder, &["audit", "verify", "--database", place]);
        good(folder, &["resume", "--fail-on", "never", "--database", place]);
        let matches = good(folder, &["matches", "--json", "--database", place]);
        assert_eq!(matches.matches("\"completed\"").count(), 3, "{matches}");
        good(folder, &["verify", "--database", place]);
        assert_ne!(export(folder, place), before, "it was played on");
    }
    assert_eq!(export(folder, "arena.db"), before, "the one that was moved stays as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_twice_is_done_once_and_what_stands_in_the_way_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    arena_with_everything(folder).await;
    let before = export(folder, "arena.db");
    good(folder, &["migrate", "--from", "arena.db", "--to", "copy.db"]);
    let again = good(folder, &["migrate", "--from", "arena.db", "--to", "copy.db"]);
    assert!(again.contains("is the same as arena.db already: nothing was changed"), "{again}");

    good(folder, &["play", "inbox", "--rounds", "1", "--fail-on", "never", "--database", "other.db"]);
    let other = export(folder, "other.db");
    for (from, to, says) in [
        ("arena.db", "arena.db", "--from and --to are the same database"),
        ("arena.db", "./arena.db", "--from and --to are the same database"),
        ("arena.db", "other.db", "holds another arena: move into one that is empty"),
        ("missing.db", "new.db", "there is no database"),
    ] {
        let (code, out, err) = run(folder, &["migrate", "--from", from, "--to", to]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{from} {to}: {err}");
        assert!(err.contains(says), "{from} {to}: {err}");
    }
    assert!(!folder.join("missing.db").exists() && !folder.join("new.db").exists());
    // Somebody writes: neither an export nor a move would be of one moment.
    let held = store(folder);
    for arguments in [&["export", "x.jsonl"][..], &["migrate", "--from", "arena.db", "--to", "new.db"]] {
        let (code, _, err) = run(folder, arguments);
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("is in use by process"), "{err}");
    }
    held.close().await;
    assert_eq!((export(folder, "arena.db"), export(folder, "other.db")), (before, other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_killed_anywhere_loses_nothing_and_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, server) = (folder.path(), Empty::make());
    arena_with_everything(folder).await;
    let store = store(folder);
    for n in 0..20_u64 {
        store.keep((0..20).map(|m| Blob::of((n * 20 + m).to_le_bytes().repeat(2_000))).collect()).await.unwrap();
    }
    store.close().await;
    let before = export(folder, "arena.db");
    for to in [&*server.address(), "moved.db"] {
        let arguments = ["migrate", "--from", "arena.db", "--to", to];
        let (mut n_cut_off, mut wait) = (0, Duration::from_millis(30));
        loop {
            let mut moving =
                arena(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            let ended = wait_for(&mut moving, wait);
            if let Some(status) = ended {
                assert_eq!(status.code(), Some(0));
                break;
            }
            moving.kill().unwrap();
            moving.wait().unwrap();
            // From the first instruction to the end, in some ten steps.
            wait = wait * 3 / 2;
            // Before the first part there is nothing: no database, or an empty one.
            let (_, _, err) = run(folder, &["matches", "--database", to]);
            if !err.contains("was cut off") {
                continue;
            }
            n_cut_off += 1;
            // Whatever is there, nobody takes it for the whole.
            for command in
                [&["play", "inbox"][..], &["serve", "--listen", "127.0.0.1:0"], &["export", "-"], &["verify"]]
            {
                let (code, out, err) = run(folder, &[command, &["--database", to]].concat());
                assert_eq!((code, out.as_str()), (Some(2), ""), "{command:?}: {err}");
                let help = format!("end that with: arena migrate --from arena.db --to {}", shown(to));
                assert!(err.contains(&help), "{command:?}: {err}");
            }
            let (code, _, err) = run(folder, &["migrate", "--from", "moved-not.db", "--to", to]);
            assert_eq!(code, Some(2), "{err}");
        }
        assert!(n_cut_off > 0, "no attempt was cut off in the middle");
        assert_eq!(export(folder, to), before);
        good(folder, &["verify", "--database", to]);
    }
    assert_eq!(export(folder, "arena.db"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_cut_off_is_not_mixed_with_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    arena_with_everything(folder).await;
    good(folder, &["play", "inbox", "--rounds", "1", "--fail-on", "never", "--database", "other.db"]);
    let target = SqliteStore::open(&folder.join("to.db"), Access::ReadWrite);
    let target = target.unwrap();
    let from = folder.join("arena.db").canonicalize().unwrap().display().to_string();
    let underway = arena::moving::Underway { from, command: "arena migrate --from arena.db --to to.db".to_owned() };
    underway.begin(&target).await.unwrap();
    target.close().await;
    let (code, _, err) = run(folder, &["migrate", "--from", "other.db", "--to", "to.db"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("end that with: arena migrate --from arena.db --to to.db; or give it up: remove the file to.db")
    );
    good(folder, &["migrate", "--from", "arena.db", "--to", "to.db"]);
    assert_eq!(export(folder, "to.db"), export(folder, "arena.db"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_arena_goes_through_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    arena_with_everything(folder).await;
    let before = export(folder, "arena.db");
    let told: Value = serde_json::from_str(&good(folder, &["export", "arena.jsonl", "--json"])).unwrap();
    assert_eq!((&told["file"], &told["counts"]["n_contents"]), (&json!("arena.jsonl"), &json!(30)));
    assert_eq!(std::fs::read(folder.join("arena.jsonl")).unwrap(), before);
    let (code, _, err) = run(folder, &["export", "arena.jsonl"]);
    assert!(code == Some(3) && err.contains("exists"), "{err}");
    let imported = good(folder, &["import", "arena.jsonl", "--database", "new.db"]);
    assert!(imported.contains("new.db has 3 matches"), "{imported}");
    assert_eq!(export(folder, "new.db"), before);
    let again = good(folder, &["import", "arena.jsonl", "--database", "new.db"]);
    assert!(again.contains("is there already: nothing was changed"), "{again}");
    let piped = std::fs::File::open(folder.join("arena.jsonl")).unwrap();
    let piped = arena(folder).args(["import", "-", "--database", "piped.db"]).stdin(piped).output().unwrap();
    assert_eq!(piped.status.code(), Some(0), "{}", stderr(&piped));
    assert_eq!(export(folder, "piped.db"), before);
    // A token of the one is a token of the other; its secret is in neither.
    assert!(good(folder, &["token", "list", "--database", "piped.db"]).contains("ci"));

    good(folder, &["play", "inbox", "--rounds", "1", "--fail-on", "never", "--database", "other.db"]);
    let other = export(folder, "other.db");
    let (code, _, err) = run(folder, &["import", "arena.jsonl", "--database", "other.db"]);
    assert!(code == Some(2) && err.contains("holds an arena already"), "{err}");
    assert_eq!(export(folder, "other.db"), other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_is_handed_around_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    arena_with_everything(folder).await;
    let listed: Value = serde_json::from_str(&good(folder, &["matches", "--json"])).unwrap();
    let of = |status: &str| {
        let found = listed["matches"].as_array().unwrap().iter().find(|one| one["header"]["status"] == status).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let (over, running) = (of("completed"), of("running"));
    let (code, _, err) = run(folder, &["export", "--match", &running, "running.jsonl"]);
    assert!(code == Some(2) && err.contains("is not over") && !folder.join("running.jsonl").exists(), "{err}");
    good(folder, &["export", "--match", &over[..24], "match.jsonl"]);
    good(folder, &["play", "inbox", "--rounds", "1", "--fail-on", "never", "--database", "other.db"]);
    let imported = good(folder, &["import", "match.jsonl", "--database", "other.db", "--json"]);
    let imported: Value = serde_json::from_str(&imported).unwrap();
    assert_eq!((&imported["n_new_matches"], &imported["of"]), (&json!(1), &json!("matches")));
    let verified = good(folder, &["verify", "--database", "other.db"]);
    assert_eq!(verified.matches("good").count(), 2, "{verified}");
    let one = |database: &str| good(folder, &["export", "-", "--match", &over, "--database", database]);
    assert_eq!(one("other.db"), one("arena.db"));
    let stands = export(folder, "other.db");
    let again = good(folder, &["import", "match.jsonl", "--database", "other.db"]);
    assert!(again.contains("is there already: nothing was changed"), "{again}");
    assert_eq!(export(folder, "other.db"), stands);

    // What somebody could have made of it by hand.
    let whole = lines(&folder.join("match.jsonl"));
    let header = whole.iter().position(|line| line.starts_with("{\"document\"")).unwrap();
    let head = whole.iter().position(|line| line.starts_with("{\"head\"")).unwrap();
    let token = r#"{"document":{"kind":"token","id":"mine","rev":1,"body":{}}}"#.to_owned();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = whole.clone();
        change(&mut lines);
        sealed(&lines)
    };
    for (text, says) in [
        (with(&|lines| lines.push(token.clone())), "token \"mine\" does not belong"),
        (with(&|lines| drop(lines.remove(header))), "has no header"),
        (
            with(&|lines| lines[header] = lines[header].replacen("completed", "running", 1)),
            "has no header, or one that",
        ),
        (with(&|lines| drop(lines.remove(head - 1))), "the links of match"),
        (with(&|lines| drop(lines.remove(head))), "the last events of match"),
        (with(&|lines| lines.swap(head - 1, head - 2)), "event"),
        (with(&|lines| lines[head - 1] = lines[head - 2].clone()), "event"),
        (with(&|lines| lines.push(lines[header].clone())), "out of order, or twice"),
        (
            with(&|lines| lines.insert(1, "{\"content\":{\"hash\":\"00\",\"bytes\":\"AA==\"}}".to_owned())),
            "not those of their hash",
        ),
        (with(&|lines| lines[0] = lines[0].replacen("\"format\":1", "\"format\":2", 1)), "the export has format 2"),
        (with(&|lines| lines[0] = "{}".to_owned()), "line 1: this is no export"),
        (whole.join("\n") + "\n", "it was cut off"),
        (with(&|_| ()).trim_end().to_owned(), "it was cut off"),
        (with(&|_| ()) + "{}\n", "there is more after the last line"),
        (with(&|_| ()).replacen("\"n_matches\":1", "\"n_matches\":2", 1), "are not those that were written"),
        ("\0".repeat(100_000), "this is no export"),
        (String::new(), "this is no export"),
    ] {
        std::fs::write(folder.join("made.jsonl"), text).unwrap();
        for database in ["other.db", "fresh.db"] {
            let (code, out, err) = run(folder, &["import", "made.jsonl", "--database", database]);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{says}: {err}");
            assert!(err.contains(says), "{says}: {err}");
        }
        assert!(!folder.join("fresh.db").exists(), "{says}");
    }
    assert_eq!(export(folder, "other.db"), stands);

    // The same match, but not as far: who has more keeps it.
    let target = SqliteStore::open(&folder.join("further.db"), Access::ReadWrite);
    let target = target.unwrap();
    let id = over.parse().unwrap();
    let records = arena::runner::records(&*store_of(folder), id).await.unwrap();
    let mut header = arena::header::Header::of(&arena_core::engine::fold(&records[..3]).unwrap().unwrap());
    header.status = "completed".to_owned();
    let header = Some(header.put(id, arena_store::Rev::NEW));
    let append = arena_store::Append { id, after: arena_core::id::Seq::ZERO, records: records[..3].to_vec(), header };
    target.append(append).await.unwrap();
    target.close().await;
    let before = export(folder, "further.db");
    let (code, _, err) = run(folder, &["import", "match.jsonl", "--database", "further.db"]);
    assert!(code == Some(2) && err.contains("is there already and is another one"), "{err}");
    assert_eq!(export(folder, "further.db"), before);
}

fn store_of(folder: &Path) -> std::sync::Arc<dyn Store> {
    let store = SqliteStore::open(&folder.join("arena.db"), Access::ReadOnly);
    std::sync::Arc::new(store.unwrap())
}

/// Waits so long for the end of a process; how it ended, if it did.
fn wait_for(child: &mut std::process::Child, wait: Duration) -> Option<std::process::ExitStatus> {
    let since = std::time::Instant::now();
    while since.elapsed() < wait {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

/// As a place is shown: without a user.
fn shown(place: &str) -> String {
    match place.split_once('@') {
        Some((_, host)) => format!("postgres://{host}"),
        None => place.to_owned(),
    }
}
