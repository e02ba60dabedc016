//! How a command ends: the exit codes, and what is said about a failure.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

use arena_core::engine::{Ending, Stage};
use arena_core::message::FailureClass;
use arena_core::score::Winner;

use super::visible::visible;
use crate::access::keeper;
use crate::causes::in_one_line;
use crate::report::{self, MAX_VOID_SHARE};
use crate::{catalog, chance, config, lineup, mcp, moving, roster, runner, tools};

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
            Stage::Ended(Ending::Completed { outcome, .. })
                if outcome.winner == Winner::Void || outcome.score.void_share() > MAX_VOID_SHARE =>
            {
                Self::Infrastructure
            }
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) => Self::Interrupted,
            Stage::Ended(Ending::Completed { .. } | Ending::Stopped { .. }) => Self::Good,
        }
    }
}

impl Exit {
    /// How an MCP server that did not answer counts.
    pub(super) fn of_mcp(error: &mcp::Error) -> Self {
        use mcp::Error as E;
        match error {
            E::NoSuchServer { .. } | E::Disabled { .. } | E::Unready { .. } | E::NotStarted { .. } => Self::Usage,
            E::NotConnected { .. } | E::TimedOut { .. } | E::Lost { .. } | E::Refused { .. } | E::Unusable { .. } => {
                Self::Infrastructure
            }
            E::Closed => Self::Interrupted,
        }
    }
}

/// A command that could not do its work: what is said, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    message: String,
    about: About,
}

/// What a failure is about, where somebody can do something with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// The record of one match; others may be well.
    OneMatch,
    /// A database that another process has.
    InUse,
    Anything,
}

impl Failure {
    /// The caller asked for something that cannot be.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), about: About::Anything }
    }

    /// There was nothing to do.
    pub(super) fn nothing(message: impl Into<String>) -> Self {
        Self { exit: Exit::NothingRan, message: message.into(), about: About::Anything }
    }

    /// What the caller asked for is fine, and the machine or the network is not.
    pub(super) fn infrastructure(message: &str, cause: &dyn StdError) -> Self {
        Self {
            exit: Exit::Infrastructure,
            message: format!("{message}: {}", in_one_line(cause)),
            about: About::Anything,
        }
    }

    /// Nobody reads what is played any more.
    pub(super) fn unread() -> Self {
        let message = "nobody reads the output any more; play on with: arena resume";
        Self { exit: Exit::Interrupted, message: message.to_owned(), about: About::Anything }
    }

    /// The work is done, and what it left is gone.
    pub(super) fn lost(message: String) -> Self {
        Self { exit: Exit::Infrastructure, message, about: About::Anything }
    }

    /// Whether the record of one match is the matter, and others may be well.
    pub(super) fn is_of_one_match(&self) -> bool {
        self.about == About::OneMatch
    }

    /// Whether another process has the database.
    pub(super) fn is_in_use(&self) -> bool {
        self.about == About::InUse
    }

    /// What is said, without colours.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Whether there is nothing to be said.
    pub(super) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = anstyle::AnsiColor::Red.on_default().bold();
        // Errors quote files, arguments and providers: text that others wrote.
        write!(f, "{style}error:{style:#} {}", visible(&self.message))
    }
}

impl From<catalog::Error> for Failure {
    fn from(error: catalog::Error) -> Self {
        Self::usage(in_one_line(&error))
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Self::usage(in_one_line(&error))
    }
}

impl From<keeper::Error> for Failure {
    fn from(error: keeper::Error) -> Self {
        use keeper::Error as E;
        match error {
            E::NameTaken(_) | E::NoSuchToken(_) | E::TooMany | E::NoScope | E::ExpiresEarly => {
                Self::usage(error.to_string())
            }
            E::Store(error) => error.into(),
            E::Chance(error) => error.into(),
        }
    }
}

impl From<lineup::Error> for Failure {
    fn from(error: lineup::Error) -> Self {
        use lineup::Error as E;
        match error {
            E::NoJudge { .. } | E::Label(_) | E::Scenario(_) | E::Model(_) | E::Spec(_) => {
                Self::usage(in_one_line(&error))
            }
            E::Tools(error) => error.into(),
            E::Chance(error) => error.into(),
        }
    }
}

impl From<report::Error> for Failure {
    fn from(error: report::Error) -> Self {
        use report::Error as E;
        match error {
            E::NoSuchMatch(_) => Self::nothing(error.to_string()),
            E::Record { ref cause, .. } => Self::infrastructure(&error.to_string(), cause),
            E::Store(error) => error.into(),
        }
    }
}

