//! What stands between a match and those around it, piece by piece: `cargo bench -p arena --bench micro`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

use std::net::{IpAddr, SocketAddr};

use arena::egress::{Gate, Request, Response, Route, Target};
use arena::live::Frame;
use arena::policy::{Policy, call};
use arena_core::id::{MatchId, Seq};
use arena_core::permissions::Permissions;
use arena_core::view::Shown;
use divan::{Bencher, black_box};
use jiff::Timestamp;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn main() {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    divan::main();
}

/// The text that goes to all who watch, made once for an event of some 500 bytes.
#[divan::bench]
fn frame_of_an_event(bencher: Bencher<'_, '_>) {
    let id = MatchId::from_parts(Timestamp::UNIX_EPOCH, 0);
    let event = json!({"type": "model_replied", "call": 7, "seat": "target", "reply": {"text": "x".repeat(400), "finish": "stop"}});
    let shown = Shown { seq: Seq(9), at: Timestamp::UNIX_EPOCH, event: Some(event) };
    bencher.with_inputs(|| shown.clone()).bench_values(|shown| Frame::of(id, shown));
}

/// A decision on a path, and on a line of two commands, with as many rules.
#[divan::bench(args = [
    (5, "read_file(src/a/b.rs)"), (100, "read_file(src/a/b.rs)"),
    (5, "execute_command(git status && git log)"), (100, "execute_command(git status && git log)"),
])]
fn decision_of_a_policy(bencher: Bencher<'_, '_>, (n_rules, example): (usize, &str)) {
    let policy = Policy::new(&permissions(n_rules), "agent", "match", "scenario").unwrap();
    bencher.bench(|| {
        let (tool, accesses) = call(black_box(example)).unwrap();
        policy.decide(tool, &accesses, false)
    });
}

/// Reading the rules of an agent.
#[divan::bench(args = [5, 100])]
fn rules_of_a_policy(bencher: Bencher<'_, '_>, n_rules: usize) {
    let permissions = permissions(n_rules);
    bencher.bench(|| Policy::new(black_box(&permissions), "agent", "match", "scenario").unwrap());
}

fn permissions(n_rules: usize) -> Permissions {
    let mut allow: Vec<String> = (0..n_rules - 2).map(|i| format!("read_file(folder{i}/**)")).collect();
    allow.extend(["read_file(src/**)".to_owned(), "execute_command(git *)".to_owned()]);
    Permissions { allow, ..Permissions::default() }
}

/// The server's address, and no other.
struct Here(SocketAddr);

impl Route for Here {
    fn check(&self, _method: &str, target: &Target) -> Result<(), String> {
        if target.port() == self.0.port() { Ok(()) } else { Err("elsewhere".to_owned()) }
    }

    fn names(&self, address: IpAddr, port: u16) -> bool {
        (address, port) == (self.0.ip(), self.0.port())
    }

    fn simulated(&self, _target: &Target) -> Option<Response> {
        None
    }
}

/// A tool's request on loopback, a connection each.
#[divan::bench]
fn request_through_the_gate(bencher: Bencher<'_, '_>) {
    let (runtime, address) = server();
    let gate = Gate::new().unwrap();
    let request = Request { url: format!("http://{address}/"), ..Request::default() };
    bencher.bench(|| runtime.block_on(gate.send(&request, &Here(address))).0.unwrap());
}

/// The same by a plain client: the limit.
#[divan::bench]
fn request_without_the_gate(bencher: Bencher<'_, '_>) {
    let (runtime, address) = server();
    let url = format!("http://{address}/");
    let bare = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    bencher.bench(|| runtime.block_on(async { bare.get(&url).send().await.unwrap().bytes().await.unwrap() }));
}

fn server() -> (Runtime, SocketAddr) {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(serve(listener));
    (runtime, address)
}

async fn serve(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut bytes = [0; 2_048];
            let n_read = stream.read(&mut bytes).await.unwrap_or(0);
            if n_read > 0 {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
                let _ = stream.write_all(answer).await;
            }
        });
    }
}
