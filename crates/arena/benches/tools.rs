//! What stands between a tool and the world costs: the gate beside a plain client, and decisions of permissions.
//!
//! `cargo bench -p arena --bench tools`. Requests alternate, so that the machine's moods meet both sides alike; figures are
//! medians. Takes some seconds and stops by itself.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use arena::egress::{Gate, Request, Response, Route, Target};
use arena::policy::{Policy, call};
use arena_core::permissions::Permissions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Runtime;

const N_REQUESTS: usize = 1_000;
const N_DECISIONS: usize = 2_000;

fn main() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(gate());
    for n_rules in [5, 100] {
        policy(n_rules);
    }
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

async fn gate() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    tokio::spawn(serve(tokio::net::TcpListener::from_std(listener).unwrap()));
    let url = format!("http://{address}/");
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let bare = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let gate = Gate::new().unwrap();
    let request = Request { url: url.clone(), ..Request::default() };
    let (mut plain, mut gated) = (Vec::new(), Vec::new());
    for _ in 0..N_REQUESTS {
        let begun = Instant::now();
        bare.get(&url).send().await.unwrap().bytes().await.unwrap();
        plain.push(begun.elapsed());
        let begun = Instant::now();
        gate.send(&request, &Here(address)).await.0.unwrap();
        gated.push(begun.elapsed());
    }
    let (plain, gated) = (median(plain), median(gated));
    println!(
        "a request on loopback: plain {plain:?}, through the gate {gated:?}, {:.2} times",
        gated.as_secs_f64() / plain.as_secs_f64()
    );
}

async fn serve(listener: tokio::net::TcpListener) {
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

fn policy(n_rules: usize) {
    let mut allow: Vec<String> = (0..n_rules - 2).map(|i| format!("read_file(folder{i}/**)")).collect();
    allow.extend(["read_file(src/**)".to_owned(), "execute_command(git *)".to_owned()]);
    let permissions = Permissions { allow, ..Permissions::default() };
    let begun = Instant::now();
    let policy = Policy::new(&permissions, "agent", "match", "scenario").unwrap();
    let built = begun.elapsed();
    let path = decisions(&policy, "read_file(src/a/b.rs)");
    let command = decisions(&policy, "execute_command(git status && git log)");
    println!(
        "{n_rules} rules: read in {built:?}; a decision on a path {path:?}, on a line of two commands {command:?}"
    );
}

fn decisions(policy: &Policy, example: &str) -> Duration {
    let times = (0..N_DECISIONS).map(|_| {
        let begun = Instant::now();
        let (tool, accesses) = call(example).unwrap();
        std::hint::black_box(policy.decide(tool, &accesses, false));
        begun.elapsed()
    });
    median(times.collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
