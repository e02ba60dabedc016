//! Chains and the cache as the file configures them: who was asked for, who answered, at what cost.

use std::path::Path;
use std::sync::Arc;

use arena::clock::SystemClock;
use arena::config::{Config, Environment};
use arena::feed::Feed;
use arena::roster::Roster;
use arena::runner::{Put, Runner};
use arena_core::id::Seq;
use serde_json::Value;

use crate::server::{PONG, saying};
use crate::support::{arena, header, spec, stderr, stdout, store};

/// The Target's answers in the record of one round, as `key` of each reply.
fn replies(folder: &Path, model: &str, key: &str) -> Vec<Value> {
    let model = format!("target={model}");
    let arguments =
        ["play", "support-desk", "--seed", "3", "--rounds", "1", "--blue", "none", "--jsonl", "--model", &model];
    let output = arena(folder).args(arguments).output().unwrap();
    let lines = stdout(&output);
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found: Vec<Value> = events
        .filter(|event| event["type"] == "model_replied" && event["seat"] == "target")
        .map(|event| event["reply"][key].clone())
        .collect();
    assert!(!found.is_empty(), "{}", stderr(&output));
    found
}

#[test]
fn the_next_of_a_chain_answers_and_the_record_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!(
        "{}[chains.careful]\nmodels = [\"away:m\", \"good:m\"]\nattempts = 1\n\
         [prices.\"good:m\"]\ninput_usd_per_million = 1\noutput_usd_per_million = 1\n",
        two_providers(&saying("200 OK", PONG))
    );
    std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    assert_eq!(replies(folder.path(), "chain:careful", "requested")[0], "chain:careful");
    assert_eq!(replies(folder.path(), "chain:careful", "answered_by")[0], "good:m");
    let attempts = &replies(folder.path(), "chain:careful", "attempts")[0];
    assert_eq!((&attempts[0]["model"], &attempts[0]["class"]), (&"away:m".into(), &"network".into()));
    // Seven tokens read, one written, each a millionth of a dollar.
    assert_eq!(replies(folder.path(), "good:m", "cost_nanousd")[0], 8_000);
}

#[test]
fn an_answer_is_kept_where_the_file_wants_it_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let provider = format!("[providers.good]\nkind = \"openai\"\nbase_url = \"{}\"\n", saying("200 OK", PONG));
    let write = |file: &str| std::fs::write(folder.path().join("arena.toml"), format!("{provider}{file}")).unwrap();
    let is_cached = || replies(folder.path(), "good:m", "cached")[0] == true;
    write("");
    assert!(!is_cached() && !is_cached());
    write("[cache]\nenabled = true\nfolder = \"answers\"\n");
    assert!(!is_cached(), "nothing was kept before");
    assert!(is_cached());
    assert!(folder.path().join("answers").is_dir());
}

#[test]
fn an_agent_behind_a_template_plays_with_the_key_in_its_header() {
    let folder = tempfile::tempdir().unwrap();
    let url = saying("200 OK", r#"{"reply":{"text":"hello"}}"#);
    let file = format!(
        "[providers.own]\nkind = \"http\"\nurl = \"{url}\"\nheaders = {{ authorization = \"Bearer {{key}}\" }}\n\
         body = '{{\"message\": {{message}}}}'\nanswer = \"/reply/text\"\n"
    );
    std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    assert_eq!(replies(folder.path(), "own:v2", "text")[0], "hello");
    assert_eq!(replies(folder.path(), "own", "answered_by")[0], "own");
}

/// A provider that is away, and one at `base_url`.
fn two_providers(base_url: &str) -> String {
    format!(
        "[providers.away]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1\"\n\
         [providers.good]\nkind = \"openai\"\nbase_url = \"{base_url}\"\n"
    )
}

#[test]
fn a_match_is_the_mocks_if_the_mock_answered_and_not_because_it_might_have() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!(
        "{}[chains.rescued]\nmodels = [\"away:m\", \"mock\"]\nattempts = 1\n\
         [chains.well]\nmodels = [\"good:m\", \"mock\"]\n",
        two_providers(&saying("200 OK", PONG))
    );
    std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    let run = |arguments: &[&str]| stdout(&arena(folder.path()).args(arguments).output().unwrap());
    for (model, is_mock) in [("chain:rescued", true), ("chain:well", false)] {
        let played = run(&["play", "support-desk", "--rounds", "1", "--seed", "3", "--blue", "none", "--model", model]);
        // The head stands there before anybody answered.
        assert!(!played.lines().nth(1).unwrap().contains("MOCK"), "{model}: {played}");
        assert_eq!(played.contains("MOCK stands in"), is_mock, "{model}: {played}");
        assert_eq!(played.contains("1 with MOCK players"), is_mock, "{model}: {played}");
        assert_eq!(run(&["replay", "last"]).contains("MOCK"), is_mock, "{model}");
        assert_eq!(run(&["show", "last"]).contains("figures say nothing"), is_mock, "{model}");
        let header: Value = serde_json::from_str(&run(&["show", "last", "--json"])).unwrap();
        assert_eq!(header["header"]["mock"], is_mock, "{model}");
        let newest = run(&["matches", "--limit", "1"]);
        assert_eq!(newest.contains("MOCK"), is_mock, "{model}: {newest}");
        let seen = run(&["show", "last", "--jsonl", "--audience", "spectator"]);
        assert_eq!(seen.contains("\"answered_by\":\"mock\""), is_mock, "{model}: {seen}");
    }
}

