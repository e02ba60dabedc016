//! A key is found nowhere but in the header that needs it: not after a match in which every call fails in another way,
//! against a server that says the key wherever it can.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::server::serve;
use crate::support::arena;

const KEY: &str = "sk-planted-Zq8vT3nL6wXr2yBd9fHj";

/// A part of it that long is as good as found.
const PART_CHARS: usize = 12;

/// The models of the server, each a way to fail; the last answers.
const WAYS: [&str; 12] =
    ["401", "429", "500", "503", "redirect", "page", "text", "garbled", "cut", "in-answer", "reset", "answer"];

/// Each provider with what its answer looks like; `KEY` stands for what was sent.
const ANSWERS: [(&str, &str); 4] = [
    (
        "openai",
        "data: {\"model\":\"KEY\",\"choices\":[{\"delta\":{\"content\":\"you sent KEY\"}}]}\n\n\
         data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"KEY\",\"function\":{\"name\":\"KEY\",\
         \"arguments\":\"{\\\"query\\\":\\\"KEY\\\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
    ),
    (
        "anthropic",
        "data: {\"type\":\"message_start\",\"message\":{\"model\":\"KEY\",\"usage\":{\"input_tokens\":1}}}\n\n\
         data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n\
         data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"you sent KEY\"}}\n\n\
         data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}\n\n\
         data: {\"type\":\"message_stop\"}\n\n",
    ),
    (
        "gemini",
        "data: {\"modelVersion\":\"KEY\",\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"you sent KEY\"}]}}]}\n\n\
         data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n",
    ),
    ("agent", "{\"text\":\"you sent KEY\"}"),
];

#[test]
fn case_68_no_key_is_anywhere_after_a_match_that_failed_in_every_way() {
    for (provider, answer) in ANSWERS {
        let folder = tempfile::tempdir().unwrap();
        let n_keys = Arc::new(AtomicUsize::new(0));
        let base_url = server(answer, Arc::clone(&n_keys));
        let targets: Vec<String> = WAYS.iter().map(|way| format!("\"{provider}:{way}\"")).collect();
        let config = format!(
            "[providers.{provider}]\n{}\n[chains.all]\nmodels = [{}]\nattempts = 1\n[cache]\nenabled = true\nfolder = \"kept\"\n",
            how(provider, &base_url),
            targets.join(", ")
        );
        std::fs::write(folder.path().join("arena.toml"), config).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = arena(folder.path());
            command.env("AGENT_KEY", KEY).env("ARENA_LOG", "trace").args(arguments).output().unwrap()
        };
        let ping = format!("{provider}:401");
        let outputs = [
            run(&["play", "support-desk", "--rounds", "1", "--model", "chain:all", "--record", "match.cassette"]),
            run(&["play", "support-desk", "--rounds", "1", "--model", &format!("{provider}:500"), "--jsonl"]),
            run(&["play", "support-desk", "--rounds", "1", "--model", &format!("{provider}:redirect"), "--json"]),
            run(&["show", "last", "--jsonl"]),
            run(&["replay", "last"]),
            run(&["verify", "--json"]),
            run(&["doctor", "--json"]),
            run(&["doctor", "--ping", "--ping-model", &ping]),
            run(&["models"]),
        ];
        // The controls: the server got the key, the match went through all ways, and what it said is what we look at.
        let said = String::from_utf8_lossy(&outputs[0].stderr).into_owned();
        assert!(
            n_keys.load(Ordering::Relaxed) > WAYS.len(),
            "{provider}: the server was not asked with the key: {said}"
        );
        let record = folder.path().join("match.cassette");
        let record = std::fs::read_to_string(record).unwrap();
        for word in ["auth", "rate_limited", "server", "overloaded", "not_an_api", "malformed", "network", "[key]"] {
            assert!(record.contains(word), "{provider}: no {word} in {record}");
        }
        let mut places: Vec<(String, Vec<u8>)> = files(folder.path());
        assert!(places.iter().any(|(name, _)| name.contains("arena.db")), "{provider}: there is no database");
        for (n, Output { stdout, stderr, .. }) in outputs.into_iter().enumerate() {
            places.push((format!("stdout of command {n}"), stdout));
            places.push((format!("stderr of command {n}"), stderr));
        }
        for (place, bytes) in places {
            let found = parts().find(|part| bytes.windows(PART_CHARS).any(|window| window == part.as_bytes()));
            assert_eq!(found, None, "{provider}: the key is in {place}");
        }
    }
}

/// How the provider is configured, its key header included.
fn how(provider: &str, base_url: &str) -> String {
    match provider {
        "agent" => format!(
            "kind = \"http\"\nurl = \"{base_url}\"\nkey_env = \"AGENT_KEY\"\n\
             headers = {{ authorization = \"Bearer {{key}}\" }}\n\
             body = '{{\"model\": {{model}}, \"message\": {{message}}}}'\nanswer = \"/text\""
        ),
        _ => format!("base_url = \"{base_url}\"\nkey_env = \"AGENT_KEY\""),
    }
}

/// Every part of the key that must not be found.
fn parts() -> impl Iterator<Item = &'static str> {
    (0..=KEY.len() - PART_CHARS).map(|start| &KEY[start..start + PART_CHARS])
}

/// Every file beneath `folder` with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                return files(&path);
            }
            // Sockets are no place for anything.
            std::fs::read(&path).map(|bytes| vec![(path.display().to_string(), bytes)]).unwrap_or_default()
        })
        .collect()
}

/// A server that says the key it was sent wherever a server can say something.
fn server(answer: &'static str, n_keys: Arc<AtomicUsize>) -> String {
    format!("{}/v1", serve(move |request| respond(request, answer, &n_keys)))
}

fn respond(request: &str, answer: &str, n_keys: &AtomicUsize) -> Option<String> {
    let n_before = request.matches(KEY).count();
    n_keys.fetch_add(n_before, Ordering::Relaxed);
    let way = WAYS.into_iter().find(|way| {
        request.contains(&format!("\"model\":\"{way}\"")) || request.contains(&format!("/models/{way}:"))
    })?;
    let error = "{\"error\":{\"message\":\"you sent KEY\",\"type\":\"KEY\",\"code\":\"KEY\",\"status\":\"KEY\"}}";
    // A stream without its last events; of what is no stream, the beginning.
    let cut = answer.split_once("\n\n").map_or("{\"text\":\"you sent KEY", |(first, _)| first);
    let (status, headers, body) = match way {
        "401" | "429" | "500" | "503" => (way, "x-request-id: KEY\r\nretry-after: KEY\r\n", error.to_owned()),
        "redirect" => ("302", "location: http://KEY.example/KEY?key=KEY\r\n", String::new()),
        "page" => ("200", "content-type: text/html\r\n", "<html>you sent KEY</html>".to_owned()),
        "text" => ("404", "", "you sent KEY".to_owned()),
        "garbled" => ("200", "x-request-id: KEY\r\n", "data: you sent KEY\n\n{you sent KEY".to_owned()),
        "in-answer" => ("200", "", error.to_owned()),
        "cut" => ("200", "", format!("{cut}\n\n")),
        "reset" => return None,
        _ => ("200", "request-id: KEY\r\n", answer.to_owned()),
    };
    Some(format!("HTTP/1.1 {status} KEY\r\nconnection: close\r\n{headers}\r\n{body}").replace("KEY", KEY))
}
