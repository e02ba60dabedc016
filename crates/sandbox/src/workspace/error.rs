//! Why a file was not read or written: a variant for each thing that the caller can say about it.

use std::io;
use std::sync::Arc;

use rustix::io::Errno;

use crate::path::RelPath;

/// A file was not read or not written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file or folder.
    #[error("there is no {path}")]
    NotFound {
        /// What was asked for.
        path: RelPath,
    },
    /// The path leads through a link, or out of the workspace.
    #[error("{path} leads through a link or out of the workspace")]
    OutsideWorkspace {
        /// What was asked for.
        path: RelPath,
    },
    /// It is a folder, a pipe or another thing that is no regular file; or a part of the path is no folder.
    #[error("{path} is not a regular file, or a part of it is not a folder")]
    NotAFile {
        /// What was asked for.
        path: RelPath,
    },
    /// The file is longer than was asked for.
    #[error("{path} has {size_bytes} bytes, more than {limit}")]
    TooLarge {
        /// What was asked for.
        path: RelPath,
        /// Its length.
        size_bytes: u64,
        /// The most.
        limit: usize,
    },
    /// The workspace is full.
    #[error("the workspace has no room for {path}")]
    NoSpace {
        /// What was to be written.
        path: RelPath,
    },
    /// Whoever owns the file has forbidden it.
    #[error("{path} may not be read or written")]
    Forbidden {
        /// What was asked for.
        path: RelPath,
    },
    /// Anything else.
    #[error("cannot use {path}")]
    Io {
        /// What was asked for.
        path: RelPath,
        /// Why it failed.
        #[source]
        cause: Arc<io::Error>,
    },
}

impl Error {
    pub(super) fn of(path: &RelPath, errno: Errno) -> Self {
        let path = path.clone();
        match errno {
            Errno::NOENT => Self::NotFound { path },
            Errno::LOOP | Errno::XDEV => Self::OutsideWorkspace { path },
            // ENXIO: a pipe or a socket that cannot be opened so.
            Errno::ISDIR | Errno::NOTDIR | Errno::NXIO | Errno::NOTEMPTY | Errno::BUSY => Self::NotAFile { path },
            Errno::NOSPC | Errno::DQUOT => Self::NoSpace { path },
            Errno::ACCESS | Errno::PERM => Self::Forbidden { path },
            errno => Self::Io { path, cause: Arc::new(errno.into()) },
        }
    }
}
