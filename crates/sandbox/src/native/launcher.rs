//! The host's hold on its launcher.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use super::socket::{self, Socket};
use crate::error::Error;
use crate::launcher::NAME;
use crate::report::Cgroups;
use crate::step::{Failure, Step};
use crate::wire::{Answer, Request};

/// A running launcher. Dropped, it ends with all its cells.
pub(super) struct Launcher {
    socket: Arc<Socket>,
    process: Child,
}

/// What a launcher found out at its start.
pub(super) struct Ready {
    pub(super) landlock_abi: u32,
    pub(super) cgroups: Cgroups,
}

/// Tells the launcher that a cell is not wanted any more.
pub(super) struct Closer {
    launcher: Arc<Socket>,
    number: u64,
}

impl Launcher {
    /// Starts our own program anew, without a copy of our memory.
    ///
    /// The path is absolute and nothing has to be done between fork and exec: so the standard library uses
    /// `posix_spawn`, whose time does not grow with our memory.
    pub(super) async fn start() -> Result<(Self, Ready), Error> {
        let (socket, theirs) = socket::pair()?;
        let mut command = Command::new("/proc/self/exe");
        command.arg0(NAME).env_clear().stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().map_err(|error| Error::unavailable(Step::Launcher, errno(&error)))?;
        // The command keeps its copy of their end: without it we see the launcher end.
        drop(command);
        let launcher = Self { socket: Arc::new(socket), process };
        match launcher.socket.answer().await {
            Ok((Answer::Ready { landlock_abi, cgroups }, _)) => Ok((launcher, Ready { landlock_abi, cgroups })),
            Ok((Answer::Failed(Failure { step, errno }), _)) => Err(Error::unavailable(step, errno.raw_os_error())),
            // It is no launcher: `main` does not begin with `become_launcher_if_asked`.
            Ok(_) | Err(Error::Lost(_)) => Err(Error::unavailable(Step::Launcher, libc::ENOEXEC)),
            Err(error) => Err(error),
        }
    }

    /// Asks for a cell; `false` if the launcher is gone.
    pub(super) async fn ask(&self, request: &[u8], cell: &OwnedFd) -> bool {
        self.socket.send(request, &[cell.as_fd()]).await.is_ok()
    }

    pub(super) fn closer(&self, number: u64) -> Closer {
        Closer { launcher: self.socket.clone(), number }
    }

    /// Ends it with all its cells and waits until they are gone.
    pub(super) async fn end(self) {
        self.socket.hang_up();
        self.socket.gone().await;
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.socket.hang_up();
        // It has nothing to do but to kill its cells: this takes milliseconds. `end` has waited for it before.
        drop(self.process.wait());
    }
}

impl Closer {
    pub(super) fn close(&self) {
        // If the launcher is gone or its socket full, the cell still sees that our end of its own is closed.
        drop(self.launcher.try_send(&Request::close(self.number)));
    }
}

fn errno(error: &std::io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}
