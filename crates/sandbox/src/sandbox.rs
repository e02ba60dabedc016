//! The two interfaces of this crate: what gives cells, and a cell. A container or a micro-VM can stand behind them.

use async_trait::async_trait;

use crate::call::{Exec, Outcome};
use crate::error::Error;
use crate::report::Report;
use crate::spec::CellSpec;
use crate::workspace::Workspace;

/// Gives cells.
#[async_trait]
pub trait Sandbox: Send + Sync {
    /// What its cells hold, and what not.
    fn report(&self) -> &Report;

    /// Opens an empty cell.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if a step failed: there is no cell that is less isolated. [`Error::Refused`] if the
    /// specification makes none.
    async fn open(&self, spec: CellSpec) -> Result<Box<dyn Cell>, Error>;

    /// Ends every cell and waits until nothing is left of them.
    async fn close(&self);
}

/// Where an agent's commands run and its files are. Empty when opened; what a call leaves in files, the next one finds.
/// Dropping it kills what runs in it.
#[async_trait]
pub trait Cell: Send {
    /// Runs a command and waits until it has ended. What it leaves running is killed.
    ///
    /// Dropping the future kills the command. The cell stays as it is, and the next call waits until it is gone.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::NotStarted`] and [`Error::NoFolder`]: nothing ran. [`Error::Lost`]: open another
    /// cell; this one answers the same to everything from now on.
    async fn exec(&mut self, call: Exec) -> Result<Outcome, Error>;

    /// Its files.
    fn files(&self) -> &Workspace;

    /// Ends it and waits until nothing is left of it.
    async fn close(self: Box<Self>);
}
