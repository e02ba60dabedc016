//! Control groups of version 1: a tree for each controller.

use std::io;
use std::path::PathBuf;

use super::own::Own;
use super::{Group, Place, open, set};
use crate::report::Cgroups;

/// Memory first: its folder tells when it ran out. Without `cpu` we do.
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];
/// A quarter of what a group gets unless told otherwise: the host goes before its cells.
const CPU_SHARES: u32 = 256;

pub(super) fn place(own: &Own, name: &str) -> Option<Place> {
    let parents = [own.v1(CONTROLLERS[0])?, own.v1(CONTROLLERS[1])?].into_iter().chain(own.v1(CONTROLLERS[2]));
    let place = Place { version: Cgroups::V1, folders: parents.map(|parent| parent.join(name)).collect() };
    if place.folders.iter().all(|folder| std::fs::create_dir(folder).is_ok()) {
        return Some(place);
    }
    place.remove();
    None
}

pub(super) fn group(folders: Vec<PathBuf>, memory_bytes: u64, n_processes: u64) -> io::Result<Group> {
    set(&folders[0], &[("memory.limit_in_bytes", memory_bytes.to_string()), ("memory.swappiness", "0".into())])?;
    match std::fs::write(folders[0].join("memory.memsw.limit_in_bytes"), memory_bytes.to_string()) {
        // The kernel counts no swap.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        set => set?,
    }
    set(&folders[1], &[("pids.max", n_processes.to_string())])?;
    if let Some(cpu) = folders.get(2) {
        set(cpu, &[("cpu.shares", CPU_SHARES.to_string())])?;
    }
    let members = folders.iter().map(|folder| open(&folder.join("cgroup.procs"), true)).collect::<Result<_, _>>()?;
    let events = open(&folders[0].join("memory.oom_control"), false)?;
    Ok(Group { folders, members, folder: None, events })
}
