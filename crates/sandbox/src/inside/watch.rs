//! The memory of all processes of the cell, counted from `/proc`, where no control group does it.

use std::mem::MaybeUninit;
use std::time::Duration;

use rustix::fs::{CWD, Mode, OFlags, RawDir};
use rustix::io::Errno;

/// How often it looks. A limit on each process's address space bounds what can grow in between.
pub(super) const EVERY: Duration = Duration::from_millis(100);

/// The bytes that processes of this cell have for themselves or share without a file.
pub(super) fn memory_bytes() -> Result<u64, Errno> {
    let processes = rustix::fs::open(c"/proc", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let mut space = [MaybeUninit::uninit(); 4096];
    let mut entries = RawDir::new(&processes, &mut space);
    let mut sum = 0;
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name.first().is_some_and(u8::is_ascii_digit) {
            // It may be gone by now.
            sum += of_process(name).unwrap_or(0);
        }
    }
    Ok(sum)
}

fn of_process(name: &[u8]) -> Option<u64> {
    let mut path = [0; 32];
    let parts = [b"/proc/".as_slice(), name, b"/status\0"];
    let mut at = 0;
    for part in parts {
        path.get_mut(at..at + part.len())?.copy_from_slice(part);
        at += part.len();
    }
    let path = std::ffi::CStr::from_bytes_until_nul(&path).ok()?;
    let status = rustix::fs::openat(CWD, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let mut text = [0; 4096];
    let n_bytes = rustix::io::read(status, &mut text).ok()?;
    let lines = text.get(..n_bytes)?.split(|byte| *byte == b'\n');
    Some(
        lines
            .filter_map(|line| line.strip_prefix(b"RssAnon:").or(line.strip_prefix(b"RssShmem:")))
            .map(kilobytes)
            .sum(),
    )
}

/// The number in `   1234 kB`, in bytes.
fn kilobytes(text: &[u8]) -> u64 {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    digits
        .fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
        .saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_process_is_read_from_its_status() {
        assert_eq!(kilobytes(b"\t    1234 kB"), 1234 * 1024);
        assert!(of_process(b"self").unwrap() > 0);
        assert!(memory_bytes().unwrap() >= of_process(b"self").unwrap() / 2);
    }
}
