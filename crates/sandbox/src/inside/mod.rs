//! What runs inside a cell: the steps from a fork of the launcher to its first process, and that process.
//!
//! One thread, no allocation. Every step that fails ends the cell and is told to the host.

mod command;
mod init;
mod landlock;
mod root;
mod seal;
mod watch;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::process::{self, DumpableBehavior, Signal};

use crate::launcher::{Blueprint, Desk, Plan};
use crate::step::{At, Failure, Step};
use crate::syscall;
use crate::wire::{self, Answer};

pub(crate) use seal::limit;

/// The number under which a cell's first process has its socket. The launcher's own has it until then.
const SOCKET: i32 = 3;

/// Turns this process, the first of its namespaces, into the init of a cell. It lives as long as the cell.
pub(crate) fn live(plan: &Plan, blueprint: &Blueprint, desk: &mut Desk, socket: &OwnedFd) {
    let socket = match keep_only(socket) {
        Ok(socket) => socket,
        Err(failure) => return report(socket.as_fd(), failure),
    };
    let opened = open(plan, blueprint, socket.as_fd())
        .and_then(|()| wire::send(&socket, &Answer::Opened.to_bytes(), &[]).at(Step::Seal));
    match opened {
        Ok(()) => init::run(blueprint, desk, socket.as_fd()),
        Err(failure) => report(socket.as_fd(), failure),
    }
}

/// Tells the host which step failed. It may have gone: then nobody wants to know.
pub(crate) fn report(socket: BorrowedFd<'_>, failure: Failure) {
    let _ = wire::send(socket, &Answer::Failed(failure).to_bytes(), &[]);
}

/// Closes everything but the standard streams, which lead nowhere, and the socket.
fn keep_only(socket: &OwnedFd) -> Result<OwnedFd, Failure> {
    let socket = syscall::move_to(socket, SOCKET).at(Step::Descriptors)?;
    syscall::close_all_from(SOCKET.unsigned_abs() + 1).at(Step::Descriptors)?;
    Ok(socket)
}

/// All steps in their order.
fn open(plan: &Plan, blueprint: &Blueprint, socket: BorrowedFd<'_>) -> Result<(), Failure> {
    process::set_parent_process_death_signal(Some(Signal::KILL)).at(Step::ParentDeath)?;
    process::setsid().map(drop).at(Step::ParentDeath)?;
    map_user(blueprint)?;
    write(c"/proc/self/oom_score_adj", b"1000").at(Step::OomScore)?;
    rustix::system::sethostname(b"cell").at(Step::HostName)?;
    root::build(plan, blueprint)?;
    root::make_writable(blueprint).at(Step::Writable)?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let work = rustix::fs::open(c"/work", flags, Mode::empty()).at(Step::Workspace)?;
    // Before the limit of open files: it is also the kernel's limit for descriptors under way, which it counts for all
    // cells of a user together. Another cell that hoards them could keep this one from being opened.
    wire::send(socket, &Answer::Workspace.to_bytes(), &[work.as_fd()]).at(Step::Workspace)?;
    drop(work);
    seal::limits(blueprint).at(Step::Limits)?;
    seal::drop_capabilities().at(Step::Capabilities)?;
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable).at(Step::Seal)?;
    rustix::thread::set_no_new_privs(true).at(Step::NoNewPrivileges)?;
    landlock::restrict(plan.landlock_abi, blueprint.writable.as_deref()).at(Step::Landlock)?;
    syscall::load_filter(&plan.filter).at(Step::Seccomp)
}

/// Maps the one user of the cell. Who has given up root may not write its own files in `/proc` until it is dumpable.
fn map_user(blueprint: &Blueprint) -> Result<(), Failure> {
    process::set_dumpable_behavior(DumpableBehavior::Dumpable).at(Step::IdMap)?;
    write(c"/proc/self/setgroups", b"deny").at(Step::IdMap)?;
    write(c"/proc/self/uid_map", blueprint.uid_map.as_bytes()).at(Step::IdMap)?;
    write(c"/proc/self/gid_map", blueprint.gid_map.as_bytes()).at(Step::IdMap)
}

fn write(path: &std::ffi::CStr, text: &[u8]) -> rustix::io::Result<()> {
    let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CREATE | OFlags::CLOEXEC, Mode::from_raw_mode(0o644))?;
    if rustix::io::write(file, text)? == text.len() { Ok(()) } else { Err(rustix::io::Errno::NOSPC) }
}
