//! What this machine gives to a cell: for a person, and kept with every match. Data only.

use std::fmt;

/// How isolated commands are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Every layer, with control groups.
    Full,
    /// Every layer but control groups: memory is bounded per process and by a watch in the cell.
    FullNoCgroup,
}

/// What bounds the memory and the processes of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cgroups {
    /// One tree for all controllers.
    V2,
    /// A tree for each controller.
    V1,
    /// None that we may write.
    None,
}

/// What this machine gives to a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How isolated commands are.
    pub level: Level,
    /// The version of the kernel's Landlock.
    pub landlock_abi: u32,
    /// What bounds memory and processes.
    pub cgroups: Cgroups,
    /// The user that the host sees a cell's processes run as. Never 0.
    pub uid: u32,
    /// What holds, one sentence each.
    pub enforced: Vec<&'static str>,
    /// What does not hold, one sentence each.
    pub not_enforced: Vec<&'static str>,
}

impl Level {
    /// Its name in reports and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::FullNoCgroup => "full-nocgroup",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Landlock's version since which it controls truncation (kernel 6.2).
pub(crate) const ABI_TRUNCATE: u32 = 3;
/// Landlock's version since which it has scopes (kernel 6.12).
const ABI_SCOPES: u32 = 6;

impl Report {
    pub(crate) fn new(cgroups: Cgroups, landlock_abi: u32, uid: u32) -> Self {
        let level = match cgroups {
            Cgroups::V1 | Cgroups::V2 => Level::Full,
            Cgroups::None => Level::FullNoCgroup,
        };
        let mut enforced = vec![
            "commands run as an unprivileged user, in namespaces of their own, without a network",
            "they see the host's programs read-only, a workspace and temporary folders of fixed size, and nothing else",
            "they hold no capability, gain none, and make only listed system calls (seccomp, Landlock)",
            "their processor time, processes, open files, file sizes, output and time are limited",
            "what a command leaves running is killed before the call returns",
        ];
        let mut not_enforced = vec![
            "the kernel is shared with the host: a flaw in it can be an escape",
            "side channels through the processor and through shared caches are open",
        ];
        match level {
            Level::Full => enforced.push("the memory and the processes of a cell are bounded by control groups"),
            Level::FullNoCgroup => not_enforced
                .push("the memory of a cell is bounded by limits of each process and a watch only, not by the kernel"),
        }
        if landlock_abi < ABI_SCOPES {
            not_enforced
                .push("Landlock has no scopes here (kernel 6.12): namespaces alone keep signals and sockets in");
        }
        if landlock_abi < ABI_TRUNCATE {
            not_enforced.push("cells whose commands may not write everywhere are refused (they need kernel 6.2)");
        }
        Self { level, landlock_abi, cgroups, uid, enforced, not_enforced }
    }
}
