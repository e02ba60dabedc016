//! Control groups of version 2: one tree. A group with processes of its own has no limited children, so cells' groups
//! stand beside ours, in its parent, where that is given to us; or beneath ours, if it is the root.

use std::io;
use std::path::{Path, PathBuf};

use super::own::Own;
use super::{Group, Place, open, set};
use crate::report::Cgroups;

const CONTROLLERS: [&str; 2] = ["memory", "pids"];
/// A quarter of what a group gets unless told otherwise: the host goes before its cells.
const CPU_WEIGHT: u32 = 25;

pub(super) fn place(own: &Own, name: &str) -> Option<Place> {
    let own = own.v2()?;
    [own.parent().map(Path::to_path_buf), Some(own)].into_iter().flatten().find_map(|parent| beneath(&parent, name))
}

fn beneath(parent: &Path, name: &str) -> Option<Place> {
    let given = std::fs::read_to_string(parent.join("cgroup.subtree_control")).ok()?;
    if !has_controllers(&given) {
        return None;
    }
    let folder = parent.join(name);
    std::fs::create_dir(&folder).ok()?;
    let place = Place { version: Cgroups::V2, folders: vec![folder] };
    let given_on = std::fs::write(place.folders[0].join("cgroup.subtree_control"), "+memory +pids");
    // Its members come from our own group: the kernel asks whether we may write what both are beneath.
    let may_move = open(&parent.join("cgroup.procs"), true);
    if given_on.is_ok() && may_move.is_ok() {
        // Fairness to the host is a wish: without the controller we do.
        drop(std::fs::write(place.folders[0].join("cgroup.subtree_control"), "+cpu"));
        return Some(place);
    }
    place.remove();
    None
}

fn has_controllers(given: &str) -> bool {
    CONTROLLERS.iter().all(|controller| given.split_whitespace().any(|one| one == *controller))
}

pub(super) fn group(folders: Vec<PathBuf>, memory_bytes: u64, n_processes: u64) -> io::Result<Group> {
    let folder = &folders[0];
    set(folder, &[("memory.max", memory_bytes.to_string()), ("pids.max", n_processes.to_string())])?;
    for (name, text) in [("memory.swap.max", "0".to_owned()), ("cpu.weight", CPU_WEIGHT.to_string())] {
        match std::fs::write(folder.join(name), text) {
            // There is no swap, or no such controller.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            set => set?,
        }
    }
    let events = open(&folder.join("memory.events"), false)?;
    let born_in = std::fs::File::open(folder)?.into();
    Ok(Group { folders, members: Vec::new(), folder: Some(born_in), events })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_controllers_are_wanted() {
        assert!(has_controllers("cpu memory pids\n"));
        assert!(!has_controllers("cpu memory\n"));
        assert!(!has_controllers("memoryx pids\n"));
        assert!(!has_controllers(""));
    }
}
