//! What a command may use, and that it is all gone when its call is over.

use std::time::Duration;

use arena_sandbox::{CallLimits, CellSpec, End, Exec, Level, Sandbox, Writable};

use crate::half::Test;
use crate::inside::{Bench, path, probe, roomy, shell, test, text};
use crate::named;

pub(crate) fn tests() -> Vec<(String, Test)> {
    named(
        "limits",
        &[
            ("processes_are_counted", test(processes)),
            ("each_cell_has_processes_of_its_own", test(processes_of_three_cells)),
            ("memory_of_one_process_is_bounded", test(memory_of_one)),
            ("memory_of_all_processes_is_bounded", test(memory_of_all)),
            ("memory_in_files_without_a_name_is_bounded", test(memory_in_files)),
            ("the_workspace_has_a_size", test(|| fills("/work", 64))),
            ("the_temporary_folder_has_a_size", test(|| fills("/tmp", 32))),
            ("shared_memory_has_a_size", test(|| fills("/dev/shm", 32))),
            ("files_are_counted", test(files)),
            ("open_files_are_counted", test(open_files)),
            ("a_file_has_a_longest_length", test(file_length)),
            ("processor_time_is_bounded", test(processor_time)),
            ("time_is_bounded_and_partial_output_is_kept", test(time)),
            ("a_stopped_command_ends_in_time", test(stopped)),
            ("a_daemon_does_not_outlive_its_call", test(daemon)),
            ("a_storm_of_forks_does_not_outlive_its_call", test(storm)),
            ("killing_everyone_kills_only_ones_own", test(kill_everyone)),
            ("a_dropped_call_is_killed_and_the_cell_goes_on", test(dropped)),
            ("commands_write_where_they_may", test(writable)),
            ("commands_write_nowhere_if_they_may_not", test(writable_nowhere)),
        ],
    )
}

fn n(outcome: &arena_sandbox::Outcome) -> u64 {
    let said = text(&outcome.stdout);
    said.trim().parse().unwrap_or_else(|_| panic!("{outcome:?}: {said}"))
}

/// The same program outside, where nothing of the cell holds.
fn outside(words: &[&str]) -> u64 {
    let mut command = std::process::Command::new("/proc/self/exe");
    let output = command.arg(crate::probe::WORD).args(words).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or_else(|_| panic!("{output:?}"))
}

async fn processes() {
    let mut bench = Bench::with_probe().await;
    let most = match bench.native.report().level {
        Level::Full => 64,
        Level::FullNoCgroup => 16,
    };
    let outcome = bench.probe(&["forks", "90"]).await;
    // Its first process and the forking one are among them.
    assert_eq!((outcome.end, n(&outcome)), (End::Exited(0), most - 2));
    let outcome = bench.probe(&["forks", "10"]).await;
    assert_eq!(n(&outcome), 10, "the ones before are gone");
    bench.close().await;
    assert_eq!(outside(&["forks_and_ends_them", "90"]), 90);
}

async fn processes_of_three_cells() {
    let bench = Bench::new(CellSpec::default()).await;
    let mut cells = Vec::new();
    for _ in 0..3 {
        let cell = bench.native.open(roomy()).await.unwrap();
        let program = std::fs::read("/proc/self/exe").unwrap();
        cell.files().write(&path("probe"), &program, arena_sandbox::workspace::Permission::Executable).unwrap();
        cells.push(cell);
    }
    let mut running = tokio::task::JoinSet::new();
    for mut cell in cells {
        running.spawn(async move { (cell.exec(probe(&["forks", "90"])).await.unwrap(), cell) });
    }
    let counts: Vec<_> = running.join_all().await.iter().map(|(outcome, _)| n(outcome)).collect();
    assert!(counts.iter().all(|count| *count == counts[0] && *count >= 14), "{counts:?}");
    bench.close().await;
}

