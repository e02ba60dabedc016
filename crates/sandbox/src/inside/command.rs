//! A command's first moments: a process in the memory of init that becomes the program. No allocation.

use std::cell::Cell;
use std::ffi::CStr;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::Resource;

use super::limit;
use crate::syscall::{self, Pointers};
use crate::wire::{Fds, Run};

/// Exit code of a process that did not become its program. Never seen by the host: init tells what failed.
const NOT_STARTED: i32 = 127;

/// The longest path of a program, bytes, with its end (`PATH_MAX`, limits.h).
const PATH_MAX: usize = 4096;

/// Why there is no command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Obstacle {
    Folder(Errno),
    Program(Errno),
}

/// What the new process works with. It lies in memory that both share.
struct Task<'a> {
    run: &'a Run<'a>,
    fds: &'a Fds,
    pointers: &'a Pointers,
    environment: usize,
    obstacle: Cell<Option<Obstacle>>,
}

/// Starts a command. Gives its pid and a handle to wait for it.
pub(super) fn start(
    run: &Run<'_>,
    fds: &Fds,
    pointers: &mut Pointers,
    stack: &mut [u8],
) -> Result<(rustix::process::Pid, std::os::fd::OwnedFd), Obstacle> {
    let environment = pointers.fill(0, run.argv).ok_or(Obstacle::Program(Errno::TOOBIG))?;
    pointers.fill(environment, run.env).ok_or(Obstacle::Program(Errno::TOOBIG))?;
    let task = Task { run, fds, pointers, environment, obstacle: Cell::new(None) };
    let started = syscall::spawn_sharing_memory(stack, become_program, &task).map_err(Obstacle::Program)?;
    match task.obstacle.get() {
        None => Ok(started),
        Some(obstacle) => Err(obstacle),
    }
}

/// In the new process. Comes back only with an obstacle.
fn become_program(task: &Task<'_>) -> i32 {
    let obstacle = prepare(task).err().unwrap_or_else(|| Obstacle::Program(run_program(task)));
    task.obstacle.set(Some(obstacle));
    NOT_STARTED
}

fn prepare(task: &Task<'_>) -> Result<(), Obstacle> {
    let run = task.run;
    rustix::process::setsid().map_err(Obstacle::Program)?;
    streams(task.fds).map_err(Obstacle::Program)?;
    rustix::process::chdir(run.cwd).map_err(Obstacle::Folder)?;
    // The soft limit sends a signal that says why, the hard one ends who ignores it.
    limit(Resource::Cpu, run.cpu_s, run.cpu_s.saturating_add(1)).map_err(Obstacle::Program)?;
    limit(Resource::Fsize, run.file_bytes, run.file_bytes).map_err(Obstacle::Program)?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    Ok(())
}

/// Puts the streams in their places and closes everything else.
fn streams(fds: &Fds) -> Result<(), Errno> {
    let [Some(stdout), Some(stderr), stdin] = fds else { return Err(Errno::BADF) };
    match stdin {
        Some(stdin) => rustix::stdio::dup2_stdin(stdin)?,
        None => {
            rustix::stdio::dup2_stdin(rustix::fs::open(
                c"/dev/null",
                OFlags::RDONLY | OFlags::CLOEXEC,
                Mode::empty(),
            )?)?;
        }
    }
    rustix::stdio::dup2_stdout(stdout)?;
    rustix::stdio::dup2_stderr(stderr)?;
    syscall::close_all_from(3)
}

/// Looks for the program as a shell does and becomes it.
fn run_program(task: &Task<'_>) -> Errno {
    let Ok(program) = CStr::from_bytes_until_nul(task.run.argv) else { return Errno::INVAL };
    let exec = |path: &CStr| syscall::exec(path, task.pointers, task.environment, task.run.argv);
    if program.to_bytes().contains(&b'/') {
        return exec(program);
    }
    let mut failure = Errno::NOENT;
    for folder in task.run.search.split(|byte| *byte == b':').filter(|folder| folder.starts_with(b"/")) {
        let mut space = [0; PATH_MAX];
        let Some(path) = joined(&mut space, folder, program) else { continue };
        match exec(path) {
            Errno::NOENT | Errno::NOTDIR => {}
            // A later folder may have one that can be run.
            Errno::ACCESS => failure = Errno::ACCESS,
            errno => return errno,
        }
    }
    failure
}

fn joined<'a>(space: &'a mut [u8], folder: &[u8], name: &CStr) -> Option<&'a CStr> {
    let name = name.to_bytes_with_nul();
    let n_bytes = folder.len() + 1 + name.len();
    let path = space.get_mut(..n_bytes)?;
    path[..folder.len()].copy_from_slice(folder);
    path[folder.len()] = b'/';
    path[folder.len() + 1..].copy_from_slice(name);
    CStr::from_bytes_with_nul(path).ok()
}