#[test]
fn who_never_asks_a_model_does_not_make_a_match_the_mocks() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("arena.toml"), two_providers(&saying("200 OK", PONG))).unwrap();
    for (red, blue, is_mock) in
        [("pack", "none", false), ("pack", "rules", false), ("attacker", "rules", true), ("pack", "guard", true)]
    {
        let seats = ["play", "support-desk", "--red", red, "--blue", blue, "--model", "target=good:m"];
        let output = arena(folder.path()).args(seats).args(["--fail-on", "never", "--json"]).output().unwrap();
        let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(summary["matches"][0]["header"]["mock"], is_mock, "{red} and {blue}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_is_put_down_after_the_mock_stood_in_is_listed_as_its_match() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    // Takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let file = format!(
        "{}[chains.rescued]\nmodels = [\"away:m\", \"mock\"]\nattempts = 1\n",
        two_providers(&format!("http://{}/v1", silent.local_addr().unwrap()))
    );
    let config = Config::parse("arena.toml", &file, &Environment::default()).unwrap();
    let workshop = Arc::new(arena::tools::Workshop::new(&config, std::time::Duration::ZERO));
    let runner = Runner::new(Arc::clone(&store), Roster::new(config), Arc::new(SystemClock), workshop, 1);
    let mut spec = (*spec("support-desk", "3", "good:m", 1)).clone();
    spec.red.model = "chain:rescued".parse().unwrap();
    let mut playing = runner.start(spec.into()).await.unwrap();
    let mut feed = Feed::new(store.clone(), runner.bus(), playing.id, Seq::ZERO);
    let replied =
        async { while !feed.next().await.unwrap().iter().any(|record| record.event.word() == "model_replied") {} };
    tokio::time::timeout(std::time::Duration::from_mins(1), replied).await.unwrap();
    runner.close();
    assert!(matches!(playing.ended().await.unwrap(), Put::Down(_)));
    let header = header(&*store, playing.id).await;
    assert_eq!((&*header.status, header.mock), ("running", true));
    store.close().await;
    let verified = arena(folder.path()).args(["verify"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", stdout(&verified));
}

#[test]
fn a_cost_that_is_limited_needs_the_price_of_every_model_of_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let chain = "[chains.both]\nmodels = [\"away:m\", \"good:m\", \"mock\"]\n";
    let file = format!("{}{chain}", two_providers("http://127.0.0.1:1/v1"));
    let play = |file: &str, model: &str| {
        std::fs::write(folder.path().join("arena.toml"), file).unwrap();
        let arguments = ["play", "support-desk", "--rounds", "1", "--max-cost", "1", "--model"];
        let output = arena(folder.path()).args(arguments).arg(format!("red={model}")).output().unwrap();
        (output.status.code(), stderr(&output))
    };
    let price = |model: &str| format!("[prices.\"{model}\"]\ninput_usd_per_million = 1\noutput_usd_per_million = 1\n");
    let refused = "error: a cost budget cannot bind: chain:both on red has models of no known price; add ";
    let why = format!("{refused}[prices.\"away:m\"] and [prices.\"good:m\"] to arena.toml, or limit tokens instead\n");
    assert_eq!(play(&file, "chain:both"), (Some(2), why));
    let file = file + &price("away:m");
    let why = format!("{refused}[prices.\"good:m\"] to arena.toml, or limit tokens instead\n");
    assert_eq!(play(&file, "chain:both"), (Some(2), why));
    // What is advised is taken. Then nobody but the mock is there, and the mock answers.
    let (code, said) = play(&(file.clone() + &price("good:m")), "chain:both");
    assert!(!said.contains("error"), "{code:?} {said}");
    let (code, said) = play(&file, "chain:none");
    assert!(code == Some(2) && said.contains("there is no chain"), "what is not there has no price to look up: {said}");
}

#[test]
fn kept_answers_that_cannot_be_used_stop_nothing_and_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let file =
        format!("{}[cache]\nenabled = true\nfolder = \"taken/answers\"\n", two_providers(&saying("200 OK", PONG)));
    std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    let play = || {
        let arguments = ["play", "support-desk", "--rounds", "2", "--fail-on", "never", "--model", "target=good:m"];
        let output = arena(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stderr(&output)
    };
    assert_eq!(play(), "");
    std::fs::remove_dir_all(folder.path().join("taken")).unwrap();
    std::fs::write(folder.path().join("taken"), "a file").unwrap();
    let said = play();
    assert!(said.starts_with("warning: kept answers could not be used ") && said.lines().count() == 1, "{said}");
    assert!(said.contains("response cache: could not "), "{said}");
}
