//! `arena mock-llm` as a process: what it prints, how it ends, and what it does not take.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;

fn mock_llm(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arena"));
    command.arg("mock-llm").args(arguments).env("NO_COLOR", "1").env_remove("ARENA_LOG");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn it_prints_where_it_is_and_at_the_end_what_it_did() {
    for signal in ["TERM", "INT"] {
        let mut child = mock_llm(&["--listen", "127.0.0.1:0", "--json"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let at: Value = serde_json::from_str(&line).unwrap();
        let address = at["address"].as_str().unwrap();
        assert_eq!(at["openai_base_url"], format!("http://{address}/v1"));
        assert_eq!(at["anthropic_base_url"], format!("http://{address}"));
        assert_eq!(at["gemini_base_url"], format!("http://{address}"));
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        let killed = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{signal}");
        let said: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(said["stats"]["by_path"]["GET /v1/models"], 1, "{signal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_is_played_against_it_with_every_round_decided() {
    let server = crate::client::server().await;
    let folder = tempfile::tempdir().unwrap();
    let mut play = Command::new(env!("CARGO_BIN_EXE_arena"));
    play.args(["play", "support-desk", "--seed", "1", "--model", "openai:mock", "--fail-on", "never", "--json"]);
    play.current_dir(folder.path()).env("OPENAI_BASE_URL", server.openai_base_url()).env_remove("OPENAI_API_KEY");
    play.env_remove("ARENA_DATABASE").env_remove("HTTP_PROXY").env_remove("http_proxy");
    let output = tokio::task::spawn_blocking(move || play.output()).await.unwrap().unwrap();
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let header = &result["matches"][0]["header"];
    assert_eq!((&header["status"], &header["score"]["n_void"]), (&"completed".into(), &0.into()), "{header}");
    assert!(server.stats().by_path["POST /v1/chat/completions"] > 10);
}

#[test]
fn arguments_that_make_no_sense_are_refused_with_what_would() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, expected) in [
        (&["--listen", "localhost"][..], "write an IP address and a port, such as 127.0.0.1:18080"),
        (&["--listen", "0.0.0.0:0"], "other machines could reach it there"),
        (&["--listen", "0.0.0.0:0"], "add --allow-remote if that is meant"),
        (&["--listen", &taken], "--listen 127.0.0.1:0 takes a free port"),
        (&["--latency", "soon"], "write milliseconds between 0 and 86400000"),
        (&["--tokens", "0"], "0 is not in 1..=100000"),
        (&["--tokens", "5", "--text", "hi"], "cannot be used with"),
        (&["--tool-calls", "2"], "write a number from 0 to 1"),
        (&["--requests-per-minute", "0"], "number would be zero"),
        (&["--seed", "a b"], "\"a b\" is not a seed"),
        (&["--fault", "retset"], "there is no fault \"retset\", did you mean \"reset\"?"),
        (&["--fault", "500@soon"], "after @ write a share from 0 to 1, first-N or every-N"),
        (&["--fault", "429:later"], "a wait is told as one of: vendor, none, seconds"),
    ] {
        let output = mock_llm(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}: errors are no data");
    }
}

#[test]
fn the_help_has_every_fault_and_examples() {
    let output = mock_llm(&["--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for part in ["429[:FORM[=WAIT]]", "tool-without-index", "x-ratelimit-reset", "first-N", "x-mock-fault", "Examples:"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
}
