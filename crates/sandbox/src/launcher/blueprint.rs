//! One cell as it is to be, ready in memory before its first process is born.

use std::ffi::{CStr, CString};

use rustix::process::{getegid, geteuid};

use super::plan::Plan;
use crate::wire::{Open, Writables};

/// One cell as it is to be.
pub(crate) struct Blueprint {
    pub(super) number: u64,
    /// The user to become first, if we are root.
    pub(super) become_user: Option<u32>,
    pub(super) memory_bytes: u64,
    pub(crate) uid_map: String,
    pub(crate) gid_map: String,
    pub(crate) work_options: CString,
    pub(crate) tmp_options: CString,
    pub(crate) n_processes: u64,
    pub(crate) n_files: u64,
    /// The most memory of all processes, if nobody but init watches it.
    pub(crate) watched_bytes: Option<u64>,
    /// The largest address space of a process, on the same condition.
    pub(crate) address_bytes: Option<u64>,
    /// Where commands may write, if not in the whole workspace.
    pub(crate) writable: Option<Vec<WritableFolder>>,
}

/// A folder that commands may write.
pub(crate) struct WritableFolder {
    pub(crate) path: CString,
    /// Its parents from the workspace on, and itself.
    pub(crate) with_parents: Vec<CString>,
}

/// The user in the cell.
const USER_INSIDE: u32 = 1000;
/// Processes of a cell where no control group counts them.
const N_PROCESSES_WATCHED: u64 = 16;

impl Blueprint {
    pub(super) fn new(open: &Open<'_>, plan: &Plan) -> Self {
        #[cfg(feature = "faults")]
        crate::fault::set(open.fault);
        let root = geteuid().is_root();
        let (user, group) = if root { (open.uid, open.uid) } else { (geteuid().as_raw(), getegid().as_raw()) };
        let watched = plan.place.is_none();
        Self {
            number: open.number,
            become_user: root.then_some(open.uid),
            memory_bytes: open.memory_bytes,
            uid_map: format!("{USER_INSIDE} {user} 1"),
            gid_map: format!("{USER_INSIDE} {group} 1"),
            work_options: options(&format!("size={},nr_inodes={},mode=755", open.work_bytes, open.work_inodes)),
            tmp_options: options(&format!("size={},nr_inodes=4096,mode=755", open.tmp_bytes)),
            n_processes: if watched { open.n_processes.min(N_PROCESSES_WATCHED) } else { open.n_processes },
            n_files: open.n_files,
            watched_bytes: watched.then_some(open.memory_bytes),
            address_bytes: watched.then(|| open.memory_bytes.saturating_mul(2)),
            writable: match open.writable {
                Writables::All => None,
                Writables::Beneath(texts) => Some(folders(texts)),
            },
        }
    }
}

fn options(text: &str) -> CString {
    CString::new(text).expect("numbers and words hold no NUL")
}

/// The folders in texts that lie behind each other.
fn folders(mut texts: &[u8]) -> Vec<WritableFolder> {
    let mut folders = Vec::new();
    while let Ok(path) = CStr::from_bytes_until_nul(texts) {
        texts = &texts[path.count_bytes() + 1..];
        let bytes = path.to_bytes();
        let slashes = (0..bytes.len()).filter(|at| bytes[*at] == b'/').skip(2);
        let ends = slashes.chain([bytes.len()]);
        let with_parents = ends.filter_map(|end| CString::new(&bytes[..end]).ok()).collect();
        folders.push(WritableFolder { path: path.to_owned(), with_parents });
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writable_folder_is_made_with_its_parents() {
        let folders = folders(b"/work/a/b\0/work\0");
        let paths: Vec<Vec<_>> = folders
            .iter()
            .map(|folder| folder.with_parents.iter().map(|path| path.to_str().unwrap()).collect())
            .collect();
        assert_eq!(paths, [vec!["/work/a", "/work/a/b"], vec!["/work"]]);
    }
}
