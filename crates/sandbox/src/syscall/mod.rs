//! The system calls that no library offers safely. The only place with `unsafe`: each function is safe to call, or says
//! what its caller has to hold. Nothing here allocates.

#![expect(unsafe_code, reason = "system calls that rustix has not, or has for a whole process only")]

mod clone;
mod descriptors;
mod exec;
mod landlock;
mod mount;
mod page;
mod seccomp;
mod signals;
mod thread_ids;
mod wait;

pub(crate) use clone::{Forked, Namespaces, fork_into, spawn_sharing_memory};
pub(crate) use descriptors::{close_all_from, exit_at_once, move_to, take_standard_input};
pub(crate) use exec::{Pointers, exec};
pub(crate) use landlock::{
    Ruleset, abi as landlock_abi, restrict as landlock_restrict, rule as landlock_rule, ruleset as landlock_ruleset,
};
pub(crate) use mount::set_attributes_beneath;
pub(crate) use page::SharedNumber;
pub(crate) use seccomp::{Instruction, load as load_filter};
pub(crate) use signals::{accept_all, child_exits, kill_everyone_else, reset_to_default};
pub(crate) use thread_ids::FileIds;
pub(crate) use wait::{Reaped, wait};

use rustix::io::Errno;

/// The result of a call made through libc.
fn checked(result: libc::c_long) -> Result<libc::c_long, Errno> {
    if result >= 0 {
        return Ok(result);
    }
    // SAFETY: the location of this thread's errno is always valid.
    Err(Errno::from_raw_os_error(unsafe { *libc::__errno_location() }))
}
