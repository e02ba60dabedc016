//! The cell's file system: an empty root with the system's folders, a few devices, and folders of fixed size.

use std::ffi::CStr;

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive, mount_change,
    mount_remount, unmount,
};
use rustix::process::{chdir, pivot_root};

use super::write;
use crate::launcher::{Blueprint, Plan, SystemFolder};
use crate::step::{At, Failure, Step};
use crate::syscall;

/// `MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV` (linux/mount.h).
const READ_ONLY: u64 = 0x1 | 0x2 | 0x4;
const PLAIN: MountFlags = MountFlags::NOSUID.union(MountFlags::NODEV);

const FOLDERS: &[&CStr] =
    &[c"usr", c"etc", c"etc/ssl", c"dev", c"dev/shm", c"proc", c"tmp", c"work", c"run", c"var", c"old"];

/// What stands in for the host's files of the same names.
const ETC: &[(&CStr, &[u8])] = &[
    (
        c"etc/passwd",
        b"root:x:0:0:root:/:/usr/sbin/nologin\nagent:x:1000:1000:agent:/work:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    ),
    (c"etc/group", b"root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n"),
    (c"etc/hosts", b"127.0.0.1 localhost cell\n::1 localhost\n"),
    (c"etc/hostname", b"cell\n"),
    (c"etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files\n"),
];

/// What of the host's `/etc` programs need: it holds nothing about users or services.
const ETC_OF_THE_HOST: &[(&CStr, &CStr, Kind)] = &[
    (c"/etc/alternatives", c"etc/alternatives", Kind::Folder),
    (c"/etc/ssl/certs", c"etc/ssl/certs", Kind::Folder),
    (c"/etc/ld.so.cache", c"etc/ld.so.cache", Kind::File),
];

const DEVICES: &[(&CStr, &CStr)] = &[
    (c"/dev/null", c"dev/null"),
    (c"/dev/zero", c"dev/zero"),
    (c"/dev/full", c"dev/full"),
    (c"/dev/random", c"dev/random"),
    (c"/dev/urandom", c"dev/urandom"),
];

const LINKS: &[(&CStr, &CStr)] = &[
    (c"/proc/self/fd", c"dev/fd"),
    (c"/proc/self/fd/0", c"dev/stdin"),
    (c"/proc/self/fd/1", c"dev/stdout"),
    (c"/proc/self/fd/2", c"dev/stderr"),
    (c"/tmp", c"var/tmp"),
];

/// What `/proc` tells about the host and not about the cell, and no program needs.
const HIDDEN: &[&CStr] =
    &[c"proc/cmdline", c"proc/kallsyms", c"proc/keys", c"proc/key-users", c"proc/modules", c"proc/config.gz"];

#[derive(Clone, Copy)]
enum Kind {
    Folder,
    File,
}

/// Builds the root and moves into it.
pub(super) fn build(plan: &Plan, blueprint: &Blueprint) -> Result<(), Failure> {
    mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).at(Step::Private)?;
    mount(c"tmpfs", c"/tmp", c"tmpfs", PLAIN, c"size=1m,nr_inodes=128,mode=755").at(Step::Root)?;
    chdir(c"/tmp").at(Step::Root)?;
    FOLDERS.iter().try_for_each(|folder| make_folder(folder)).at(Step::Root)?;
    plan.system.iter().try_for_each(bind_system).at(Step::System)?;
    etc().at(Step::Etc)?;
    devices().at(Step::Devices)?;
    mount(c"tmpfs", c"work", c"tmpfs", PLAIN, &*blueprint.work_options).at(Step::Space)?;
    mount(c"tmpfs", c"tmp", c"tmpfs", PLAIN, &*blueprint.tmp_options).at(Step::Space)?;
    mount(c"tmpfs", c"dev/shm", c"tmpfs", PLAIN | MountFlags::NOEXEC, &*blueprint.tmp_options).at(Step::Space)?;
    mount(c"proc", c"proc", c"proc", PLAIN | MountFlags::NOEXEC, None).at(Step::Proc)?;
    HIDDEN.iter().try_for_each(|file| hide(file)).at(Step::Proc)?;
    pivot_root(c".", c"old").at(Step::Pivot)?;
    chdir(c"/").at(Step::Pivot)?;
    unmount(c"/old", UnmountFlags::DETACH).at(Step::Detach)?;
    rustix::fs::rmdir(c"/old").at(Step::Detach)?;
    mount_remount(c"/", MountFlags::BIND | MountFlags::RDONLY | PLAIN, c"").at(Step::ReadOnly)
}

/// Makes the folders that commands may write, in the new root.
pub(super) fn make_writable(blueprint: &Blueprint) -> Result<(), Errno> {
    for folder in blueprint.writable.iter().flatten().flat_map(|folder| &folder.with_parents) {
        make_folder(folder)?;
    }
    Ok(())
}

fn bind_system(folder: &SystemFolder) -> Result<(), Errno> {
    match folder {
        SystemFolder::Link { name, target } => rustix::fs::symlink(target, name),
        SystemFolder::Folder { name, source } => {
            make_folder(name)?;
            mount_bind_recursive(source, name)?;
            syscall::set_attributes_beneath(name, READ_ONLY)
        }
    }
}

fn etc() -> Result<(), Errno> {
    for (path, text) in ETC {
        write(path, text)?;
    }
    for (source, path, kind) in ETC_OF_THE_HOST {
        if rustix::fs::access(*source, rustix::fs::Access::EXISTS).is_err() {
            continue;
        }
        match kind {
            Kind::Folder => make_folder(path)?,
            Kind::File => write(path, b"")?,
        }
        mount_bind(*source, *path)?;
        syscall::set_attributes_beneath(path, READ_ONLY)?;
    }
    Ok(())
}

fn devices() -> Result<(), Errno> {
    for (source, path) in DEVICES {
        write(path, b"")?;
        mount_bind(*source, *path)?;
    }
    LINKS.iter().try_for_each(|(target, path)| rustix::fs::symlink(*target, *path))
}

fn hide(file: &CStr) -> Result<(), Errno> {
    match mount_bind(c"/dev/null", file) {
        // Not every kernel has each.
        Err(Errno::NOENT) => Ok(()),
        hidden => hidden,
    }
}

fn make_folder(path: &CStr) -> Result<(), Errno> {
    match rustix::fs::mkdirat(CWD, path, Mode::from_raw_mode(0o755)) {
        Err(Errno::EXIST) => {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            rustix::fs::open(path, flags, Mode::empty()).map(drop)
        }
        made => made,
    }
}
