//! What a cell is like. Data only.

use crate::path::RelPath;

/// The size of a cell, and where its commands may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellSpec {
    /// The most that the workspace holds, bytes.
    pub work_bytes: u64,
    /// The most files and folders in the workspace.
    pub work_inodes: u64,
    /// The most that `/tmp` holds, bytes; as much again for `/dev/shm`.
    pub tmp_bytes: u64,
    /// The most memory of all its processes and of what they write into the folders above, bytes.
    pub memory_bytes: u64,
    /// The most processes and threads at once, with our own first process.
    pub n_processes: u64,
    /// The most open files of one process.
    pub n_files: u64,
    /// Where in the workspace commands may write.
    pub writable: Writable,
}

/// Where in the workspace commands may write. It binds commands in the cell, not [`crate::Workspace`]. `/tmp` and
/// `/dev/shm` are theirs in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writable {
    /// Everywhere.
    All,
    /// Nowhere.
    Nothing,
    /// Beneath these folders, which are made when the cell is opened.
    Beneath(Vec<RelPath>),
}

const MIB: u64 = 1024 * 1024;

impl Default for CellSpec {
    fn default() -> Self {
        Self {
            work_bytes: 64 * MIB,
            work_inodes: 4096,
            tmp_bytes: 32 * MIB,
            memory_bytes: 512 * MIB,
            n_processes: 64,
            n_files: 256,
            writable: Writable::All,
        }
    }
}
