//! What a sandboxed call costs, beside a plain start of the same program in the same run.
//!
//! `cargo bench -p arena-sandbox --bench calls`. Measurements alternate, so that the machine's moods meet both sides
//! alike; figures are medians, and their ratio is what travels between machines. Takes about a minute and stops by itself.
//! Prints one more row where `bwrap` is installed.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

mod samples;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use arena_sandbox::workspace::{Permission, Walk};
use arena_sandbox::{Cell, CellSpec, End, Exec, Native, Options, RelPath, Sandbox};
use tokio::runtime::Runtime;

use samples::Samples;

const TRUE: &[&str] = &["/usr/bin/true"];
const PYTHON: &[&str] = &["/usr/bin/python3", "-c", "print(1)"];
const BWRAP: &str = "/usr/bin/bwrap";
const N_IN_FLIGHT: u32 = 8;
const RESIDENT_BYTES: usize = 2 << 30;

fn main() {
    arena_sandbox::become_launcher_if_asked();
    let runtime = Runtime::new().unwrap();
    let native = runtime.block_on(Native::start(Options::default())).unwrap_or_else(|error| panic!("{error}"));
    println!("level {}, as uid {}", native.report().level, rustix::process::geteuid().as_raw());
    println!("{:34} {:>10} {:>10} {:>7} {:>7}", "milliseconds, median", "plain", "sandbox", "ratio", "p90");
    let small = calls(&runtime, &native, "warm call of true", TRUE, 2_000);
    if Path::new(PYTHON[0]).exists() {
        calls(&runtime, &native, "warm call of python3 -c 'print(1)'", PYTHON, 150);
    }
    new_cells(&runtime, &native);
    if Path::new(BWRAP).exists() {
        bwrap();
    }
    throughput(&runtime, &native);
    idle(&runtime, &native);
    files(&runtime, &native);
    let ballast = vec![1_u8; RESIDENT_BYTES];
    let large = calls(&runtime, &native, "warm call, 2 GiB resident", TRUE, 1_000);
    println!("    {:.2} times the warm call of the small process", large / small);
    drop(std::hint::black_box(ballast));
    runtime.block_on(native.close());
}

/// Warm calls of one program. Gives the median in milliseconds.
fn calls(runtime: &Runtime, native: &Native, name: &str, argv: &[&str], n_rounds: u32) -> f64 {
    let mut cell = runtime.block_on(native.open(CellSpec::default())).unwrap();
    let (mut plain, mut sandboxed) = (Samples::default(), Samples::default());
    for _ in 0..n_rounds {
        plain.time(|| start(argv));
        sandboxed.time(|| runtime.block_on(call(&mut *cell, argv)));
    }
    runtime.block_on(cell.close());
    println!("{}", sandboxed.row(name, &plain));
    sandboxed.median_ms()
}

/// A new cell for each call, and its end.
fn new_cells(runtime: &Runtime, native: &Native) {
    let (mut plain, mut opened, mut closed) = (Samples::default(), Samples::default(), Samples::default());
    for _ in 0..300 {
        plain.time(|| start(TRUE));
        let mut cell = None;
        opened.time(|| {
            let mut new = runtime.block_on(native.open(CellSpec::default())).unwrap();
            runtime.block_on(call(&mut *new, TRUE));
            cell = Some(new);
        });
        closed.time(|| runtime.block_on(cell.take().unwrap().close()));
    }
    println!("{}", opened.row("new cell with its first call", &plain));
    println!("    closing it takes {:.2} ms", closed.median_ms());
}

/// What bubblewrap costs with all its namespaces, and without a filter or limits.
fn bwrap() {
    let flags = "--unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
        --symlink usr/bin /bin --proc /proc --dev /dev --tmpfs /tmp --cap-drop ALL";
    let argv: Vec<_> = [BWRAP].into_iter().chain(flags.split_whitespace()).chain(TRUE.iter().copied()).collect();
    let (mut plain, mut wrapped) = (Samples::default(), Samples::default());
    for _ in 0..300 {
        plain.time(|| start(TRUE));
        wrapped.time(|| start(&argv));
    }
    println!("{}", wrapped.row("for comparison: bwrap", &plain));
}

