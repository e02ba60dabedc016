//! Signals: their handling, the mask, and the one that ends a cell's processes.

use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, OwnedFd};
use std::ptr;

use rustix::io::Errno;

use super::checked;

/// Sets every signal back to its default. An ignored one would stay ignored in every program that we run, and a handler
/// would let a cell's processes reach their init.
pub(crate) fn reset_to_default() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: the default action needs no handler. SIGKILL and SIGSTOP are refused, and have no other.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// Takes every signal as it comes.
pub(crate) fn accept_all() -> Result<(), Errno> {
    let mut none = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initializes what it is given; the mask is this thread's.
    let set = unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut())
    };
    checked(set.into()).map(drop)
}

/// A descriptor that is readable when a child has ended. Blocks SIGCHLD.
pub(crate) fn child_exits() -> Result<OwnedFd, Errno> {
    let mut exits = MaybeUninit::uninit();
    // SAFETY: both initialize and then read the set.
    let fd = unsafe {
        libc::sigemptyset(exits.as_mut_ptr());
        libc::sigaddset(exits.as_mut_ptr(), libc::SIGCHLD);
        libc::sigprocmask(libc::SIG_BLOCK, exits.as_ptr(), ptr::null_mut());
        libc::signalfd(-1, exits.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
    };
    let fd = checked(fd.into())?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).map_err(|_| Errno::RANGE)?) })
}

/// Kills every process of our pid namespace but us. Only for a process that is the first of its namespace.
pub(crate) fn kill_everyone_else() -> Result<(), Errno> {
    if std::process::id() != 1 {
        return Err(Errno::PERM);
    }
    // SAFETY: it touches no memory. We are process 1, so that "everyone" ends at our namespace.
    match checked(unsafe { libc::kill(-1, libc::SIGKILL) }.into()) {
        Ok(_) | Err(Errno::SRCH) => Ok(()),
        Err(errno) => Err(errno),
    }
}
