//! The first process of a cell: runs one command at a time for the host, and leaves nothing of it behind.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::Pid;

use super::command::{self, Obstacle};
use super::watch;
use crate::launcher::{Blueprint, Desk};
use crate::syscall::{self, Reaped};
use crate::wire::{self, Answer, How, Request};

/// Nobody wants the cell any more, or it is not what it should be: it ends, and the kernel kills what is left in it.
struct Over;

/// Why the waiting for a command ended.
enum Wake {
    Ended,
    TimedOut,
    Stopped,
    OutOfMemory,
}

/// Serves until the host closes the socket.
pub(super) fn run(blueprint: &Blueprint, desk: &mut Desk, socket: BorrowedFd<'_>) {
    while serve(blueprint, desk, socket).is_ok() {}
}

/// Takes one request.
fn serve(blueprint: &Blueprint, desk: &mut Desk, socket: BorrowedFd<'_>) -> Result<(), Over> {
    let Desk { request, pointers, stack } = desk;
    let (n_bytes, fds) = wire::receive(socket, request).map_err(|_| Over)?;
    let answer = match Request::read(&request[..n_bytes]) {
        Some(Request::Run(run)) => {
            let start = Instant::now();
            match command::start(&run, &fds, pointers, stack) {
                Ok((pid, handle)) => {
                    // Ours would keep the pipes open after the command.
                    drop(fds);
                    let handle = std::os::fd::AsFd::as_fd(&handle);
                    let wake = wait(blueprint, socket, handle, start, run.wall)?;
                    finish(pid, &wake, start)?
                }
                Err(obstacle) => {
                    sweep(None)?;
                    match obstacle {
                        Obstacle::Folder(errno) => Answer::NoFolder(errno),
                        Obstacle::Program(errno) => Answer::NotStarted(errno),
                    }
                }
            }
        }
        // The command that it was meant for had ended.
        Some(Request::Stop) => return Ok(()),
        Some(Request::Open(_) | Request::Close(_)) | None => return Err(Over),
    };
    wire::send(socket, &answer.to_bytes(), &[]).map_err(|_| Over)
}

/// Waits until the command has ended, or has to.
fn wait(
    blueprint: &Blueprint,
    socket: BorrowedFd<'_>,
    command: BorrowedFd<'_>,
    start: Instant,
    wall: Duration,
) -> Result<Wake, Over> {
    loop {
        let left = wall.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(Wake::TimedOut);
        }
        let pause = if blueprint.watched_bytes.is_some() { left.min(watch::EVERY) } else { left };
        let pause = Timespec::try_from(pause).map_err(|_| Over)?;
        let mut ready =
            [PollFd::from_borrowed_fd(command, PollFlags::IN), PollFd::from_borrowed_fd(socket, PollFlags::IN)];
        match poll(&mut ready, Some(&pause)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Err(Over),
        }
        let [command, order] = ready.map(|ready| !ready.revents().is_empty());
        if command {
            return Ok(Wake::Ended);
        }
        if order {
            obey(socket)?;
            return Ok(Wake::Stopped);
        }
        if let Some(most) = blueprint.watched_bytes
            && watch::memory_bytes().map_err(|_| Over)? > most
        {
            return Ok(Wake::OutOfMemory);
        }
    }
}

/// Reads an order that came while a command runs: only one makes sense.
fn obey(socket: BorrowedFd<'_>) -> Result<(), Over> {
    let mut order = [0; 8];
    let (n_bytes, _) = wire::receive(socket, &mut order).map_err(|_| Over)?;
    match Request::read(&order[..n_bytes]) {
        Some(Request::Stop) => Ok(()),
        Some(Request::Open(_) | Request::Close(_) | Request::Run(_)) | None => Err(Over),
    }
}

/// Ends what is left of the command and sums up.
fn finish(command: Pid, wake: &Wake, start: Instant) -> Result<Answer, Over> {
    let left = sweep(Some(command))?;
    let how = match wake {
        Wake::TimedOut => How::TimedOut,
        Wake::Stopped => How::Stopped,
        Wake::OutOfMemory => How::OutOfMemory,
        Wake::Ended if libc::WIFEXITED(left.status) => {
            How::Exited(u8::try_from(libc::WEXITSTATUS(left.status)).unwrap_or(u8::MAX))
        }
        Wake::Ended => How::Signaled(libc::WTERMSIG(left.status)),
    };
    Ok(Answer::Ended { how, wall: start.elapsed(), cpu: left.cpu, max_rss_bytes: left.max_rss_bytes })
}

/// What was swept together.
struct Left {
    /// Of the command itself, as `wait` encodes it.
    status: i32,
    cpu: Duration,
    max_rss_bytes: u64,
}

/// Kills every process of the cell but this one, and waits until none is left.
fn sweep(command: Option<Pid>) -> Result<Left, Over> {
    syscall::kill_everyone_else().map_err(|_| Over)?;
    let mut left = Left { status: 0, cpu: Duration::ZERO, max_rss_bytes: 0 };
    loop {
        match syscall::wait(true) {
            Ok(Some(Reaped { pid, status, cpu, max_rss_bytes })) => {
                if Some(pid) == command {
                    left.status = status;
                }
                left.cpu += cpu;
                left.max_rss_bytes = left.max_rss_bytes.max(max_rss_bytes);
            }
            Ok(None) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(left),
            Err(_) => return Err(Over),
        }
    }
}
