//! Descriptors as numbers: closing a range, and taking the one that the process was started with.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use rustix::io::Errno;

use super::checked;

/// Closes every descriptor from this number on. Owners of closed ones must not exist any more, or never drop.
pub(crate) fn close_all_from(first: u32) -> Result<(), Errno> {
    // SAFETY: it touches no memory. The callers are new processes that own nothing but what they keep below `first`.
    checked(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) }).map(drop)
}

/// A copy of standard input under the first number after the standard ones, closed on exec. What had this number is
/// closed: the process was just started, and owns nothing.
pub(crate) fn take_standard_input() -> Result<OwnedFd, Errno> {
    const NUMBER: i32 = 3;
    // SAFETY: it touches no memory.
    checked(unsafe { libc::dup3(0, NUMBER, libc::O_CLOEXEC) }.into())?;
    // SAFETY: the number is open now, and this its only owner.
    Ok(unsafe { OwnedFd::from_raw_fd(NUMBER) })
}

/// Ends this process at once: no destructor, no buffer that belongs to the process it was forked from.
pub(crate) fn exit_at_once(well: bool) -> ! {
    // SAFETY: it touches no memory.
    unsafe { libc::_exit(i32::from(!well)) }
}

/// Puts a descriptor under this number for good. What was there is closed, and must have no owner that drops.
pub(crate) fn move_to(fd: &OwnedFd, number: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: it touches no memory; the caller is a fork that never drops what it inherited.
    checked(unsafe { libc::dup3(fd.as_raw_fd(), number, libc::O_CLOEXEC) }.into())?;
    // SAFETY: `number` is open now, and this its only owner.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}
