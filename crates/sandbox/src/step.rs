//! The steps to a running cell, each of which has to succeed, and what a person can do where one does not.

use rustix::io::Errno;

macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $step:ident = $word:literal,)+) => {
        /// A step to a running cell.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Step {
            $($(#[doc = $doc])+ $step,)+
        }

        impl Step {
            /// Every step, in the order in which they are taken.
            pub const ALL: &[Self] = &[$(Self::$step),+];

            /// What was attempted, for a person.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$step => $word,)+
                }
            }
        }
    };
}

steps! {
    /// Starting the launcher from our own program file.
    Launcher = "start the launcher",
    /// Making and limiting the cell's control groups.
    Cgroup = "set up the cell's control groups",
    /// The process from which the cell is born.
    Fork = "fork the cell's first process",
    /// Entering the control groups.
    Enter = "enter the cell's control groups",
    /// Giving up root.
    User = "become an unprivileged user",
    /// New namespaces.
    Namespaces = "create user, mount, pid, network, ipc, uts and cgroup namespaces",
    /// Dying with the launcher.
    ParentDeath = "be killed with the launcher",
    /// Closing what the launcher had open.
    Descriptors = "close inherited descriptors",
    /// The one user in the namespace.
    IdMap = "map the cell's user",
    /// The cell's own name instead of the host's.
    HostName = "set the cell's host name",
    /// A score that makes the cell die first when memory is short.
    OomScore = "raise the cell's score for the out-of-memory killer",
    /// No mount leaves the cell, and none comes in.
    Private = "cut the cell's mounts off",
    /// The root file system.
    Root = "mount the cell's root",
    /// The host's programs and libraries, read-only.
    System = "bind the system's folders read-only",
    /// What stands in for `/etc`.
    Etc = "write the cell's /etc",
    /// A few devices.
    Devices = "bind the cell's devices",
    /// Shared memory, `/tmp` and the workspace.
    Space = "mount the cell's workspace and temporary folders",
    /// The cell's processes.
    Proc = "mount the cell's /proc",
    /// Leaving the host's file system.
    Pivot = "change to the cell's root",
    /// Cutting off the host's file system.
    Detach = "detach the host's file system",
    /// Nothing more is written to the root.
    ReadOnly = "make the cell's root read-only",
    /// The folders that commands may write.
    Writable = "make the folders that commands may write",
    /// Handing the workspace to the host.
    Workspace = "open the workspace",
    /// Resource limits.
    Limits = "set resource limits",
    /// Capabilities.
    Capabilities = "drop all capabilities",
    /// No program gains rights.
    NoNewPrivileges = "set no-new-privileges",
    /// What files, ports and signals are allowed.
    Landlock = "restrict the cell with Landlock",
    /// What system calls are allowed.
    Seccomp = "filter system calls with seccomp",
    /// The first process cannot be read, traced or attached to.
    Seal = "seal the cell's first process",
}

impl Step {
    pub(crate) fn number(self) -> u64 {
        self as u64
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// What a person can do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Launcher | Self::Fork => {
                "see that the program's file can be read and run, and that processes and memory are left"
            }
            Self::Cgroup | Self::Enter => {
                "give the program a control group of its own (systemd: Delegate=yes), or run it without one (level full-nocgroup)"
            }
            Self::User => "run the program as an ordinary user, or as root with CAP_SETUID and CAP_SETGID",
            Self::Namespaces | Self::IdMap | Self::Private | Self::Root | Self::HostName => {
                "allow unprivileged user namespaces: sysctl user.max_user_namespaces above 0; on Ubuntu 24.04 an AppArmor profile with \"userns,\" for the program, or sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container, a seccomp profile that allows unshare and mount"
            }
            Self::System | Self::Etc | Self::Devices | Self::Space | Self::Pivot | Self::Detach | Self::ReadOnly => {
                "allow mounts in user namespaces; in a container, run it with a seccomp and AppArmor profile that allows mount, pivot_root and umount"
            }
            Self::Proc => {
                "let the program see the whole of /proc: in a container with masked paths, run it with --security-opt systempaths=unconfined"
            }
            Self::Landlock => "boot a kernel of 5.19 or later with Landlock (lsm=landlock,... on its command line)",
            Self::Seccomp => "boot a kernel with CONFIG_SECCOMP_FILTER",
            Self::ParentDeath
            | Self::Descriptors
            | Self::OomScore
            | Self::Writable
            | Self::Workspace
            | Self::Limits
            | Self::Capabilities
            | Self::NoNewPrivileges
            | Self::Seal => "this is not expected on a kernel of 5.19 or later; report it with the kernel's version",
        }
    }
}

/// A step that failed: the cell is not opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) step: Step,
    pub(crate) errno: Errno,
}

/// Says of which step a result is.
pub(crate) trait At<T> {
    fn at(self, step: Step) -> Result<T, Failure>;
}

impl<T> At<T> for Result<T, Errno> {
    fn at(self, step: Step) -> Result<T, Failure> {
        #[cfg(feature = "faults")]
        if crate::fault::is_at(step) {
            return Err(Failure { step, errno: Errno::IO });
        }
        self.map_err(|errno| Failure { step, errno })
    }
}
