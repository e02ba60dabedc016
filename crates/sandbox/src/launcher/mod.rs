//! The launcher: a small process of one thread, our own program started anew, from which cells are born. It ends when the
//! host closes its socket, and takes every cell along.

mod birth;
mod blueprint;
mod cgroup;
mod plan;
mod ward;

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

pub(crate) use blueprint::{Blueprint, WritableFolder};
pub(crate) use plan::{Desk, Plan, SystemFolder};

use crate::step::{At, Failure, Step};
use crate::syscall;
use crate::wire::{self, Answer, Request};
use ward::Ward;

/// The name (argument 0) under which our program is a launcher.
pub(crate) const NAME: &str = "arena-sandbox-launcher";

/// Becomes the launcher if this process was started as it, and then never returns. First line of `main` of every
/// program that opens cells: before threads, before anything is written.
#[expect(clippy::exit, reason = "the launcher is another program in the same file")]
pub fn become_launcher_if_asked() {
    if std::env::args_os().next().as_deref() == Some(OsStr::from_bytes(NAME.as_bytes())) {
        std::process::exit(i32::from(launch().is_err()));
    }
}

/// Serves the host until it closes the socket.
fn launch() -> Result<(), Failure> {
    syscall::reset_to_default();
    let host = syscall::take_standard_input().at(Step::Launcher)?;
    // What a terminal sends to the host is the host's to answer: it ends us when it is done.
    rustix::process::setsid().at(Step::Launcher)?;
    // What a careless host left open for its children is not ours, and not our cells'.
    syscall::close_all_from(host.as_raw_fd().unsigned_abs() + 1).at(Step::Launcher)?;
    open_as_many_as_allowed().at(Step::Launcher)?;
    let prepared = quiet_streams().at(Step::Launcher).and_then(|()| Plan::make());
    let (plan, mut ward) = match prepared.and_then(|plan| Ok((plan, Ward::new().at(Step::Launcher)?))) {
        Ok(prepared) => prepared,
        Err(failure) => {
            crate::inside::report(host.as_fd(), failure);
            return Err(failure);
        }
    };
    let ready = Answer::Ready { landlock_abi: plan.landlock_abi, cgroups: plan.cgroups() };
    wire::send(&host, &ready.to_bytes(), &[]).at(Step::Launcher)?;
    let mut desk = Desk::new();
    let served = serve(&host, &plan, &mut ward, &mut desk);
    ward.end_all();
    plan.end();
    served.at(Step::Launcher)
}

/// A cell takes one of ours. And as many as a process may have open, so many of its user's may be under way at once.
fn open_as_many_as_allowed() -> Result<(), Errno> {
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most })
}

/// Nothing that we or a cell's first process might print reaches the host's streams.
fn quiet_streams() -> Result<(), Errno> {
    let null = rustix::fs::open(c"/dev/null", rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)
}

fn serve(host: &OwnedFd, plan: &Plan, ward: &mut Ward, desk: &mut Desk) -> Result<(), Errno> {
    loop {
        let mut ready = [PollFd::new(host, PollFlags::IN), PollFd::from_borrowed_fd(ward.exits(), PollFlags::IN)];
        match poll(&mut ready, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        let [host_asks, somebody_ended] = ready.map(|ready| !ready.revents().is_empty());
        if somebody_ended {
            ward.bury();
        }
        if host_asks {
            let (n_bytes, fds) = wire::receive(host, &mut desk.request)?;
            if n_bytes == 0 {
                return Ok(());
            }
            let [socket, _, _] = fds;
            let blueprint = match (Request::read(&desk.request[..n_bytes]), &socket) {
                (Some(Request::Open(open)), Some(_)) => Blueprint::new(&open, plan),
                (Some(Request::Close(number)), None) => {
                    ward.end(number);
                    continue;
                }
                _ => return Err(Errno::PROTO),
            };
            if let Some(socket) = socket {
                birth::bear(plan, &blueprint, desk, ward, socket);
            }
        }
    }
}
