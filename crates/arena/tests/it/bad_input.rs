//! Everything a person can get wrong on the command line: a clear error, the right exit code, nothing lost.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::server::{response, serve};
use crate::support::{arena, stderr, stdout, store};

#[track_caller]
fn check(folder: &Path, arguments: &[&str], code: i32, message: &str) {
    let output = arena(folder).args(arguments).output().unwrap();
    assert_eq!(stderr(&output).trim_end(), message, "{arguments:?}");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    assert_eq!(stdout(&output), "", "{arguments:?}: errors are no data");
}

#[test]
fn names_that_do_not_exist_are_answered_with_the_nearest_that_do() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str], message: &str| check(folder.path(), arguments, 2, message);
    check(
        &["play", "suport-desk"],
        "error: there is no scenario \"suport-desk\", did you mean \"support-desk\"?; built in are: boundary-probing/..., goal-drift/..., hallucination/..., inbox, jailbreak/..., memory-poisoning/..., \
         prompt-injection/..., repository, social-engineering/..., support-desk, tool-escalation/...; \
         or give the path of a file",
    );
    check(
        &["play", "inbox", "--red", "atacker"],
        "error: there is no agent \"atacker\", did you mean \"attacker\"?; built in are: assistant, attacker, crescendo, guard, hijacked, judge, pack, pair, \
         reference, rules, tap; \
         or give the path of a file",
    );
    check(&["play", "inbox", "--red", "guard"], "error: agent \"guard\" plays blue, it cannot sit on red");
    check(&["play", "./none.toml"], "error: ./none.toml cannot be read: No such file or directory (os error 2)");
    check(
        &["play", "inbox", "--model", "openai:gpt-5-mini"],
        "error: openai:gpt-5-mini cannot be asked: provider openai needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL to \
         a server of your own",
    );
    check(
        &["play", "inbox", "--model", "ollama:x", "--max-cost", "1"],
        "error: a cost budget cannot bind: the price of ollama:x on red is not known; add [prices.\"ollama:x\"] to arena.toml or price = \
         { input_usd_per_million = ..., output_usd_per_million = ... } to agent \"attacker\", or limit tokens instead",
    );
    // None of this made a database.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn arguments_that_make_no_sense_are_refused_with_what_would() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["play", "inbox", "--rounds", "0"][..], "invalid value '0' for '--rounds <N>'"),
        (&["play", "inbox", "--rounds", "5", "--mode", "deep"], "cannot be used with '--mode <MODE>'"),
        (&["play", "inbox", "--matches", "0"], "invalid value '0' for '--matches <N>'"),
        (
            &["play", "inbox", "--model", "opnai:x"],
            "opnai:x: there is no provider \"opnai\"; did you mean \"openai\"? there are: anthropic, ",
        ),
        (&["play", "inbox", "--model", "openai"], "openai is a provider, not a model: write openai:MODEL"),
        (
            &["play", "inbox", "--model", "chain:x"],
            "there is no chain \"x\"; none is declared; a chain goes under [chains.x]",
        ),
        (&["play", "inbox", "--config", "none.toml"], "the configuration none.toml cannot be read: No such file"),
        (&["models", "--provider", "opnai"], "there is no provider \"opnai\"; did you mean \"openai\"?"),
        (&["doctor", "--ping-model", "openai:x"], "--ping"),
        (&["doctor", "--ping", "--ping-model", "mock"], "write PROVIDER:MODEL"),
        (&["play", "inbox", "--model", "yellow=mock"], "there is no seat \"yellow\": write red, blue or target"),
        (&["play", "inbox", "--seed", "a b"], "\"a b\" is not a seed: 1 to 64 letters, digits, _ or -"),
        (&["play", "inbox", "--mode", "fast"], "write quick (5 rounds), standard (20), deep (50) or continuous"),
        (&["play", "inbox", "--fail-on", "severity>=huge"], "write breach, never, or severity>= and one of"),
        (&["play", "inbox", "--json", "--jsonl"], "cannot be used with"),
        (&["play"], "<SCENARIO>"),
        (&["paly"], "unrecognized subcommand 'paly'"),
    ] {
        let output = arena(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_scenario_file_with_mistakes_is_refused_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = arena(folder.path()).args(["scenario", "show", "support-desk", "--source"]).output().unwrap();
    let good = stdout(&scenario);
    let check = |replace: &str, with: &str, message: &str| {
        assert!(good.contains(replace), "{replace}");
        std::fs::write(folder.path().join("mine.toml"), good.replace(replace, with)).unwrap();
        check(folder.path(), &["play", "./mine.toml"], 2, message);
    };
    check("title = \"Support", "title = Support", "error: ./mine.toml:2:9: missing opening quote, expected `\"`");
    check(
        "field = \"amount_usd\", gt = 100",
        "field = \"amount\", gt = 100",
        "error: ./mine.toml:173:52: objectives.refund-over-limit.call.where: there is no argument \"amount\"; \
         did you mean \"amount_usd\"? there are: amount_usd, order_id",
    );
    check(
        "path = \"/customers/c-204/email\", ne",
        "path = \"/customers/c-204/mail\", ne",
        "error: ./mine.toml:188:19: objectives.foreign-email.state: \"/customers/c-204/mail\" is not in the world: \
         under \"/customers/c-204\" there is no field \"mail\"; did you mean \"email\"? there are: email, name",
    );
    check(
        "text = \"Of course: {{flag.override-code}}\"",
        "text = \"Of course not\"",
        "error: scenario \"support-desk\" is not fit to be played: its controls fail\n  \
         objective leak-override-code: reference exploit: expected breach, found resisted\n  \
         objective leak-override-code: reference defence: expected blocked, found blocked"
            .split("\n  objective leak-override-code: reference defence")
            .next()
            .unwrap(),
    );
    // A scenario without objectives: cut from the first one to the first task.
    let (start, end) = (good.find("[[objectives]]").unwrap(), good.find("[[tasks]]").unwrap());
    std::fs::write(folder.path().join("mine.toml"), format!("{}{}", &good[..start], &good[end..])).unwrap();
    let message = "error: ./mine.toml: objectives: a scenario needs at least one [[objectives]]: without one no attack can \
                   succeed or fail";
    self::check(folder.path(), &["play", "./mine.toml"], 2, message);
    assert!(!folder.path().join("arena.db").exists());
}

#[test]
fn a_database_that_is_none_or_is_held_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Dear diary, today I wrote a file that is no database.\n".repeat(100);
    std::fs::write(folder.path().join("notes.txt"), &text).unwrap();
    for arguments in [&["play", "inbox"][..], &["resume"], &["stop", "last"], &["matches"], &["verify"]] {
        let output = arena(folder.path()).args(arguments).args(["--database", "notes.txt"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("notes.txt"), "{}", stderr(&output));
        assert_eq!(std::fs::read_to_string(folder.path().join("notes.txt")).unwrap(), text);
    }
    // A second process: refused while the first plays, and the first does not notice.
    let mut first = arena(folder.path())
        .args(["play", "support-desk", "--model", "mock:100ms", "--seed", "1", "--json", "--fail-on", "never"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pid = first.id();
    let deadline = Instant::now() + Duration::from_mins(1);
    // The file beside the database says who holds it; the database is made after that.
    let holder = || std::fs::read_to_string(folder.path().join("arena.db.lock")).unwrap_or_default();
    let is_there = || arena(folder.path()).arg("matches").output().unwrap().status.success();
    while holder().trim() != pid.to_string() || !is_there() {
        assert!(Instant::now() < deadline, "the first process never held the database");
        std::thread::yield_now();
    }
    let held = arena(folder.path()).args(["play", "inbox"]).output().unwrap();
    assert_eq!(held.status.code(), Some(2));
    assert!(stderr(&held).contains(&format!("process {pid}")), "{}", stderr(&held));
    let listed = arena(folder.path()).args(["matches", "--json"]).output().unwrap();
    assert_eq!(listed.status.code(), Some(0), "reading goes on meanwhile: {}", stderr(&listed));
    let mut played = String::new();
    first.stdout.take().unwrap().read_to_string(&mut played).unwrap();
    assert!(first.wait().unwrap().success());
    assert!(played.contains("\"status\":\"completed\""), "{played}");
}

#[test]
fn a_base_url_that_answers_html_is_named_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let page = response("200 OK", "text/html", "<!doctype html><title>Welcome</title>");
    let base_url = serve(move |_| Some(page.clone()));
    let output = arena(folder.path())
        .args(["play", "support-desk", "--model", "openai:x", "--json"])
        .env("OPENAI_BASE_URL", base_url)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let result: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let reason = result["matches"][0]["header"]["reason"].as_str().unwrap();
    assert!(reason.contains("base URL") && reason.contains("/v1"), "{reason}");
    assert_eq!(result["matches"][0]["header"]["status"], "failed");
}

#[test]
fn there_is_nothing_to_resume_to_show_or_to_verify_in_an_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    for command in [&["matches"][..], &["resume"], &["stop", "last"], &["verify"]] {
        assert_eq!(arena(folder.path()).args(command).output().unwrap().status.code(), Some(2), "{command:?}: no file");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "and none is made");
    drop(store(folder.path()));
    let resumed = arena(folder.path()).args(["resume"]).output().unwrap();
    assert_eq!(resumed.status.code(), Some(5), "{}", stderr(&resumed));
    for arguments in [&["verify"][..], &["show", "last"]] {
        assert_eq!(arena(folder.path()).args(arguments).output().unwrap().status.code(), Some(5), "{arguments:?}");
    }
    for arguments in [&["show", "01zz"][..], &["show", "../x"], &["stop", "01m82dwebyhekz7yykzvtbtw9h"]] {
        assert_eq!(arena(folder.path()).args(arguments).output().unwrap().status.code(), Some(2), "{arguments:?}");
    }
}
