//! The tests as root and as an ordinary user.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};

/// The user of the second half.
pub(crate) const NOBODY: u32 = 65534;

/// As whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Root,
    User,
}

pub(crate) type Test = Arc<dyn Fn() + Send + Sync>;

impl Half {
    pub(crate) fn now() -> Self {
        if rustix::process::geteuid().is_root() { Self::Root } else { Self::User }
    }

    pub(crate) fn trials(self) -> Vec<Trial> {
        let area = match self {
            Self::Root => "root",
            Self::User => "user",
        };
        let trial = |(name, test): (String, Test)| {
            let name = format!("{area}::{name}");
            Trial::test(name.clone(), move || self.play(&name, &test))
        };
        crate::tests().into_iter().map(trial).collect()
    }

    /// Runs the test here, or in a copy of this program that is the other user.
    fn play(self, name: &str, test: &Test) -> Result<(), Failed> {
        if self == Self::now() {
            return std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| test())).map_err(|panic| {
                let said = panic.downcast_ref::<String>().map(String::as_str);
                said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default().into()
            });
        }
        let mut command = Command::new("/proc/self/exe");
        let output = command.args(["--exact", name]).uid(NOBODY).gid(NOBODY).current_dir("/").output().unwrap();
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).into())
    }
}
