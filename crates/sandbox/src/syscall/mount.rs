//! Attributes of a whole tree of mounts.

use std::ffi::CStr;

use rustix::io::Errno;

use super::checked;

/// `struct mount_attr`, `MOUNT_ATTR_SIZE_VER0`.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    userns_fd: u64,
}

/// Adds attributes to a mount and to everything mounted beneath it.
pub(crate) fn set_attributes_beneath(path: &CStr, attributes: u64) -> Result<(), Errno> {
    let attributes = Attributes { set: attributes, ..Attributes::default() };
    // SAFETY: path and structure live through the call and have the lengths that are told.
    let set = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<Attributes>(),
        )
    };
    checked(set).map(drop)
}
