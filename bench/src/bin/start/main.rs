//! How soon a match asks its model after the program was started, and how large the program is: see `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod bare;
mod size;

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use arena_bench::delays::Delays;
use arena_bench::process::Process;
use arena_bench::rounded;
use arena_bench::served::{Served, program};
use serde_json::json;

/// That of the program: the bare start has it, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Starts of each, in turns.
const N_STARTS: usize = 11;

/// After which a server rests.
const REST: Duration = Duration::from_secs(2);

fn main() {
    if let Some(address) = std::env::var_os(bare::ROLE) {
        return bare::ask(address.to_str().and_then(|text| text.parse().ok()).expect("an address"));
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first of each reads the program from the disk, and is not counted.
    for _ in 0..=N_STARTS {
        theirs.push(until_asked(&listener, &mut bare::command(address)));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut play = Command::new(program());
        play.current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .env("OPENAI_BASE_URL", format!("http://{address}/v1"))
            .args(["play", "support-desk", "--seed", "1", "--rounds", "1", "--model", "openai:bench"]);
        ours.push(until_asked(&listener, &mut play));
    }
    let (ours, theirs) = (Delays::of(ours.split_off(1)), Delays::of(theirs.split_off(1)));
    let served = Served::start(1);
    std::thread::sleep(REST);
    let idle_mib = served.process.resident_mib();
    println!(
        "{}",
        json!({
            "figure": "start", "n_starts": N_STARTS,
            "p50_ms": rounded(ours.percentile_ms(50)), "max_ms": rounded(ours.max_ms()),
            "bare_p50_ms": rounded(theirs.percentile_ms(50)), "bare_max_ms": rounded(theirs.max_ms()),
            "ratio": rounded(ours.percentile_ms(50) / theirs.percentile_ms(50)),
            "idle_mib": rounded(idle_mib),
            "binary_mib": rounded(size::of(&program())), "stripped_mib": size::stripped(&program()).map(rounded),
        })
    );
}

/// How long it takes until the process has asked; then it is ended.
fn until_asked(listener: &TcpListener, command: &mut Command) -> Duration {
    let begun = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let process = Process(child.expect("arena is built beside this: cargo build --release -p arena -p arena-bench"));
    let (mut stream, _): (_, SocketAddr) = listener.accept().expect("it comes");
    let n_read = stream.read(&mut [0; 4096]).expect("it writes");
    let took = begun.elapsed();
    assert!(n_read > 0, "it has asked nothing");
    drop(process);
    took
}
