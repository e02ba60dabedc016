//! Cells of this machine's kernel: the host's side. Speaks to the launcher and to each cell over sockets of their own.

mod cell;
mod launcher;
mod pipes;
mod socket;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::call::Exec;
use crate::error::{Error, Refusal};
use crate::report::{ABI_TRUNCATE, Cgroups, Report};
use crate::sandbox::{Cell, Sandbox};
use crate::spec::{CellSpec, Writable};
#[cfg(feature = "faults")]
use crate::step::Step;
use crate::wire::Request;
use cell::NativeCell;
use launcher::Launcher;

/// Cells of this machine's kernel, with all its layers of isolation.
///
/// If the launcher is killed, every cell is lost, and the next one is opened by a new launcher. If the host is killed,
/// launcher and cells end with it.
pub struct Native {
    report: Report,
    options: Options,
    launcher: Mutex<Option<Launcher>>,
    n_opened: AtomicU64,
}

/// What a [`Native`] is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Refuse to start where no control group bounds a cell's memory and processes.
    pub require_cgroup: bool,
    /// The users whom root becomes for its cells, in turn. Not used by an ordinary user, whose cells run as itself.
    pub uids: Range<u32>,
    /// The step that fails in every cell.
    #[cfg(feature = "faults")]
    pub fault: Option<Step>,
}

/// The user `nobody` (login.defs(5) leaves it alone).
const NOBODY: u32 = 65534;

impl Default for Options {
    fn default() -> Self {
        Self {
            require_cgroup: false,
            uids: NOBODY..NOBODY + 1,
            #[cfg(feature = "faults")]
            fault: None,
        }
    }
}

impl Native {
    /// Starts the launcher, opens a cell and runs a program in it, to see that all of it works here.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the step, if it does not. [`Error::Refused`] if the options ask for what cannot be.
    pub async fn start(options: Options) -> Result<Self, Error> {
        if options.uids.is_empty() || options.uids.contains(&0) {
            return Err(Error::Refused(Refusal::Spec("user 0, or none, to become")));
        }
        let (launcher, ready) = Launcher::start().await?;
        if options.require_cgroup && ready.cgroups == Cgroups::None {
            launcher.end().await;
            return Err(Error::Refused(Refusal::NoCgroup));
        }
        let own = rustix::process::geteuid();
        let uid = if own.is_root() { options.uids.start } else { own.as_raw() };
        let report = Report::new(ready.cgroups, ready.landlock_abi, uid);
        let native = Self { report, options, launcher: Mutex::new(Some(launcher)), n_opened: AtomicU64::new(0) };
        match native.probe().await {
            Ok(()) => Ok(native),
            Err(error) => {
                native.close().await;
                Err(error)
            }
        }
    }

    /// A real cell and a real command. That this machine has no such program is an answer, too.
    async fn probe(&self) -> Result<(), Error> {
        let mut cell = self.open(CellSpec::default()).await?;
        match cell.exec(Exec::new(["/usr/bin/true"])).await {
            Ok(_) | Err(Error::NotStarted { .. }) => {}
            Err(error) => return Err(error),
        }
        cell.close().await;
        Ok(())
    }

    fn check(&self, spec: &CellSpec) -> Result<(), Refusal> {
        let counts = [
            (spec.work_bytes, "a workspace of no bytes"),
            (spec.tmp_bytes, "a temporary folder of no bytes"),
            (spec.memory_bytes, "no memory"),
            (spec.work_inodes.saturating_sub(1), "a workspace of no files"),
            (spec.n_processes.saturating_sub(1), "no process besides its first"),
            (spec.n_files.saturating_sub(FEWEST_FILES), "less than 16 open files"),
        ];
        if let Some((_, lack)) = counts.into_iter().find(|(count, _)| *count == 0) {
            return Err(Refusal::Spec(lack));
        }
        match spec.writable {
            Writable::Nothing | Writable::Beneath(_) if self.report.landlock_abi < ABI_TRUNCATE => {
                Err(Refusal::NoWriteControl)
            }
            Writable::All | Writable::Nothing | Writable::Beneath(_) => Ok(()),
        }
    }

    #[cfg(feature = "faults")]
    fn fault(&self) -> u64 {
        crate::fault::to_number(self.options.fault)
    }

    #[cfg(not(feature = "faults"))]
    #[expect(clippy::unused_self, reason = "there are no faults")]
    fn fault(&self) -> u64 {
        0
    }
}

/// Its first process has some open for a call; a program opens a few before it does anything.
const FEWEST_FILES: u64 = 15;

#[async_trait]
impl Sandbox for Native {
    fn report(&self) -> &Report {
        &self.report
    }

    async fn open(&self, spec: CellSpec) -> Result<Box<dyn Cell>, Error> {
        self.check(&spec).map_err(Error::Refused)?;
        let number = self.n_opened.fetch_add(1, Ordering::Relaxed);
        let uids = &self.options.uids;
        let n_uids = u64::from(uids.end - uids.start);
        let uid = uids.start + u32::try_from(number % n_uids).expect("less than a number of 32 bits");
        let request = Request::open(number, uid, &spec, self.fault()).map_err(Error::Refused)?;
        let (socket, theirs) = socket::pair()?;
        let mut place = self.launcher.lock().await;
        let launcher = match place.take() {
            Some(launcher) if launcher.ask(&request, &theirs).await => launcher,
            gone => {
                if let Some(gone) = gone {
                    gone.end().await;
                }
                let (launcher, _) = Launcher::start().await?;
                if !launcher.ask(&request, &theirs).await {
                    return Err(Error::Lost(crate::error::Loss::Ended));
                }
                launcher
            }
        };
        let closer = launcher.closer(number);
        *place = Some(launcher);
        drop((place, theirs));
        let owner = rustix::process::geteuid().is_root().then_some(uid);
        Ok(Box::new(NativeCell::open(socket, closer, owner).await?))
    }

    async fn close(&self) {
        let launcher = self.launcher.lock().await.take();
        if let Some(launcher) = launcher {
            launcher.end().await;
        }
    }
}
