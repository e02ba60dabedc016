//! New processes: one with namespaces of its own, and one that shares our memory until it runs a program.

use std::ffi::{c_int, c_void};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::Pid;

use super::checked;

/// Where a call to [`fork_into`] comes back.
pub(crate) enum Forked {
    Parent(Pid),
    Child,
}

/// What a new process gets for its own.
#[derive(Clone, Copy)]
pub(crate) enum Namespaces {
    /// Nothing: a plain fork.
    Ours,
    /// User, mount, pid, network, ipc, uts and cgroup namespaces. The new process is a child of our parent.
    New,
}

/// The kernel's `struct clone_args`, `CLONE_ARGS_SIZE_VER2`.
#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}

/// linux/sched.h; the C library's constant is too narrow for it.
const CLONE_INTO_CGROUP: u64 = 1 << 33;

const NEW: c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

/// Forks, in a process of one thread; the child may be born in a cgroup (of version 2).
pub(crate) fn fork_into(namespaces: Namespaces, cgroup: Option<BorrowedFd<'_>>) -> Result<Forked, Errno> {
    let mut args = CloneArgs::default();
    match namespaces {
        Namespaces::Ours => args.exit_signal = libc::SIGCHLD.unsigned_abs().into(),
        // With CLONE_PARENT the parent's own exit signal is used.
        Namespaces::New => args.flags = u64::from((NEW | libc::CLONE_PARENT).unsigned_abs()),
    }
    if let Some(cgroup) = cgroup {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = u64::from(cgroup.as_raw_fd().unsigned_abs());
    }
    // SAFETY: without CLONE_VM this is a fork. The launcher and what it forks have one thread each, so that no lock of
    // another thread can be held in the child.
    let pid = checked(unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of::<CloneArgs>()) })?;
    match Pid::from_raw(i32::try_from(pid).map_err(|_| Errno::RANGE)?) {
        None => Ok(Forked::Child),
        Some(pid) => Ok(Forked::Parent(pid)),
    }
}

/// Runs `child` in a new process on `stack`, in our memory, and waits until it runs a program or exits. Gives its pid
/// and a handle to wait for its end.
///
/// `child` must end in [`exec`](fn@super::exec) or come back to exit, allocate nothing, and leave our memory as we want it.
pub(crate) fn spawn_sharing_memory<T>(
    stack: &mut [u8],
    child: fn(&T) -> c_int,
    task: &T,
) -> Result<(Pid, OwnedFd), Errno> {
    let job = Job { child, task };
    let mut pidfd: c_int = -1;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
    let top = stack.as_mut_ptr_range().end;
    let top = top.wrapping_sub(top.addr() % 16);
    // SAFETY: CLONE_VFORK halts us until the child has another memory or is gone, so `stack`, `job` and `pidfd` outlive
    // its use of them and nobody else uses them. The stack grows down from its aligned end.
    let pid = unsafe { libc::clone(start::<T>, top.cast(), flags, (&raw const job).cast_mut().cast(), &raw mut pidfd) };
    let pid = Pid::from_raw(i32::try_from(checked(pid.into())?).map_err(|_| Errno::RANGE)?).ok_or(Errno::SRCH)?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok((pid, unsafe { OwnedFd::from_raw_fd(pidfd) }))
}

/// What the child does, and with what.
struct Job<'a, T> {
    child: fn(&T) -> c_int,
    task: &'a T,
}

extern "C" fn start<T>(job: *mut c_void) -> c_int {
    // SAFETY: `spawn_sharing_memory` passes a job of this type, which lives until we are gone.
    let job = unsafe { &*job.cast::<Job<'_, T>>() };
    (job.child)(job.task)
}
