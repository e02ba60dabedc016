//! Running a program with arguments that lie in memory already.

use std::ffi::{CStr, c_char};
use std::ptr;

use rustix::io::Errno;

/// Lists of texts as `execve` takes them. Made once, filled again for each call.
pub(crate) struct Pointers(Box<[*const c_char]>);

impl Pointers {
    pub(crate) fn with_room_for(n_texts: usize) -> Self {
        Self(vec![ptr::null(); n_texts].into_boxed_slice())
    }

    /// Starting at `from`, writes the texts that lie behind each other in `bytes`, and the end of the list. Gives the
    /// place after it, or `None` if there is no room or the last text has no end.
    ///
    /// The texts must stay where they are until [`exec`].
    pub(crate) fn fill(&mut self, from: usize, bytes: &[u8]) -> Option<usize> {
        let (mut at, mut rest) = (from, bytes);
        while !rest.is_empty() {
            let text = CStr::from_bytes_until_nul(rest).ok()?;
            *self.0.get_mut(at)? = text.as_ptr();
            at += 1;
            rest = &rest[text.count_bytes() + 1..];
        }
        *self.0.get_mut(at)? = ptr::null();
        Some(at + 1)
    }
}

/// Becomes `program`. Comes back only if that fails.
///
/// `pointers` holds the arguments from 0 and the environment from `environment`, both filled from `texts`.
pub(crate) fn exec(program: &CStr, pointers: &Pointers, environment: usize, _texts: &[u8]) -> Errno {
    let Some(environment) = pointers.0.get(environment..) else { return Errno::INVAL };
    // SAFETY: `fill` ended both lists with a null and filled them with texts that end in one; `_texts` keeps those alive.
    unsafe { libc::execve(program.as_ptr(), pointers.0.as_ptr(), environment.as_ptr()) };
    // SAFETY: the location of this thread's errno is always valid.
    Errno::from_raw_os_error(unsafe { *libc::__errno_location() })
}
