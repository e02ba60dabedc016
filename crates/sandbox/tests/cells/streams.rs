//! What goes into a command and comes out of it, and commands that cannot be started.

use std::ffi::OsString;
use std::time::Duration;

use arena_sandbox::workspace::Permission;
use arena_sandbox::{CallLimits, CellSpec, End, Error, Exec, Refusal};

use crate::half::Test;
use crate::inside::{Bench, path, probe, shell, test, text};
use crate::named;

pub(crate) fn tests() -> Vec<(String, Test)> {
    named(
        "streams",
        &[
            ("every_byte_passes", test(bytes)),
            ("much_input_is_read_and_unread_input_is_no_harm", test(input)),
            ("of_much_output_both_ends_are_kept", test(output)),
            ("too_much_output_ends_a_command", test(flood)),
            ("a_flood_of_errors_ends_a_command", test(flood_of_errors)),
            ("single_bytes_of_both_streams_arrive", test(drops)),
            ("output_hidden_in_a_socket_delays_nothing", test(hidden)),
            ("codes_and_signals_are_told", test(ends)),
            ("a_command_that_cannot_start_says_why", test(not_started)),
            ("arguments_of_all_sizes_are_passed_or_refused", test(arguments)),
        ],
    )
}

async fn bytes() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let all: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let outcome = bench.run(Exec { stdin: all.clone(), ..Exec::new(["cat"]) }).await;
    assert_eq!((outcome.end, outcome.stdout.bytes() == all), (End::Exited(0), true));
    bench.close().await;
}

async fn input() {
    let mut bench = Bench::with_probe().await;
    let much = vec![1; 20_000_000];
    let outcome = bench.run(Exec { stdin: much.clone(), ..probe(&["counts_input"]) }).await;
    assert_eq!(text(&outcome.stdout), "20000000 20000000\n");
    let outcome = bench.run(Exec { stdin: much, ..Exec::new(["true"]) }).await;
    assert_eq!(outcome.end, End::Exited(0));
    assert_eq!(bench.shell("cat; echo end").await, "end\n");
    bench.close().await;
}

async fn output() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let limits = CallLimits { output_kept_bytes: 1000, ..CallLimits::default() };
    let outcome = bench.run(Exec { limits, ..shell("echo first; head -c 3000000 /dev/zero; echo last") }).await;
    assert_eq!(outcome.end, End::Exited(0));
    assert_eq!((outcome.stdout.total_bytes, outcome.stdout.n_missing()), (3_000_011, 2_999_011));
    assert!(outcome.stdout.head.starts_with(b"first\n") && outcome.stdout.tail.ends_with(b"last\n"));
    bench.close().await;
}

async fn flood() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let limits = CallLimits { wall: Duration::from_mins(2), ..CallLimits::default() };
    let outcome = bench.run(Exec { limits, ..Exec::new(["cat", "/dev/zero"]) }).await;
    assert_eq!(outcome.end, End::OutputLimit);
    assert!(outcome.stdout.total_bytes > 8 << 20 && outcome.stdout.bytes().len() == 256 << 10);
    assert_eq!(bench.shell("echo next").await, "next\n");
    bench.close().await;
}

async fn flood_of_errors() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let outcome = bench.run(shell("yes >&2 & yes >&2")).await;
    assert_eq!((outcome.end, outcome.stdout.total_bytes), (End::OutputLimit, 0));
    bench.close().await;
}

async fn drops() {
    let mut bench = Bench::with_probe().await;
    let outcome = bench.probe(&["drips", "3000"]).await;
    assert_eq!((outcome.stdout.bytes(), outcome.stderr.bytes()), (vec![b'o'; 3000], vec![b'e'; 3000]));
    bench.close().await;
}

async fn hidden() {
    let mut bench = Bench::with_probe().await;
    for _ in 0..3 {
        let outcome = bench.probe(&["hides_its_output_in_a_socket"]).await;
        assert_eq!((outcome.end, text(&outcome.stdout)), (End::Exited(0), "hidden\n".into()));
    }
    bench.close().await;
}

