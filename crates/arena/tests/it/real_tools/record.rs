//! The record of real tools: it verifies, it brings a workspace back, and shows what was done to it.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::bench::{Bench, came, events};
use super::script::{Say, call};

#[test]
fn a_match_that_was_killed_gets_its_workspace_back_exactly() {
    let make = "mkdir -p deep/er empty bin && head -c 100000 /dev/urandom > deep/er/blob && printf '#!/bin/sh\\necho ran\\n' > bin/run \
                && chmod 750 bin/run && ln -s deep/er/blob link && touch $'odd\\xff name%' && chmod 600 $'odd\\xff name%' && rm gone";
    let look = "find . -printf '%y %m %p %l\\n' | sort; cat deep/er/blob | sha256sum; bin/run";
    let bench = Bench::new(
        &[("gone", "x"), ("kept", "y")],
        [
            call("execute_command", json!({"command": make})),
            call("execute_command", json!({"command": look})),
            Say::Hang,
            call("execute_command", json!({"command": look})),
        ],
    );
    let mut child = bench.play().stdout(Stdio::piped()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut lines = Vec::new();
    for line in stdout.lines() {
        lines.push(line.unwrap());
        if lines.iter().filter(|line| line.contains("tool_returned")).count() == 2 {
            break;
        }
    }
    // It has asked for more, and waits: the one that goes on asks again.
    while bench.script.asked().len() < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = came(&events(lines.join("\n").as_bytes()));
    assert!(
        before[1].told.contains("ran") && before[1].told.contains("l 777 ./link deep/er/blob"),
        "{}",
        before[1].told
    );
    let output = bench.arena(&["resume", "--jsonl", "--fail-on", "never"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let after = came(&events(&output.stdout));
    assert_eq!(after.last().unwrap().told, before[1].told);
}

#[test]
fn the_trail_says_what_was_done_and_a_changed_byte_is_found() {
    let bench = Bench::new(
        &[],
        [
            call("execute_command", json!({"command": "echo harmless > file; seq 1 20000"})),
            call("write_to_file", json!({"path": "/etc/x", "content": ""})),
        ],
    );
    bench.came();
    let run = |arguments: &[&str]| bench.arena(arguments).output().unwrap();
    let listed: Value = serde_json::from_slice(&run(&["audit", "list", "--json"]).stdout).unwrap();
    let calls = listed["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["call"]["permission"]["rule"], json!("execute_command, write_to_file"));
    assert_eq!(calls[1]["call"]["permission"]["permission"], json!("denied"));
    let seq = calls[0]["call"]["returned"]["seq"].to_string();
    let shown = String::from_utf8(run(&["audit", "show", "last", &seq]).stdout).unwrap();
    assert!(
        shown.contains("\n9999\n") && shown.contains("set       /files/file to \"harmless\\n\""),
        "the whole output"
    );

    let verified: Value = serde_json::from_slice(&run(&["audit", "verify", "--json"]).stdout).unwrap();
    let head = verified["matches"][0]["head"].as_str().unwrap().to_owned();
    assert_eq!(verified["matches"][0]["good"], json!(true));
    assert!(run(&["audit", "verify", "last", "--expect", &head]).status.success());
    assert_eq!(run(&["audit", "verify", "last", "--expect", &"0".repeat(64)]).status.code(), Some(1));
    assert!(run(&["verify"]).status.success());

    let path = bench.folder.path().join("arena.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // The last place is the live one: a page that was moved leaves its old text behind.
    let places: Vec<usize> = (0..bytes.len() - 8).filter(|place| bytes[*place..].starts_with(b"harmless")).collect();
    for place in &places {
        bytes[*place] = b'c';
    }
    std::fs::write(&path, bytes).unwrap();
    for command in [&["audit", "verify"][..], &["verify"]] {
        let output = run(command);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stdout).unwrap().contains("its hash does not fit"));
    }
}
