//! Landlock: three calls and two structures (landlock(7)).

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use rustix::io::Errno;

use super::checked;

/// `struct landlock_ruleset_attr` as of ABI 6. What an older kernel does not know is left out by its size.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Ruleset {
    pub(crate) files: u64,
    pub(crate) network: u64,
    pub(crate) scopes: u64,
}

/// `struct landlock_path_beneath_attr`.
#[repr(C, packed)]
pub(crate) struct PathRule {
    allowed: u64,
    beneath: i32,
}

/// `LANDLOCK_CREATE_RULESET_VERSION`.
const VERSION: u32 = 1;
/// `LANDLOCK_RULE_PATH_BENEATH`.
const PATH_BENEATH: u32 = 1;

/// The version of Landlock that this kernel has.
pub(crate) fn abi() -> Result<u32, Errno> {
    // SAFETY: with this flag the kernel takes no structure.
    let abi =
        checked(unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, ptr::null::<Ruleset>(), 0_usize, VERSION) })?;
    u32::try_from(abi).map_err(|_| Errno::RANGE)
}

/// A ruleset that denies all that it handles; the kernel reads so many fields of it.
pub(crate) fn ruleset(handled: Ruleset, n_fields: usize) -> Result<OwnedFd, Errno> {
    let size = n_fields.min(3) * size_of::<u64>();
    // SAFETY: `handled` is at least `size` bytes and lives through the call.
    let fd = checked(unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, &raw const handled, size, 0_u32) })?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).map_err(|_| Errno::RANGE)?) })
}

/// Allows this beneath that folder, or on that file.
pub(crate) fn rule(ruleset: BorrowedFd<'_>, beneath: BorrowedFd<'_>, allowed: u64) -> Result<(), Errno> {
    let rule = PathRule { allowed, beneath: beneath.as_raw_fd() };
    let ruleset = ruleset.as_raw_fd();
    // SAFETY: `rule` is what the kernel expects for this kind and lives through the call.
    let added = unsafe { libc::syscall(libc::SYS_landlock_add_rule, ruleset, PATH_BENEATH, &raw const rule, 0_u32) };
    checked(added).map(drop)
}

/// Binds this process and all that it starts to the ruleset.
pub(crate) fn restrict(ruleset: BorrowedFd<'_>) -> Result<(), Errno> {
    // SAFETY: it touches no memory.
    checked(unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0_u32) }).map(drop)
}