/// Calls a second with several in flight.
fn throughput(runtime: &Runtime, native: &Native) {
    const N_CALLS: u32 = 500;
    let cells: Vec<_> = (0..N_IN_FLIGHT).map(|_| runtime.block_on(native.open(CellSpec::default())).unwrap()).collect();
    let mut cells = Some(cells);
    let mut ratios = Samples::default();
    let (mut plain, mut sandboxed) = (0.0, 0.0);
    for _ in 0..3 {
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..N_IN_FLIGHT {
                scope.spawn(|| (0..N_CALLS).for_each(|_| start(TRUE)));
            }
        });
        plain = f64::from(N_IN_FLIGHT * N_CALLS) / begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        cells = Some(runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for mut cell in cells.take().unwrap() {
                tasks.spawn(async move {
                    for _ in 0..N_CALLS {
                        call(&mut *cell, TRUE).await;
                    }
                    cell
                });
            }
            tasks.join_all().await
        }));
        sandboxed = f64::from(N_IN_FLIGHT * N_CALLS) / begun.elapsed().as_secs_f64();
        ratios.push(sandboxed / plain);
    }
    println!(
        "{N_IN_FLIGHT} in flight: {plain:.0} plain and {sandboxed:.0} sandboxed calls a second in the last of three rounds, median ratio {:.2}",
        ratios.median()
    );
}

/// What a cell costs that does nothing.
fn idle(runtime: &Runtime, native: &Native) {
    const N_CELLS: u32 = 200;
    let before = available_kib();
    let cells: Vec<_> = (0..N_CELLS)
        .map(|_| {
            let mut cell = runtime.block_on(native.open(CellSpec::default())).unwrap();
            runtime.block_on(call(&mut *cell, TRUE));
            cell
        })
        .collect();
    println!("idle cell: {:.2} MiB each of {N_CELLS}", (before - available_kib()) / 1024.0 / f64::from(N_CELLS));
    drop(cells);
}

fn files(runtime: &Runtime, native: &Native) {
    let cell = runtime.block_on(native.open(CellSpec::default())).unwrap();
    let files = cell.files();
    let path = RelPath::parse("src/deep/file.rs").unwrap();
    let contents = vec![b'x'; 4096];
    let (mut write, mut read, mut metadata, mut walk) =
        (Samples::default(), Samples::default(), Samples::default(), Samples::default());
    for _ in 0..2_000 {
        write.time(|| files.write(&path, &contents, Permission::Kept).unwrap());
        read.time(|| assert_eq!(files.read(&path, 0, 1 << 20).unwrap().bytes.len(), 4096));
        metadata.time(|| assert_eq!(files.metadata(&path).unwrap().size_bytes, 4096));
        walk.time(|| assert_eq!(files.walk(&RelPath::root(), Walk::default()).unwrap().entries.len(), 3));
    }
    println!(
        "files, microseconds: read 4 KiB {:.1}, write 4 KiB {:.1}, metadata {:.1}, walk of 3 {:.1}",
        read.median_ms() * 1e3,
        write.median_ms() * 1e3,
        metadata.median_ms() * 1e3,
        walk.median_ms() * 1e3,
    );
    runtime.block_on(cell.close());
}

/// The plain start: an absolute path and nothing before exec, so that the standard library uses `posix_spawn`.
fn start(argv: &[&str]) {
    let output = Command::new(argv[0]).args(&argv[1..]).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success());
}

async fn call(cell: &mut dyn Cell, argv: &[&str]) {
    let outcome = cell.exec(Exec::new(argv.iter().copied())).await.unwrap();
    assert_eq!(outcome.end, End::Exited(0));
}

fn available_kib() -> f64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
