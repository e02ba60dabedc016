//! Why a cell or a call failed: a variant for each thing that the caller can do next.

use std::ffi::OsString;
use std::io;
use std::sync::Arc;

use crate::path::RelPath;
use crate::step::Step;

/// A cell was not opened, or a call was not made or not finished.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// This machine does not give what a cell needs. Tell a person; asking again does not help.
    #[error("cannot {}: {}; {remedy}", step.as_str(), io::Error::from_raw_os_error(*errno))]
    Unavailable {
        /// What failed.
        step: Step,
        /// The kernel's reason.
        errno: i32,
        /// What a person can do.
        remedy: &'static str,
    },
    /// What was asked for cannot be done as it is. Ask for something else; nothing was run.
    #[error("{0}")]
    Refused(Refusal),
    /// The command could not be started. The cell is as it was.
    #[error("cannot run {:?}", program.display())]
    NotStarted {
        /// What was to be run.
        program: OsString,
        /// Why: `NotFound`, `PermissionDenied`, `ArgumentListTooLong`, or the kernel's word on its format.
        #[source]
        cause: Arc<io::Error>,
    },
    /// The folder in which the command was to start cannot be entered. The cell is as it was.
    #[error("cannot start in {folder}")]
    NoFolder {
        /// Which.
        folder: RelPath,
        /// Why.
        #[source]
        cause: Arc<io::Error>,
    },
    /// The cell is gone, with everything in it. Open another.
    #[error("the cell is gone: {0}")]
    Lost(Loss),
    /// The host has no descriptors, processes or memory left for this. Try again later.
    #[error("cannot {attempt}")]
    Host {
        /// What was attempted.
        attempt: &'static str,
        /// Why it failed.
        #[source]
        cause: Arc<io::Error>,
    },
}

/// Why something cannot be done as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no program.
    #[error("the command is empty")]
    EmptyCommand,
    /// An argument, or a name or value of the environment, holds a NUL byte.
    #[error("an argument or a variable holds a NUL byte")]
    Nul,
    /// A variable's name is empty or holds `=`.
    #[error("the name of a variable is empty or holds \"=\"")]
    VariableName,
    /// Arguments and environment are too long.
    #[error("arguments and environment are {n_bytes} bytes, a call takes {limit}")]
    TooLong {
        /// Of all together.
        n_bytes: usize,
        /// The most.
        limit: usize,
    },
    /// The cell's specification makes no cell.
    #[error("a cell cannot have {0}")]
    Spec(&'static str),
    /// The kernel cannot keep commands from writing.
    #[error("this kernel's Landlock cannot keep commands from truncating files (it needs 6.2)")]
    NoWriteControl,
    /// The level that was reached is not enough.
    #[error("memory and processes cannot be limited here: there is no control group that we may write")]
    NoCgroup,
}

/// How a cell was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// Its first process ended: it, or the launcher, was killed.
    #[error("its first process ended")]
    Ended,
    /// It did not answer in time and was killed.
    #[error("it did not answer in time and was killed")]
    Silent,
    /// It said something that it never says.
    #[error("it said something that makes no sense")]
    Nonsense,
}

impl Error {
    pub(crate) fn host(attempt: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Host { attempt, cause: Arc::new(cause) }
    }

    pub(crate) fn unavailable(step: Step, errno: i32) -> Self {
        Self::Unavailable { step, errno, remedy: step.remedy() }
    }
}
