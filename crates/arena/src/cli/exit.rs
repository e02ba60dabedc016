//! How a command ends: the exit codes, and what is said about a failure.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

use arena_core::engine::{Ending, Stage};
use arena_core::message::FailureClass;
use arena_core::score::Winner;

use crate::{catalog, chance, roster, runner};

/// How a command ends, from good to bad: of several, the worst counts. The numbers are documented in `arena --help`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    #[default]
    Good,
    Gate,
    NothingRan,
    Infrastructure,
    Usage,
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0,
            Exit::Gate => 1,
            Exit::Usage => 2,
            Exit::Infrastructure => 3,
            Exit::NothingRan => 5,
            Exit::Interrupted => 130,
        })
    }
}

impl Exit {
    /// How the end of one match counts, apart from gates.
    pub(super) fn of(stage: &Stage) -> Self {
        match stage {
            Stage::Ended(Ending::Failed(failure)) if failure.class == FailureClass::Misconfigured => Self::Usage,
            Stage::Ended(Ending::Failed(_)) => Self::Infrastructure,
            Stage::Ended(Ending::Completed(outcome)) if outcome.winner == Winner::Void => Self::Infrastructure,
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) => Self::Interrupted,
            Stage::Ended(Ending::Completed(_) | Ending::Stopped { .. }) => Self::Good,
        }
    }
}

/// A command that could not do its work: what is said, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// The caller asked for something that cannot be.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    /// There was nothing to do.
    pub(super) fn nothing(message: impl Into<String>) -> Self {
        Self { exit: Exit::NothingRan, message: message.into() }
    }

    /// What the caller asked for is fine, and the machine or the network is not.
    pub(super) fn infrastructure(message: &str, cause: &dyn StdError) -> Self {
        Self { exit: Exit::Infrastructure, message: format!("{message}: {}", chain(cause)) }
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = anstyle::AnsiColor::Red.on_default().bold();
        write!(f, "{style}error:{style:#} {}", self.message)
    }
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn StdError) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        parts.push(error.to_string());
        cause = error.source();
    }
    parts.join(": ")
}

impl From<catalog::Error> for Failure {
    fn from(error: catalog::Error) -> Self {
        Self::usage(chain(&error))
    }
}

impl From<roster::Error> for Failure {
    fn from(error: roster::Error) -> Self {
        Self::usage(chain(&error))
    }
}

impl From<chance::NoChance> for Failure {
    fn from(error: chance::NoChance) -> Self {
        Self { exit: Exit::Infrastructure, message: chain(&error) }
    }
}

impl From<arena_store::Error> for Failure {
    fn from(error: arena_store::Error) -> Self {
        use arena_store::Error as E;
        let exit = match &error {
            E::InUse { .. }
            | E::NotADatabase { .. }
            | E::Newer { .. }
            | E::Older { .. }
            | E::Missing { .. }
            | E::ReadOnly { .. } => Exit::Usage,
            E::Conflict { .. }
            | E::Misnumbered { .. }
            | E::Corrupt { .. }
            | E::Full { .. }
            | E::Closed { .. }
            | E::Io { .. }
            | E::Database { .. } => Exit::Infrastructure,
        };
        Self { exit, message: chain(&error) }
    }
}

impl From<runner::Error> for Failure {
    fn from(error: runner::Error) -> Self {
        use runner::Error as E;
        match error {
            E::Store(error) => error.into(),
            E::Model(error) => error.into(),
            E::Chance(error) => error.into(),
            E::Closing => Self { exit: Exit::Interrupted, message: chain(&error) },
            E::NoSuchMatch(_) | E::Conflict { .. } | E::NotPlaying(_) => Self::usage(chain(&error)),
            E::Record { .. } | E::Task { .. } => Self { exit: Exit::Infrastructure, message: chain(&error) },
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            let message = "nobody reads the output any more; what was under way can be played on with arena resume";
            return Self { exit: Exit::Interrupted, message: message.to_owned() };
        }
        Self::infrastructure("the output cannot be written", &error)
    }
}