async fn ends() {
    let mut bench = Bench::new(CellSpec::default()).await;
    for (line, end) in [
        ("exit 0", End::Exited(0)),
        ("exit 7", End::Exited(7)),
        ("exit 255", End::Exited(255)),
        ("kill -SEGV $$", End::Signaled(libc::SIGSEGV)),
        ("kill -KILL $$", End::Signaled(libc::SIGKILL)),
        ("kill -PIPE $$", End::Signaled(libc::SIGPIPE)),
        ("sh -c 'kill -KILL $$'; exit 3", End::Exited(3)),
        ("ls core* 2>/dev/null && exit 9; exit 1", End::Exited(1)),
    ] {
        assert_eq!(bench.run(shell(line)).await.end, end, "{line}");
    }
    bench.close().await;
}

async fn not_started() {
    use std::io::ErrorKind;
    let mut bench = Bench::new(CellSpec::default()).await;
    let files = bench.cell.files().clone();
    files.write(&path("plain"), b"#!/bin/sh\necho ran\n", Permission::Plain).unwrap();
    files.write(&path("script"), b"#!/bin/sh\necho ran\n", Permission::Executable).unwrap();
    files.write(&path("headless"), b"echo ran\n", Permission::Executable).unwrap();
    files.write(&path("lost"), b"#!/nowhere\n", Permission::Executable).unwrap();
    for (program, kind, errno) in [
        ("nowhere-to-be-found", ErrorKind::NotFound, libc::ENOENT),
        ("/work/nowhere", ErrorKind::NotFound, libc::ENOENT),
        ("./plain", ErrorKind::PermissionDenied, libc::EACCES),
        ("./headless", ErrorKind::Other, libc::ENOEXEC),
        ("./lost", ErrorKind::NotFound, libc::ENOENT),
        ("/work", ErrorKind::PermissionDenied, libc::EACCES),
        ("/usr/bin/true/x", ErrorKind::NotADirectory, libc::ENOTDIR),
    ] {
        match bench.cell.exec(Exec::new([program])).await {
            Err(Error::NotStarted { program: named, cause }) => {
                assert_eq!((named, cause.raw_os_error()), (program.into(), Some(errno)), "{program} {kind:?}");
            }
            other => panic!("{program}: {other:?}"),
        }
    }
    let nowhere = Exec { cwd: path("no/such"), ..Exec::new(["true"]) };
    assert!(matches!(bench.cell.exec(nowhere).await, Err(Error::NoFolder { .. })));
    files.make_folder(&path("some/where")).unwrap();
    let somewhere = Exec { cwd: path("some/where"), ..Exec::new(["pwd"]) };
    assert_eq!(text(&bench.run(somewhere).await.stdout), "/work/some/where\n");
    assert_eq!(text(&bench.run(Exec::new(["./script"])).await.stdout), "ran\n");
    bench.close().await;
}

async fn arguments() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let long = "x".repeat(100_000);
    let outcome = bench.run(Exec::new(["sh", "-c", "echo ${#1}", "sh", &long])).await;
    assert_eq!(text(&outcome.stdout), "100000\n");
    // The kernel's limit for one argument is 128 KiB.
    let longer = Exec::new(["true", &"x".repeat(140_000)]);
    assert!(matches!(bench.cell.exec(longer).await, Err(Error::NotStarted { .. })));
    let longest = Exec::new(["true", &"x".repeat(1_000_000)]);
    assert!(matches!(bench.cell.exec(longest).await, Err(Error::Refused(Refusal::TooLong { .. }))));
    let many = Exec::new(std::iter::once("true").chain(std::iter::repeat_n("", 40_000)));
    assert!(matches!(bench.cell.exec(many).await, Err(Error::NotStarted { .. })));
    let env = (0..10_000).map(|at| (format!("V{at}").into(), OsString::new())).collect();
    let outcome = bench.run(Exec { env, ..Exec::new(["/usr/bin/env"]) }).await;
    assert_eq!(text(&outcome.stdout).lines().count(), 10_000);
    assert!(matches!(bench.cell.exec(Exec::new(["a\0b"])).await, Err(Error::Refused(Refusal::Nul))));
    assert!(matches!(bench.cell.exec(Exec::new([""; 0])).await, Err(Error::Refused(Refusal::EmptyCommand))));
    bench.close().await;
}
