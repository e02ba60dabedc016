//! Limits and capabilities of a cell's first process; everything it starts has them too.

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::launcher::Blueprint;

/// Of one process, bytes. For programs that keep a key out of swap.
const LOCKED_BYTES: u64 = 64 * 1024;
/// Signals that wait, of all processes of the cell. Timers count too.
const N_PENDING_SIGNALS: u64 = 1024;
/// One byte: the kernel writes no core file, and takes it as the word to call no handler of core files on the host
/// either (`do_coredump`, fs/coredump.c).
const CORE_BYTES: u64 = 1;

/// Sets the limits that hold for the whole life of the cell.
pub(super) fn limits(blueprint: &Blueprint) -> Result<(), Errno> {
    let limits = [
        (Resource::Core, CORE_BYTES),
        (Resource::Nproc, blueprint.n_processes),
        (Resource::Nofile, blueprint.n_files),
        (Resource::Memlock, LOCKED_BYTES),
        (Resource::Sigpending, N_PENDING_SIGNALS),
        (Resource::Msgqueue, 0),
        (Resource::Rtprio, 0),
        (Resource::Nice, 0),
    ];
    limits.into_iter().try_for_each(|(resource, most)| limit(resource, most, most))?;
    match blueprint.address_bytes {
        Some(most) => limit(Resource::As, most, most),
        None => Ok(()),
    }
}

/// Sets a limit of this process for good: `soft` warns, `hard` ends. A lower one that it came with stays.
pub(crate) fn limit(resource: Resource, soft: u64, hard: u64) -> Result<(), Errno> {
    let hard = rustix::process::getrlimit(resource).maximum.map_or(hard, |maximum| hard.min(maximum));
    setrlimit(resource, Rlimit { current: Some(soft.min(hard)), maximum: Some(hard) })
}

/// Takes every capability from this process and everything it starts.
pub(super) fn drop_capabilities() -> Result<(), Errno> {
    for number in 0..u64::BITS {
        match rustix::thread::remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number)) {
            // The kernel has no more.
            Err(Errno::INVAL) => break,
            dropped => dropped?,
        }
    }
    let none = CapabilitySet::empty();
    let none = CapabilitySets { effective: none, permitted: none, inheritable: none };
    rustix::thread::set_capabilities(None, none)
}
