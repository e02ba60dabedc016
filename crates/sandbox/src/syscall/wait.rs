//! Waiting for children, with what they used.

use std::mem::MaybeUninit;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::Pid;

use super::checked;

/// A child that has ended and is no more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reaped {
    pub(crate) pid: Pid,
    /// As `wait` encodes it.
    pub(crate) status: i32,
    /// Its processor time, with that of its own reaped children.
    pub(crate) cpu: Duration,
    pub(crate) max_rss_bytes: u64,
}

/// Waits for any child, or looks for one. `None` if nobody has ended yet; `ECHILD` if there are no children.
pub(crate) fn wait(block: bool) -> Result<Option<Reaped>, Errno> {
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    let options = libc::__WALL | if block { 0 } else { libc::WNOHANG };
    // SAFETY: both places are valid for writing.
    let pid = checked(unsafe { libc::wait4(-1, &raw mut status, options, usage.as_mut_ptr()) }.into())?;
    // SAFETY: a usage of all zeros is valid, whatever the kernel wrote of it.
    let usage = unsafe { usage.assume_init() };
    let pid = Pid::from_raw(i32::try_from(pid).map_err(|_| Errno::RANGE)?);
    Ok(pid.map(|pid| Reaped {
        pid,
        status,
        cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
        max_rss_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
    }))
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_micros(time.tv_usec.unsigned_abs())
}
