//! What the cell may do with its own files, by Landlock. Made inside: the kernel looks at the mounts as they are here.

use std::ffi::CStr;
use std::os::fd::AsFd;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::launcher::WritableFolder;
use crate::syscall::{self, Ruleset};

// Rights on files (linux/landlock.h).
const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_FOLDER: u64 = 1 << 3;
const REMOVE_FOLDER: u64 = 1 << 4;
const REMOVE_FILE: u64 = 1 << 5;
const MAKE_DEVICE: u64 = 1 << 6;
const MAKE_FOLDER: u64 = 1 << 7;
const MAKE_FILE: u64 = 1 << 8;
const MAKE_SOCKET: u64 = 1 << 9;
const MAKE_PIPE: u64 = 1 << 10;
const MAKE_BLOCK_DEVICE: u64 = 1 << 11;
const MAKE_LINK: u64 = 1 << 12;
/// Moving and linking between folders, since ABI 2.
const REFER: u64 = 1 << 13;
/// Since ABI 3.
const TRUNCATE: u64 = 1 << 14;
/// On devices, since ABI 5.
const DEVICE_IOCTL: u64 = 1 << 15;

const READ: u64 = READ_FILE | READ_FOLDER;
const RUN: u64 = READ | EXECUTE;
const WRITE: u64 =
    WRITE_FILE | REMOVE_FOLDER | REMOVE_FILE | MAKE_FOLDER | MAKE_FILE | MAKE_PIPE | MAKE_LINK | REFER | TRUNCATE;
/// Nobody gets these.
const NEVER: u64 = MAKE_DEVICE | MAKE_SOCKET | MAKE_BLOCK_DEVICE | DEVICE_IOCTL;

/// Binding and connecting TCP ports, since ABI 4.
const PORTS: u64 = 0b11;
/// Abstract sockets and signals, since ABI 6.
const SCOPES: u64 = 0b11;

/// Binds this process and all that it starts. `writable` are the folders in the workspace that commands may write,
/// `None` the whole of it.
pub(super) fn restrict(abi: u32, writable: Option<&[WritableFolder]>) -> Result<(), Errno> {
    let known = match abi {
        0 | 1 => return Err(Errno::NOSYS),
        2 => RUN | WRITE | NEVER & !DEVICE_IOCTL & !TRUNCATE,
        3 | 4 => RUN | WRITE | NEVER & !DEVICE_IOCTL,
        _ => RUN | WRITE | NEVER,
    };
    let known = if abi == 2 { known & !TRUNCATE } else { known };
    let n_fields = match abi {
        0..=3 => 1,
        4 | 5 => 2,
        _ => 3,
    };
    let ruleset = syscall::landlock_ruleset(Ruleset { files: known, network: PORTS, scopes: SCOPES }, n_fields)?;
    let allow = |path: &CStr, rights: u64| {
        let beneath = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        syscall::landlock_rule(ruleset.as_fd(), beneath.as_fd(), rights & known)
    };
    allow(c"/", READ)?;
    for folder in [c"/usr", c"/bin", c"/sbin", c"/lib", c"/lib32", c"/lib64"] {
        match allow(folder, RUN) {
            // Not every system has each.
            Err(Errno::NOENT) => {}
            allowed => allowed?,
        }
    }
    for device in [c"/dev/null", c"/dev/zero", c"/dev/full", c"/dev/random", c"/dev/urandom"] {
        allow(device, READ_FILE | WRITE_FILE | TRUNCATE)?;
    }
    allow(c"/tmp", RUN | WRITE)?;
    allow(c"/dev/shm", READ | WRITE)?;
    match writable {
        None => allow(c"/work", RUN | WRITE)?,
        Some(folders) => {
            allow(c"/work", RUN)?;
            folders.iter().try_for_each(|folder| allow(&folder.path, RUN | WRITE))?;
        }
    }
    syscall::landlock_restrict(ruleset.as_fd())
}
