//! Machines that do not give what a cell needs: nothing runs, and the step is said.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use arena_sandbox::{Error, Native, Options, Sandbox, Step};

use crate::half::{Half, Test};
use crate::inside::test;
use crate::named;
use crate::raw::call;

/// The argument that makes this program try to open a cell and say what came of it; with a second one, where nobody may
/// make a user namespace.
pub(crate) const WORD: &str = "try";
pub(crate) const FORBIDDEN: &str = "without-user-namespaces";

pub(crate) fn tests() -> Vec<(String, Test)> {
    named(
        "refusals",
        &[
            ("a_machine_that_forbids_user_namespaces_is_told", test(forbidden)),
            ("a_container_that_covers_parts_of_proc_is_told", test(covered_proc)),
            ("a_container_with_a_single_user_is_told", test(single_user)),
        ],
    )
}

/// In a process of its own: says the step that failed.
pub(crate) fn try_to_start(forbidden: bool) -> ! {
    if forbidden {
        forbid();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match runtime.block_on(Native::start(Options::default())) {
        Ok(native) => println!("{}", native.report().level),
        Err(Error::Unavailable { step, errno, .. }) => println!("{step:?} {errno}"),
        Err(error) => println!("{error}"),
    }
    std::process::exit(0);
}

/// Moves into a user namespace that allows no others, as an ordinary user of it. The parent maps its users meanwhile.
fn forbid() {
    call(libc::SYS_unshare, [libc::CLONE_NEWUSER as usize, 0, 0, 0, 0, 0]).unwrap();
    println!("moved");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    std::fs::write("/proc/sys/user/max_user_namespaces", "0").unwrap();
    call(libc::SYS_setgroups, [0; 6]).unwrap();
    call(libc::SYS_setresgid, [1000, 1000, 1000, 0, 0, 0]).unwrap();
    call(libc::SYS_setresuid, [1000, 1000, 1000, 0, 0, 0]).unwrap();
}

async fn forbidden() {
    // Only root can map a second user, which a namespace without root needs.
    if Half::now() == Half::User {
        return;
    }
    let mut command = Command::new("/proc/self/exe");
    let mut child = command.args([WORD, FORBIDDEN]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "moved");
    for map in ["uid_map", "gid_map"] {
        std::fs::write(format!("/proc/{}/{map}", child.id()), "0 0 70000").unwrap();
    }
    child.stdin.take().unwrap().write_all(b"x").unwrap();
    assert_eq!(said.next().unwrap().unwrap(), format!("{:?} {}", Step::Namespaces, libc::ENOSPC));
    child.wait().unwrap();
}

async fn covered_proc() {
    // Who is not root cannot cover anything without becoming root of a namespace, which is the next test.
    if Half::now() == Half::User {
        return;
    }
    let (_folder, program) = program();
    let line = format!("mount -t tmpfs none /proc/sys && exec {program} {WORD}");
    says(Command::new("unshare").args(["-m", "sh", "-c", &line]), Step::Proc);
}

async fn single_user() {
    let (_folder, program) = program();
    says(Command::new("unshare").args(["-Ur", &program, WORD]), Step::User);
}

/// This program for another user, who may not get at it where it is.
fn program() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("cells");
    std::fs::copy("/proc/self/exe", &program).unwrap();
    let path = program.to_str().unwrap().to_owned();
    (folder, path)
}

fn says(command: &mut Command, step: Step) {
    let output = command.output().unwrap();
    let (said, more) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), format!("{step:?} {}", libc::EPERM), "{more}");
}
