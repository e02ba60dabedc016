//! What it costs to run a command in a cell, beside a plain start of the same program: see `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use arena_bench::delays::Delays;
use arena_bench::{rounded, said};
use arena_sandbox::{Cell, CellSpec, End, Exec, Native, Options, Sandbox as _};
use serde_json::json;
use tokio::runtime::Runtime;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const COMMAND: &str = "/usr/bin/true";

/// New cells: each takes some milliseconds.
const N_CELLS: usize = 200;

fn main() {
    arena_sandbox::become_launcher_if_asked();
    let mut n_calls = 2_000;
    for said in said::all() {
        match said.name.as_str() {
            "--calls" => n_calls = said.value(),
            _ => said.is_unknown(),
        }
    }
    let runtime = Runtime::new().expect("a runtime");
    let native = runtime.block_on(Native::start(Options::default())).unwrap_or_else(|error| panic!("{error}"));
    let mut cell = runtime.block_on(native.open(CellSpec::default())).expect("a cell");
    let (mut warm, mut new, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    // In turns: what else the machine does then falls on both.
    for _ in 0..n_calls {
        plain.push(timed(start));
        warm.push(timed(|| runtime.block_on(call(&mut *cell))));
    }
    for _ in 0..N_CELLS {
        let mut cell = None;
        new.push(timed(|| {
            let mut opened = runtime.block_on(native.open(CellSpec::default())).expect("a cell");
            runtime.block_on(call(&mut *opened));
            cell = Some(opened);
        }));
        runtime.block_on(cell.expect("it was opened").close());
    }
    runtime.block_on(cell.close());
    let level = native.report().level.to_string();
    runtime.block_on(native.close());
    let (warm, new, plain) = (Delays::of(warm), Delays::of(new), Delays::of(plain));
    println!(
        "{}",
        json!({
            "figure": "isolate", "command": COMMAND, "level": level, "n_calls": warm.n(), "n_cells": new.n(),
            "p50_ms": rounded(warm.percentile_ms(50)), "p99_ms": rounded(warm.percentile_ms(99)),
            "new_cell_p50_ms": rounded(new.percentile_ms(50)), "new_cell_p99_ms": rounded(new.percentile_ms(99)),
            "bare_p50_ms": rounded(plain.percentile_ms(50)), "bare_p99_ms": rounded(plain.percentile_ms(99)),
            "ratio": rounded(warm.percentile_ms(50) / plain.percentile_ms(50)),
        })
    );
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// The plain start: an absolute path and nothing before exec, so that the standard library uses `posix_spawn`.
fn start() {
    let output = Command::new(COMMAND).stdin(Stdio::null()).output().expect("it is there");
    assert!(output.status.success());
}

async fn call(cell: &mut dyn Cell) {
    let outcome = cell.exec(Exec::new([COMMAND])).await.expect("the cell is whole");
    assert_eq!(outcome.end, End::Exited(0));
}
