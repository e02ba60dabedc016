//! Who dies with whom.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use arena_sandbox::{CellSpec, Error, Loss, Sandbox};
use rustix::process::{Pid, Signal, kill_process};

use crate::half::Test;
use crate::inside::{Bench, sandbox, shell, test};
use crate::named;

/// The argument that makes this program a host whose command sleeps.
pub(crate) const WORD: &str = "hold-a-cell";

pub(crate) fn tests() -> Vec<(String, Test)> {
    named(
        "deaths",
        &[
            ("with_the_host_everything_ends", test(host)),
            ("with_the_launcher_its_cells_end_and_the_next_gets_another", test(launcher)),
            ("a_dropped_cell_is_killed", test(dropped)),
            ("a_closed_sandbox_leaves_nothing", test(closed)),
        ],
    )
}

/// In a process of its own: runs a command that does not end.
pub(crate) fn hold_a_cell() -> ! {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let native = sandbox().await;
        let mut cell = native.open(CellSpec::default()).await.unwrap();
        println!("{}", descendants(std::process::id()).iter().map(u32::to_string).collect::<Vec<_>>().join(" "));
        cell.exec(shell("sleep 600")).await.unwrap();
    });
    std::process::exit(1);
}

async fn host() {
    let mut host = Command::new("/proc/self/exe").arg(WORD).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(host.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pids: Vec<u32> = line.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.len() >= 2, "launcher and cell: {line}");
    until("the command runs", || descendants(host.id()).len() > pids.len());
    let all = descendants(host.id());
    host.kill().unwrap();
    host.wait().unwrap();
    until("everything is gone", || all.iter().all(|pid| !is_alive(*pid)));
    assert_eq!(groups_of(&pids), Vec::<String>::new());
}

async fn launcher() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let launcher = own_launcher();
    kill_process(Pid::from_raw(i32::try_from(launcher).unwrap()).unwrap(), Signal::KILL).unwrap();
    let lost = bench.cell.exec(shell("sleep 5; echo survived")).await;
    assert!(matches!(lost, Err(Error::Lost(Loss::Ended))), "{lost:?}");
    let again = bench.cell.exec(shell("true")).await;
    assert!(matches!(again, Err(Error::Lost(Loss::Ended))), "{again:?}");
    bench.cell = bench.native.open(CellSpec::default()).await.unwrap();
    assert_eq!(bench.shell("echo again").await, "again\n");
    assert_ne!(own_launcher(), launcher);
    bench.close().await;
}

async fn dropped() {
    let bench = Bench::new(CellSpec::default()).await;
    let mut cell = bench.native.open(CellSpec::default()).await.unwrap();
    let running = tokio::spawn(async move { cell.exec(shell("sleep 600 & sleep 600")).await });
    // What else the launcher has to do comes and goes: only the cell that sleeps is looked at.
    let cell_that_sleeps = || children(own_launcher()).into_iter().find(|cell| n_sleeping(*cell) == 2);
    until("it runs", || cell_that_sleeps().is_some());
    let all: Vec<u32> =
        cell_that_sleeps().into_iter().flat_map(|cell| [vec![cell], descendants(cell)].concat()).collect();
    running.abort();
    let _ = running.await;
    until("it is gone", || !all.iter().any(|pid| is_alive(*pid)));
    bench.close().await;
}

async fn closed() {
    let bench = Bench::new(CellSpec::default()).await;
    let launcher = own_launcher();
    let (files, mounts) = (open_files(), mounts());
    for _ in 0..5 {
        let mut cell = bench.native.open(CellSpec::default()).await.unwrap();
        cell.exec(shell("sleep 600 & echo started")).await.unwrap();
        cell.close().await;
    }
    assert_eq!((open_files(), self::mounts(), descendants(launcher).len()), (files, mounts, 1));
    bench.close().await;
    assert!(!is_alive(launcher));
    assert_eq!(groups_of(&[launcher]), Vec::<String>::new());
}

fn own_launcher() -> u32 {
    *children(std::process::id()).iter().find(|pid| is_alive(**pid)).expect("there is a launcher")
}

pub(crate) fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

pub(crate) fn mounts() -> usize {
    std::fs::read_to_string("/proc/self/mountinfo").unwrap().lines().count()
}

/// All processes that come from this one.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let children = children(pid);
    children.iter().copied().chain(children.iter().flat_map(|child| descendants(*child))).collect()
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>()).collect()
}

/// How many processes of a cell sleep.
fn n_sleeping(cell: u32) -> usize {
    let name = |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    descendants(cell).iter().filter(|pid| name(pid).trim() == "sleep").count()
}

/// A process that is there and no zombie.
fn is_alive(pid: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim_start().starts_with(['Z', 'X']))
}

/// The control groups that these launchers have left.
pub(crate) fn groups_of(launchers: &[u32]) -> Vec<String> {
    let output = Command::new("find").args(["/sys/fs/cgroup", "-type", "d", "-name", "arena-*"]).output().unwrap();
    let all = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect::<Vec<_>>();
    all.into_iter().filter(|path| launchers.iter().any(|pid| path.ends_with(&format!("/arena-{pid}")))).collect()
}

pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_mins(1), "still not: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
