//! Mixed calls from several threads, with kills and timeouts: nothing stalls and nothing is left. The test takes seconds;
//! `ARENA_SOAK_MINUTES` makes it longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arena_sandbox::workspace::{Permission, Walk};
use arena_sandbox::{CallLimits, Cell, CellSpec, End, Exec, Native, RelPath, Sandbox};

use crate::deaths::{descendants, groups_of, mounts, open_files};
use crate::half::Test;
use crate::inside::{path, sandbox, shell, test};
use crate::named;

const N_THREADS: u64 = 8;
/// What a call may take beyond its own limit before it counts as stalled.
const STALLED: Duration = Duration::from_secs(30);

pub(crate) fn tests() -> Vec<(String, Test)> {
    named("soak", &[("mixed_calls_leave_nothing_behind", test(soak))])
}

#[derive(Default)]
struct Counts {
    calls: AtomicU64,
    cells: AtomicU64,
    timeouts: AtomicU64,
    dropped: AtomicU64,
    slowest_us: AtomicU64,
}

async fn soak() {
    let minutes = std::env::var("ARENA_SOAK_MINUTES").ok().and_then(|text| text.parse::<f64>().ok());
    let time = minutes.map_or(Duration::from_secs(10), |minutes| Duration::from_secs_f64(minutes * 60.0));
    let native = Arc::new(sandbox().await);
    let launcher = descendants(std::process::id());
    let before = (open_files(), mounts());
    let (counts, end) = (Arc::new(Counts::default()), Instant::now() + time);
    let mut threads = tokio::task::JoinSet::new();
    for seed in 0..N_THREADS {
        threads.spawn(work(native.clone(), counts.clone(), seed, end));
    }
    threads.join_all().await;
    assert_eq!((open_files(), mounts()), before, "descriptors and mounts");
    assert_eq!(descendants(std::process::id()), launcher, "processes");
    native.close().await;
    assert_eq!(descendants(std::process::id()), Vec::<u32>::new());
    assert_eq!(groups_of(&launcher), Vec::<String>::new());
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    println!(
        "{time:?}: {} calls in {} cells, {} timed out, {} dropped, slowest {} ms beyond its limit or work",
        count(&counts.calls),
        count(&counts.cells),
        count(&counts.timeouts),
        count(&counts.dropped),
        count(&counts.slowest_us) / 1000,
    );
}

async fn work(native: Arc<Native>, counts: Arc<Counts>, seed: u64, end: Instant) {
    let mut chance = seed;
    while Instant::now() < end {
        let mut cell = native.open(CellSpec::default()).await.unwrap();
        counts.cells.fetch_add(1, Ordering::Relaxed);
        for _ in 0..20 + next(&mut chance) % 30 {
            one(&mut *cell, &counts, next(&mut chance)).await;
        }
        // Half of the cells are closed, half dropped with what they do.
        if next(&mut chance).is_multiple_of(2) {
            cell.close().await;
        }
    }
    // Dropped cells end by themselves: wait for the last of them.
    let launcher = descendants(std::process::id());
    while descendants(std::process::id()).len() > 1 + usize::from(launcher.is_empty()) && Instant::now() < end + STALLED
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn one(cell: &mut dyn Cell, counts: &Counts, chance: u64) {
    counts.calls.fetch_add(1, Ordering::Relaxed);
    let start = Instant::now();
    let brief = CallLimits { wall: Duration::from_millis(30), ..CallLimits::default() };
    match chance % 10 {
        0..=3 => assert_eq!(end_of(cell, Exec::new(["true"])).await, End::Exited(0)),
        4 => assert_eq!(end_of(cell, shell("sleep 600 & sleep 600 & echo left")).await, End::Exited(0)),
        5 => {
            assert_eq!(end_of(cell, Exec { limits: brief, ..shell("sleep 600 | sleep 600") }).await, End::TimedOut);
            counts.timeouts.fetch_add(1, Ordering::Relaxed);
        }
        6 => {
            let limits = CallLimits { output_max_bytes: 100_000, ..CallLimits::default() };
            assert_eq!(end_of(cell, Exec { limits, ..Exec::new(["yes"]) }).await, End::OutputLimit);
        }
        7 => {
            let sleeping = cell.exec(shell("sleep 600"));
            assert!(tokio::time::timeout(Duration::from_millis(chance % 20), sleeping).await.is_err());
            counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
        8 => {
            cell.files().write(&path("d/f"), &[7; 1000], Permission::Kept).unwrap();
            cell.files().walk(&RelPath::root(), Walk::default()).unwrap();
            assert_eq!(end_of(cell, Exec { stdin: vec![1; 100_000], ..Exec::new(["wc", "-c"]) }).await, End::Exited(0));
        }
        _ => assert_eq!(end_of(cell, shell("kill -SEGV $$")).await, End::Signaled(libc::SIGSEGV)),
    }
    let took = start.elapsed();
    assert!(took < STALLED, "call {} took {took:?}", chance % 10);
    counts.slowest_us.fetch_max(u64::try_from(took.as_micros()).unwrap(), Ordering::Relaxed);
}

async fn end_of(cell: &mut dyn Cell, command: Exec) -> End {
    cell.exec(command).await.unwrap().end
}

/// Numbers by chance that are the same in every run (xorshift with a splitmix step).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}
