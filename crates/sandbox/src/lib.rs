//! Warm, isolated cells in which agents' tools run: own namespaces, Landlock, seccomp, control groups, limits. This crate
//! alone talks to the kernel.
//!
//! ```text
//! host (any program) ──socketpair──> launcher (the same program, started anew; one thread)
//!    │  Native, NativeCell, Workspace      │ forks
//!    └───────────socketpair────────> init, process 1 of a cell ──clone, exec──> a command
//! ```
//!
//! Opening a cell takes milliseconds and is done once for an agent and a match; a call in it costs little more than
//! starting the program without any sandbox. Every step is taken or the cell is refused with the step's name: there is no
//! cell that is less isolated than [`Report`] says.

mod call;
mod capture;
mod error;
#[cfg(feature = "faults")]
mod fault;
mod filter;
mod inside;
mod launcher;
mod native;
mod path;
mod report;
mod sandbox;
mod spec;
mod step;
mod syscall;
mod wire;
pub mod workspace;

pub use call::{CallLimits, End, Exec, Outcome, Usage};
pub use capture::Capture;
pub use error::{Error, Loss, Refusal};
pub use launcher::become_launcher_if_asked;
pub use native::{Native, Options};
pub use path::{NotBeneath, RelPath};
pub use report::{Cgroups, Level, Report};
pub use sandbox::{Cell, Sandbox};
pub use spec::{CellSpec, Writable};
pub use step::Step;
pub use workspace::Workspace;
