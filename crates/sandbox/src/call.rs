//! A command to run in a cell, and what came of it. Data only.

use std::ffi::OsString;
use std::time::Duration;

use crate::capture::Capture;
use crate::path::RelPath;

/// A command. Nothing of the host's environment reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exec {
    /// The program and its arguments. A program without a slash is looked for in `PATH` of `env`.
    pub argv: Vec<OsString>,
    /// Its whole environment. [`Exec::new`] has what most programs want.
    pub env: Vec<(OsString, OsString)>,
    /// Where it starts.
    pub cwd: RelPath,
    /// What it can read from standard input.
    pub stdin: Vec<u8>,
    /// When it is ended.
    pub limits: CallLimits,
}

/// When a command is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLimits {
    /// The most time from start to end.
    pub wall: Duration,
    /// The most processor time of one of its processes. Counted in whole seconds, at least one.
    pub cpu: Duration,
    /// The longest file that it may write, bytes.
    pub file_bytes: u64,
    /// How much is kept of each stream, bytes: half from its beginning and half from its end.
    pub output_kept_bytes: usize,
    /// The most that it may write to both streams, bytes.
    pub output_max_bytes: u64,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this code.
    Exited(u8),
    /// By this signal.
    Signaled(i32),
    /// Its time was over. What it wrote until then is kept.
    TimedOut,
    /// It wrote too much.
    OutputLimit,
    /// It did not succeed, and the cell's memory was used up.
    OutOfMemory,
}

/// What a command used, with all the processes it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// From start to end.
    pub wall: Duration,
    /// Of all processors.
    pub cpu: Duration,
    /// The most memory that one of its processes had, bytes.
    pub max_rss_bytes: u64,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// What it wrote to standard output.
    pub stdout: Capture,
    /// What it wrote to standard error.
    pub stderr: Capture,
    /// What it used.
    pub usage: Usage,
}

impl Exec {
    /// A command in the workspace with a plain environment, an empty input and the usual limits.
    pub fn new<T: Into<OsString>>(argv: impl IntoIterator<Item = T>) -> Self {
        let env = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/work"), ("LANG", "C.UTF-8")];
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: env.map(|(name, value)| (name.into(), value.into())).to_vec(),
            cwd: RelPath::root(),
            stdin: Vec::new(),
            limits: CallLimits::default(),
        }
    }
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(10),
            cpu: Duration::from_secs(10),
            file_bytes: 64 * 1024 * 1024,
            output_kept_bytes: 256 * 1024,
            output_max_bytes: 8 * 1024 * 1024,
        }
    }
}