async fn memory_of_one() {
    let spec = CellSpec { memory_bytes: 256 << 20, work_bytes: 128 << 20, ..CellSpec::default() };
    let mut bench = Bench::with_probe_in(spec).await;
    let outcome = bench.probe(&["allocates", "2000"]).await;
    let aborted = End::Signaled(libc::SIGABRT);
    assert!(outcome.end == End::OutOfMemory || outcome.end == aborted, "{outcome:?}");
    assert_eq!(n(&bench.probe(&["allocates", "30"]).await), 30, "the cell goes on");
    bench.close().await;
    assert_eq!(outside(&["allocates", "600"]), 600);
}

async fn memory_of_all() {
    let spec = CellSpec { memory_bytes: 256 << 20, work_bytes: 128 << 20, ..CellSpec::default() };
    let mut bench = Bench::with_probe_in(spec).await;
    let outcome = bench.probe(&["allocates_in_children", "6", "80"]).await;
    assert_eq!(outcome.end, End::OutOfMemory, "{outcome:?}");
    assert_eq!(n(&bench.probe(&["allocates", "30"]).await), 30, "the cell goes on");
    bench.close().await;
}

async fn memory_in_files() {
    let spec = CellSpec { memory_bytes: 256 << 20, work_bytes: 128 << 20, ..CellSpec::default() };
    let mut bench = Bench::with_probe_in(spec).await;
    let outcome = bench.probe(&["keeps_memory_files", "64"]).await;
    match bench.native.report().level {
        Level::Full => assert_eq!(outcome.end, End::OutOfMemory, "{outcome:?}"),
        // There are none.
        Level::FullNoCgroup => assert_eq!((outcome.end, n(&outcome)), (End::Exited(0), 0)),
    }
    bench.close().await;
    assert_eq!(outside(&["keeps_memory_files", "20"]), 20);
}

async fn fills(folder: &'static str, most_mib: u64) {
    let mut bench = Bench::new(CellSpec::default()).await;
    // Small tools instead of this program, which would need the room.
    let line = format!(
        "i=0; while head -c 1048576 /dev/zero > {folder}/f$i 2>/dev/null; do i=$((i+1)); [ $i -gt 200 ] && break; done; echo $i"
    );
    let n_mib: u64 = bench.shell(&line).await.trim().parse().unwrap();
    assert_eq!(n_mib, most_mib, "{folder}");
    bench.close().await;
}

async fn files() {
    let mut bench = Bench::with_probe().await;
    for folder in ["/work", "/tmp"] {
        let n_files = n(&bench.probe(&["makes_files", folder, "9000"]).await);
        assert!((4000..4096).contains(&n_files), "{folder}: {n_files}");
    }
    bench.close().await;
}

async fn open_files() {
    let mut bench = Bench::with_probe().await;
    let n_files = n(&bench.probe(&["opens_files", "5000"]).await);
    assert!((240..256).contains(&n_files), "{n_files}");
    bench.close().await;
    assert_eq!(outside(&["opens_files", "300"]), 300);
}

async fn file_length() {
    let mut bench = Bench::new(roomy()).await;
    let limits = CallLimits { file_bytes: 1 << 20, ..CallLimits::default() };
    let outcome = bench.run(Exec { limits, ..shell("head -c 3000000 /dev/zero > f; echo $?; wc -c < f") }).await;
    assert!(text(&outcome.stdout).ends_with("\n1048576\n") && !text(&outcome.stdout).starts_with("0\n"), "{outcome:?}");
    assert_eq!(bench.shell("head -c 3000000 /dev/zero > f; wc -c < f").await, "3000000\n");
    bench.close().await;
}

async fn processor_time() {
    let mut bench = Bench::with_probe().await;
    let limits = CallLimits { cpu: Duration::from_secs(1), wall: Duration::from_mins(1), ..CallLimits::default() };
    let outcome = bench.run(Exec { limits, ..probe(&["spins"]) }).await;
    assert_eq!(outcome.end, End::Signaled(libc::SIGXCPU));
    assert!(outcome.usage.cpu > Duration::ZERO, "{outcome:?}");
    bench.close().await;
}

