//! Chains and the cache as the file configures them: who was asked for, who answered, at what cost.

use std::path::Path;

use serde_json::Value;

use crate::doctor::{PONG, server};
use crate::support::{arena, stderr, stdout};

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
        "[providers.away]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1\"\n\
         [providers.good]\nkind = \"openai\"\nbase_url = \"{}\"\n\
         [chains.careful]\nmodels = [\"away:m\", \"good:m\"]\nattempts = 1\n\
         [prices.\"good:m\"]\ninput_usd_per_million = 1\noutput_usd_per_million = 1\n",
        server("200 OK", PONG)
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
    let provider = format!("[providers.good]\nkind = \"openai\"\nbase_url = \"{}\"\n", server("200 OK", PONG));
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
    let url = server("200 OK", r#"{"reply":{"text":"hello"}}"#);
    let file = format!(
        "[providers.own]\nkind = \"http\"\nurl = \"{url}\"\nheaders = {{ authorization = \"Bearer {{key}}\" }}\n\
         body = '{{\"message\": {{message}}}}'\nanswer = \"/reply/text\"\n"
    );
    std::fs::write(folder.path().join("arena.toml"), file).unwrap();
    assert_eq!(replies(folder.path(), "own:v2", "text")[0], "hello");
    assert_eq!(replies(folder.path(), "own", "answered_by")[0], "own");
}
