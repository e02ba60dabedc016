//! System calls by their number, as an attacker makes them.

#![expect(unsafe_code, reason = "what a library would refuse is what has to be tried")]

use rustix::io::Errno;

/// Makes a call. Addresses among the arguments must be of memory that fits what the call does with it.
pub(crate) fn call(number: i64, arguments: [usize; 6]) -> Result<i64, Errno> {
    let [first, second, third, fourth, fifth, sixth] = arguments;
    // SAFETY: the callers pass no addresses but those of buffers that they keep through the call, large enough for it.
    let result = unsafe { libc::syscall(number, first, second, third, fourth, fifth, sixth) };
    if result >= 0 {
        return Ok(result);
    }
    // SAFETY: the location of this thread's errno is always valid.
    Err(Errno::from_raw_os_error(unsafe { *libc::__errno_location() }))
}

/// Forks: `None` in the child. This program has one thread where it does that.
pub(crate) fn fork() -> Result<Option<rustix::process::Pid>, Errno> {
    let pid = call(libc::SYS_clone, [libc::SIGCHLD as usize, 0, 0, 0, 0, 0])?;
    Ok(rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()))
}

/// `getpid` by the door of 32-bit programs, where its number is 20.
#[cfg(target_arch = "x86_64")]
pub(crate) fn getpid_as_32_bit() -> i64 {
    let result: i64;
    // SAFETY: getpid touches no memory. The old door may clobber r8 to r11.
    unsafe {
        std::arch::asm!("int 0x80", inlateout("rax") 20_i64 => result, out("r8") _, out("r9") _, out("r10") _, out("r11") _);
    }
    result
}
