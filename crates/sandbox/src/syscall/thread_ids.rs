//! The user as whom this thread touches files.

use std::marker::PhantomData;

/// As long as this lives, the kernel checks and makes files in this thread as the given user, without the rights of root.
pub(crate) struct FileIds {
    user: i32,
    group: i32,
    /// The ids are the thread's: they must be set back where they were set.
    _here: PhantomData<*const ()>,
}

impl FileIds {
    pub(crate) fn of(id: u32) -> Self {
        // SAFETY: these touch no memory; the C library passes them on for the calling thread only. The group goes first:
        // afterwards we might no longer be allowed to.
        let (group, user) = unsafe { (libc::setfsgid(id), libc::setfsuid(id)) };
        Self { user, group, _here: PhantomData }
    }
}

impl Drop for FileIds {
    fn drop(&mut self) {
        // SAFETY: as in `of`. Going back to an id that the thread has as its effective one is always allowed.
        unsafe {
            libc::setfsuid(self.user.cast_unsigned());
            libc::setfsgid(self.group.cast_unsigned());
        }
    }
}
