//! What one call leaves to the next, one cell to another, and what a command can do to the first process of its cell.

use arena_sandbox::{CellSpec, End, Native, Options, Sandbox};

use crate::deaths::until;
use crate::half::Test;
use crate::inside::{Bench, path, probe, roomy, shell, test, text};
use crate::named;

pub(crate) fn tests() -> Vec<(String, Test)> {
    named(
        "neighbours",
        &[
            ("a_call_leaves_files_and_nothing_else", test(calls)),
            ("cells_see_nothing_of_each_other", test(cells)),
            ("a_cell_that_hoards_descriptors_keeps_no_other_from_opening", test(hoard)),
            ("a_command_cannot_harm_the_first_process", test(meddling)),
            ("the_first_process_is_sealed", test(sealed)),
            ("a_full_workspace_does_not_stop_calls", test(full)),
        ],
    )
}

async fn calls() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let line =
        "ulimit -n 20; umask 077; export LEFT=over; cd /tmp; echo kept > /work/file; alias ls=false; sleep 600 &";
    bench.shell(line).await;
    assert_eq!(bench.shell("ulimit -n; umask; echo -$LEFT-; pwd; cat file").await, "256\n0022\n--\n/work\nkept\n");
    bench.close().await;
}

async fn cells() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let mut other = bench.native.open(CellSpec::default()).await.unwrap();
    let mine = tokio::spawn({
        let call = shell("echo mine | tee /tmp/mark /dev/shm/mark /work/mark; sleep 2");
        async move { (other.exec(call).await.unwrap(), other) }
    });
    let line = "for i in 1 2 3 4; do ls /tmp /dev/shm /work; for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; done; sleep 0.3; done";
    let seen = bench.shell(line).await;
    assert!(!seen.contains("mark") && !seen.contains("mine"), "{seen}");
    let (outcome, other) = mine.await.unwrap();
    assert_eq!((outcome.end, text(&outcome.stdout)), (End::Exited(0), "mine\n".into()));
    other.close().await;
    bench.close().await;
}

async fn hoard() {
    // A user of its own where that can be: hoarding counts for all cells of a user, also those of other tests.
    let native = Native::start(Options { uids: 60_001..60_002, ..Options::default() }).await.unwrap();
    let cell = native.open(roomy()).await.unwrap();
    let bench = Bench { native, cell };
    bench.put_probe();
    let mut cell = bench.cell;
    let files = cell.files().clone();
    let hoarding = tokio::spawn(async move { (cell.exec(probe(&["hoards_descriptors"])).await, cell) });
    until("it hoards", || files.metadata(&path("hoarding")).is_ok());
    for _ in 0..20 {
        let mut other = bench.native.open(CellSpec::default()).await.unwrap();
        assert_eq!(other.exec(shell("true")).await.unwrap().end, End::Exited(0));
        other.close().await;
    }
    files.remove(&path("hoarding")).unwrap();
    let (outcome, cell) = hoarding.await.unwrap();
    let said = text(&outcome.unwrap().stdout);
    assert!(said.trim().parse::<u32>().unwrap() > 256, "{said}");
    cell.close().await;
    bench.native.close().await;
}

async fn meddling() {
    let mut bench = Bench::with_probe().await;
    for _ in 0..3 {
        let outcome = bench.probe(&["meddles_with_init"]).await;
        assert_eq!((outcome.end, text(&outcome.stdout)), (End::Exited(0), "meddled\n".into()));
        let limits = "cut -d' ' -f19 /proc/1/stat; grep 'Max open files' /proc/1/limits | awk '{ print $5 }'";
        assert_eq!(bench.shell(limits).await, "0\n256\n");
    }
    bench.close().await;
}

async fn sealed() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let line = "for f in mem environ exe fd maps cwd root ns/mnt map_files auxv stack io; do cat /proc/1/$f 2>/dev/null | head -c 1 | wc -c; done; \
        ls /proc/1/fd /proc/1/ns 2>/dev/null | wc -l; grep -c '^CapBnd:.*00000000$' /proc/1/status; grep '^Seccomp:' /proc/1/status | cut -f2; \
        cat /proc/self/oom_score_adj";
    assert_eq!(bench.shell(line).await.replace('\n', " ").trim_start_matches("0 "), "1 2 1000 ");
    bench.close().await;
}

async fn full() {
    let mut bench = Bench::new(CellSpec::default()).await;
    bench.run(shell("cat /dev/zero > a; cat /dev/zero > b; cat /dev/zero > /tmp/a; cat /dev/zero > /dev/shm/a")).await;
    assert_eq!(bench.shell("echo next").await, "next\n");
    bench.close().await;
}
