//! A number in memory that a forked child shares with us.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::io::Errno;

/// One page that lives as long as the process.
pub(crate) struct SharedNumber(NonNull<AtomicI32>);

impl SharedNumber {
    pub(crate) fn new() -> Result<Self, Errno> {
        let (read_write, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping at a place that the kernel chooses touches nothing of ours.
        let page = unsafe { libc::mmap(ptr::null_mut(), size_of::<AtomicI32>(), read_write, shared, -1, 0) };
        if page == libc::MAP_FAILED {
            return Err(Errno::NOMEM);
        }
        NonNull::new(page.cast()).map(Self).ok_or(Errno::NOMEM)
    }

    pub(crate) fn get(&self) -> i32 {
        // SAFETY: the page is mapped for good, aligned, and zero is a valid number.
        unsafe { self.0.as_ref() }.load(Ordering::Acquire)
    }

    pub(crate) fn set(&self, number: i32) {
        // SAFETY: as in `get`.
        unsafe { self.0.as_ref() }.store(number, Ordering::Release);
    }
}