async fn time() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let limits = CallLimits { wall: Duration::from_millis(300), ..CallLimits::default() };
    let outcome = bench.run(Exec { limits, ..shell("echo before; sleep 60; echo after") }).await;
    assert_eq!((outcome.end, text(&outcome.stdout)), (End::TimedOut, "before\n".into()));
    assert!(outcome.usage.wall >= Duration::from_millis(300));
    assert_eq!(bench.shell("echo next").await, "next\n");
    bench.close().await;
}

async fn stopped() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let limits = CallLimits { wall: Duration::from_millis(300), ..CallLimits::default() };
    let outcome = bench.run(Exec { limits, ..shell("kill -STOP $$") }).await;
    assert_eq!(outcome.end, End::TimedOut);
    let outcome = bench.run(Exec { limits, ..shell("trap '' TERM INT HUP QUIT; while :; do sleep 1; done") }).await;
    assert_eq!(outcome.end, End::TimedOut);
    bench.close().await;
}

/// The processes that a command sees: itself and the first.
const COUNT: &str = "set -- /proc/[0-9]*; echo $#";

async fn daemon() {
    let mut bench = Bench::with_probe().await;
    let n_before = bench.shell(COUNT).await;
    let outcome = bench.probe(&["leaves_a_daemon"]).await;
    assert_eq!((outcome.end, text(&outcome.stdout)), (End::Exited(0), "gone\n".into()));
    assert_eq!(bench.shell(COUNT).await, n_before);
    bench.close().await;
}

async fn storm() {
    let mut bench = Bench::with_probe().await;
    let n_before = bench.shell(COUNT).await;
    for _ in 0..3 {
        assert_eq!(bench.probe(&["storms"]).await.end, End::Exited(0));
        assert_eq!(bench.shell(COUNT).await, n_before);
    }
    bench.close().await;
}

async fn kill_everyone() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let outcome = bench.run(shell("sleep 60 & kill -KILL -1; echo still; wait")).await;
    // The shell itself is spared by the kernel, its child is not.
    assert_eq!(text(&outcome.stdout), "still\n", "{outcome:?}");
    assert_eq!(bench.shell("echo next").await, "next\n");
    bench.close().await;
}

async fn dropped() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let call = bench.cell.exec(shell("echo started > mark; sleep 600"));
    tokio::select! {
        outcome = call => panic!("it ended: {outcome:?}"),
        () = tokio::time::sleep(Duration::from_millis(200)) => {}
    }
    assert_eq!(bench.shell(&format!("cat mark; {COUNT}")).await, "started\n2\n");
    bench.close().await;
}

async fn writable() {
    let folders = vec![path("src"), path("a/b")];
    let mut bench = Bench::new(CellSpec { writable: Writable::Beneath(folders), ..CellSpec::default() }).await;
    bench.cell.files().write(&path("kept"), b"by the host", arena_sandbox::workspace::Permission::Plain).unwrap();
    let line = "touch src/x a/b/y /tmp/z && mv src/x src/w && for f in new a/new kept; do (echo no > $f) 2>/dev/null && echo $f; done; \
        rm kept 2>/dev/null && echo removed; truncate -s 0 kept 2>/dev/null && echo cut; mv kept src/ 2>/dev/null && echo moved; \
        ln kept src/ 2>/dev/null && (echo no > src/kept) && echo linked; mkdir d 2>/dev/null && echo made; cat kept";
    assert_eq!(bench.shell(line).await, "by the host");
    bench.close().await;
    let mut bench = Bench::new(CellSpec::default()).await;
    assert_eq!(bench.shell("echo yes > new; cat new").await, "yes\n");
    bench.close().await;
}

async fn writable_nowhere() {
    let mut bench = Bench::new(CellSpec { writable: Writable::Nothing, ..CellSpec::default() }).await;
    assert_eq!(
        bench.shell("touch x 2>/dev/null || echo denied; touch /tmp/x && echo scratch").await,
        "denied\nscratch\n"
    );
    bench.close().await;
}
