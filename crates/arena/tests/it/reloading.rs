//! A configuration that changes while matches are played: calls under way finish on the old one.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use arena::config::{Config, Environment};
use arena::roster::Roster;
use arena_core::id::Seat;
use arena_core::message::{Message, Request, Sampling};

use crate::server::{read_request, response};
use crate::support::arena;

const DEADLINE: Duration = Duration::from_mins(1);

fn config(base_url: &str) -> Config {
    Config::of(&Environment::from_iter([("OPENAI_BASE_URL", base_url)]))
}

fn accept_question(listener: &TcpListener) -> TcpStream {
    let mut stream = listener.accept().unwrap().0;
    read_request(&mut stream).unwrap();
    stream
}

fn answer(mut stream: TcpStream, text: &str) {
    let body = format!(r#"{{"choices":[{{"message":{{"content":"{text}"}},"finish_reason":"stop"}}]}}"#);
    stream.write_all(response("200 OK", "application/json", &body).as_bytes()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn case_64_a_call_under_way_finishes_on_the_configuration_it_began_with() {
    let (old, new) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let at = |listener: &TcpListener| config(&format!("http://{}/v1", listener.local_addr().unwrap()));
    let request = || Request {
        seat: Seat::Target,
        messages: vec![Message::User { text: "hello".to_owned() }],
        tools: vec![],
        schema: None,
        sampling: Sampling { temperature: None, max_output_tokens: 16 },
        seed: 1,
    };
    let spec = "openai:m".parse().unwrap();
    let roster = Roster::new(at(&old));
    let first = roster.model(&spec, None).unwrap();
    let call = tokio::spawn(async move { first.ask(&request(), &|_| {}).await });
    let under_way = tokio::task::spawn_blocking(move || accept_question(&old)).await.unwrap();
    roster.reload(at(&new));
    let second = roster.model(&spec, None).unwrap();
    let next = tokio::spawn(async move { second.ask(&request(), &|_| {}).await });
    let asked = tokio::task::spawn_blocking(move || accept_question(&new)).await.unwrap();
    answer(under_way, "old");
    answer(asked, "new");
    let text = |answered: Result<_, _>| -> String {
        let answered: arena_models::Answered = answered.unwrap();
        answered.reply.text
    };
    assert_eq!((text(call.await.unwrap()), text(next.await.unwrap())), ("old".to_owned(), "new".to_owned()));
}

/// Ends a process that a failed test left behind.
struct Playing(Child);

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_hang_up_without_a_terminal_reads_the_configuration_again_and_a_bad_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("arena.toml");
    std::fs::write(&file, "[timeouts]\nidle = 5\n").unwrap();
    let mut command = arena(folder.path());
    command.args(["play", "support-desk", "--mode", "continuous", "--model", "mock:100ms", "--jsonl"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut playing = Playing(command.spawn().unwrap());
    let mut out = BufReader::new(playing.0.stdout.take().unwrap()).lines();
    let mut err = BufReader::new(playing.0.stderr.take().unwrap()).lines();
    // Signals are caught before the first event.
    out.next().unwrap().unwrap();
    // Read on, so that the matches do not wait for us.
    std::thread::spawn(move || out.for_each(drop));
    let pid = playing.0.id().to_string();
    let signal = |name: &str| assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    signal("-HUP");
    assert_eq!(err.next().unwrap().unwrap(), "the configuration was read again");
    std::fs::write(&file, "[timeouts]\nidle = \"x\"\n").unwrap();
    signal("-HUP");
    assert_eq!(
        err.next().unwrap().unwrap(),
        "error: arena.toml:2:8: timeouts.idle: must be a number from 0.001 to 86400, not a text"
    );
    assert_eq!(err.next().unwrap().unwrap(), "the configuration stays as it was");
    signal("-TERM");
    let deadline = Instant::now() + DEADLINE;
    while playing.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it did not end");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(playing.0.wait().unwrap().code(), Some(130));
}
