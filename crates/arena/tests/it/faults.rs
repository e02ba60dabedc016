//! What a database does to those who rely on it: a server that goes down in mid-match, a disk that is full, a file that
//! cannot be written. Nothing acknowledged is lost, nothing is written twice, and the message says what to do.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::postgres::Server;
use crate::serve::{Served, ask, client, until_it_is};
use crate::support::{arena, stderr, stdout};

/// The upshot of each match, by its seed: how many events of each kind.
fn upshots(folder: &Path, database: &str) -> String {
    let sql = "select m.seed, e.type, count(*) as n from matches m join events e on e.match_id = m.id \
               where m.status = 'completed' group by m.seed, e.type order by m.seed, e.type";
    let output = arena(folder).args(["query", sql, "--csv", "--limit", "100000", "--database", database]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn a_server_that_is_restarted_in_the_middle_of_a_hundred_matches_costs_none_of_them_anything() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    let play = |database: &str, model: &str| {
        let mut command = arena(folder.path());
        let matches = ["play", "support-desk", "--seed", "fault", "--matches", "100", "--concurrency", "100"];
        command.args(matches).args(["--model", model, "--fail-on", "never", "--database", database]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let undisturbed = play("arena.db", "mock").output().unwrap();
    assert_eq!(undisturbed.status.code(), Some(0), "{}", stderr(&undisturbed));

    let database = server.address();
    let mut playing = play(&database, "mock:150ms").spawn().unwrap();
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(700));
        server.crash();
        assert!(playing.try_wait().unwrap().is_none(), "it ended before the server was stopped");
        std::thread::sleep(Duration::from_millis(300));
        server.go();
    }
    let played = playing.wait_with_output().unwrap();
    assert_eq!(played.status.code(), Some(0), "{}", stderr(&played));
    assert_eq!(upshots(folder.path(), &database), upshots(folder.path(), "arena.db"));
    for check in [["verify", "--database"], ["audit verify", "--database"]] {
        let checked = arena(folder.path()).args(check[0].split(' ')).args([check[1], &database]).output().unwrap();
        assert_eq!(checked.status.code(), Some(0), "{}{}", stdout(&checked), stderr(&checked));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_server_is_down_the_api_says_503_and_goes_on_when_it_is_back() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start());
    let running = Served::start_as(folder.path(), &["--rate", "0", "--database", &server.address()]);
    let client = client();
    let body = json!({"scenario": "support-desk", "rounds": 100, "models": {"all": "mock:20ms"}});
    let (status, created) = ask(&client, Method::POST, &running.api("/matches"), Some(body.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    let id = created["id"].as_str().unwrap();
    // Under way: what it writes is waited for longer than what is read.
    while ask(&client, Method::GET, &running.api(&format!("/matches/{id}")), None).await.1["n_judged"] == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.crash();
    let (status, problem) = ask(&client, Method::GET, &running.api("/matches"), None).await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &"unavailable".into()), "{problem}");
    server.go();
    let (status, _) = ask(&client, Method::GET, &running.api("/matches"), None).await;
    assert_eq!(status, StatusCode::OK);
    until_it_is(&client, &running, id, "completed").await;
    running.kill();
}

/// Runs `script` where `disk` is a file system of 24 MiB in memory, for itself alone.
fn on_a_small_disk(folder: &Path, script: &str) -> (Option<i32>, String) {
    let disk = folder.join("disk");
    std::fs::create_dir_all(&disk).unwrap();
    let script = format!("mount -t tmpfs -o size=24m none disk && {script}");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "bash", "-c", &script])
        .current_dir(folder)
        .env("ARENA", env!("CARGO_BIN_EXE_arena"))
        .env("XDG_CONFIG_HOME", folder)
        .output()
        .unwrap();
    (output.status.code(), stdout(&output) + &stderr(&output))
}

#[test]
fn a_full_disk_is_told_and_what_was_acknowledged_is_played_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = on_a_small_disk(
        folder.path(),
        "$ARENA play support-desk --matches 400 --rounds 30 --model mock --fail-on never --database disk/arena.db --jsonl >lines 2>said; \
         echo first $?; cat said; cp disk/arena.db* . && rm -rf disk/* && $ARENA verify >verified; echo verified $?; \
         $ARENA audit verify >audited; echo audited $?; $ARENA resume --fail-on never >resumed 2>&1; echo resumed $?; \
         $ARENA verify --json >verified; echo again $?; $ARENA query 'select match_id, seq from events' --csv --limit 10000000 >kept",
    );
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("first 3\n") && said.contains("there is no room left for database"), "{said}");
    assert!(said.contains("make room and repeat"), "{said}");
    for step in ["verified 0", "audited 0", "resumed 0", "again 0"] {
        assert!(said.contains(step), "{step}: {said}");
    }
    // A line is printed once its event is acknowledged.
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let kept: std::collections::HashSet<String> = read("kept").lines().map(str::to_owned).collect();
    let lines = read("lines");
    assert!(lines.lines().count() > 1_000, "{said}");
    for line in lines.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let named = format!("{},{}", event["match"].as_str().unwrap(), event["seq"]);
        assert!(kept.contains(&named), "{named} was acknowledged and is gone");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = on_a_small_disk(
        folder.path(),
        "$ARENA play support-desk --fail-on never --database disk/arena.db >/dev/null 2>&1; cp disk/arena.db before; \
         mount -o remount,ro disk && $ARENA play support-desk --database disk/arena.db; echo played $?; \
         $ARENA matches --database disk/arena.db; echo listed $?; cmp before disk/arena.db",
    );
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("played 2") && said.contains("listed 2"), "{said}");
    assert!(said.contains("arena.db.lock\": Read-only file system") && said.contains("copy it to one"), "{said}");
}