impl From<roster::Error> for Failure {
    fn from(error: roster::Error) -> Self {
        Self::usage(in_one_line(&error))
    }
}

impl From<tools::Error> for Failure {
    fn from(error: tools::Error) -> Self {
        runner::Error::Tools(error).into()
    }
}

impl From<mcp::Error> for Failure {
    fn from(error: mcp::Error) -> Self {
        Self { exit: Exit::of_mcp(&error), message: in_one_line(&error), about: About::Anything }
    }
}

impl From<chance::NoChance> for Failure {
    fn from(error: chance::NoChance) -> Self {
        Self { exit: Exit::Infrastructure, message: in_one_line(&error), about: About::Anything }
    }
}

impl From<arena_store::Error> for Failure {
    fn from(error: arena_store::Error) -> Self {
        use arena_store::Error as E;
        let exit = match &error {
            E::InUse { .. }
            | E::NotAQuestion(_)
            | E::Refused { .. }
            | E::Unopenable { .. }
            | E::NotADatabase { .. }
            | E::Newer { .. }
            | E::Older { .. }
            | E::Missing { .. }
            | E::Different { .. }
            | E::ReadOnly { .. } => Exit::Usage,
            // A folder that is not there, or not ours to write to.
            E::Io { cause, .. } if is_path_problem(&**cause) => Exit::Usage,
            E::Conflict { .. }
            | E::Misnumbered { .. }
            | E::Corrupt { .. }
            | E::Full { .. }
            | E::Closed { .. }
            | E::Io { .. }
            | E::Unreachable { .. }
            | E::Database { .. } => Exit::Infrastructure,
        };
        let about = match error {
            E::Corrupt { .. } | E::Conflict { .. } => About::OneMatch,
            E::InUse { .. } => About::InUse,
            _ => About::Anything,
        };
        Self { exit, message: in_one_line(&error), about }
    }
}

fn is_path_problem(cause: &(dyn StdError + Send + Sync + 'static)) -> bool {
    use std::io::ErrorKind as K;
    cause.downcast_ref::<std::io::Error>().is_some_and(|error| {
        matches!(
            error.kind(),
            K::NotFound | K::PermissionDenied | K::NotADirectory | K::IsADirectory | K::ReadOnlyFilesystem
        )
    })
}

impl From<runner::Error> for Failure {
    fn from(error: runner::Error) -> Self {
        use runner::Error as E;
        let of_one_match = |exit| Self { exit, message: in_one_line(&error), about: About::OneMatch };
        match error {
            E::Closing => Self { exit: Exit::Interrupted, message: in_one_line(&error), about: About::Anything },
            E::NoSuchMatch(_)
            | E::Conflict { .. }
            | E::NotPlaying(_)
            | E::NothingAsked(_)
            | E::AnotherAsked(_)
            | E::Spent(_)
            | E::Model(_)
            | E::Tools(tools::Error::Unknown { .. } | tools::Error::Policy(_)) => of_one_match(Exit::Usage),
            E::Tools(tools::Error::Sandbox { .. }) | E::Record { .. } | E::Task { .. } => {
                of_one_match(Exit::Infrastructure)
            }
            E::Store(error) => error.into(),
            E::Chance(error) => error.into(),
        }
    }
}

impl From<moving::Unwritten> for Failure {
    fn from(error: moving::Unwritten) -> Self {
        use moving::Unwritten as E;
        match error {
            E::Store(error) => error.into(),
            E::TooLarge(_) => Self::lost(error.to_string()),
            E::Output(error) => error.into(),
        }
    }
}

impl From<moving::NotTaken> for Failure {
    fn from(error: moving::NotTaken) -> Self {
        use moving::NotTaken as E;
        match error {
            E::Store(error) => error.into(),
            E::Unreadable(_) | E::NotOver(_) | E::Illegal { .. } | E::Header(_) | E::Foreign { .. } | E::Another(_) => {
                Self::usage(in_one_line(&error))
            }
        }
    }
}

impl From<moving::NotOver> for Failure {
    fn from(error: moving::NotOver) -> Self {
        use moving::NotOver as E;
        match error {
            E::Store(error) => error.into(),
            E::NotOver(_) | E::NoHeader(_) => Self::usage(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            // Who read our data has read enough.
            return Self { exit: Exit::Good, message: String::new(), about: About::Anything };
        }
        Self::infrastructure("the output cannot be written", &error)
    }
}
