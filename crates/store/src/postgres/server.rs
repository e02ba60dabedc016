//! Which server and database, and what a failure there means to the caller. Pure but for the waiting.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use tokio::time::{Instant, sleep};

use crate::{Cause, Error};

/// A server that is there takes a connection in milliseconds; one that starts may take this long.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// For so long a lost connection is made again before who writes is told. A server restarts in less.
pub(super) const TO_WRITE: Duration = Duration::from_mins(1);

/// The same for who reads, and may ask again.
pub(super) const TO_READ: Duration = Duration::from_secs(5);

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(200);

/// One database of a server.
#[derive(Clone)]
pub(super) struct Server {
    options: Arc<PgConnectOptions>,
    /// Without user and password.
    name: Arc<str>,
}

/// The text is not the address of a PostgreSQL database. Says nothing of the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the address of a PostgreSQL database: postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
pub struct NotAnAddress;

impl Server {
    pub(super) fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let options = PgConnectOptions::from_str(text).map_err(|_| NotAnAddress)?;
        // What a mark stands for is planned each time: with some values another index is the better one.
        let options = options.application_name("ai-arena").options([
            ("search_path", "arena"),
            ("plan_cache_mode", "force_custom_plan"),
            ("statement_timeout", "60s"),
        ]);
        let database = options.get_database().unwrap_or(options.get_username());
        let name = format!("postgres://{}:{}/{database}", options.get_host(), options.get_port()).into();
        Ok(Self { options: Arc::new(options), name })
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// What errors call it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a failure means, when it comes from `attempt` (a verb and its object).
    pub(super) fn failed(&self, attempt: &'static str) -> impl Fn(sqlx::Error) -> Error {
        move |cause| {
            let database = self.name().to_owned();
            match meaning(&cause) {
                Meaning::Lost => Error::Unreachable { attempt, database, cause: Arc::new(cause) },
                Meaning::Refused => Error::Refused { database, cause: Arc::new(cause) },
                Meaning::Full => Error::Full { database, cause: Arc::new(cause) },
                Meaning::ReadOnly => Error::ReadOnly { database },
                Meaning::Other | Meaning::Overtaken => Error::Database { attempt, database, cause: Arc::new(cause) },
            }
        }
    }

    /// `what` cannot be read.
    pub(super) fn corrupt(&self, what: String, cause: Option<Cause>) -> Error {
        Error::Corrupt { database: self.name().to_owned(), what, cause }
    }

    /// The store was closed.
    pub(super) fn closed(&self) -> Error {
        Error::Closed { database: self.name().to_owned() }
    }
}

/// How long somebody has waited for a server to come back.
pub(super) struct Patience(Instant, Duration);

impl Patience {
    pub(super) fn begin(lasts: Duration) -> Self {
        Self(Instant::now(), lasts)
    }

    /// Whether to try again, after a pause; not if it has taken too long already.
    pub(super) async fn waits(&mut self) -> bool {
        let waits = self.0.elapsed() < self.1;
        if waits {
            sleep(PAUSE).await;
        }
        waits
    }
}

/// The connection is gone, or there is none: what was asked may be asked again.
pub(super) fn is_lost(cause: &sqlx::Error) -> bool {
    matches!(meaning(cause), Meaning::Lost)
}

/// Somebody else wrote at the same moment: what was asked may be asked again, and finds what they wrote.
pub(super) fn is_overtaken(cause: &sqlx::Error) -> bool {
    matches!(meaning(cause), Meaning::Overtaken)
}

/// Failures of PostgreSQL by what follows from them.
enum Meaning {
    Lost,
    Refused,
    Full,
    ReadOnly,
    Overtaken,
    Other,
}

/// By the codes of PostgreSQL's manual, appendix A.
fn meaning(cause: &sqlx::Error) -> Meaning {
    use sqlx::Error as E;
    match cause {
        E::Io(_) | E::PoolTimedOut | E::WorkerCrashed | E::Protocol(_) => Meaning::Lost,
        E::Tls(_) => Meaning::Refused,
        E::Database(answer) => match answer.code().as_deref() {
            // Connection exceptions; shut down, crashed, starting; too many connections.
            Some("57P01" | "57P02" | "57P03" | "53300") => Meaning::Lost,
            Some(code) if code.starts_with("08") => Meaning::Lost,
            // No such user, no such password, no such database.
            Some("28000" | "28P01" | "3D000") => Meaning::Refused,
            Some("53100") => Meaning::Full,
            Some("25006") => Meaning::ReadOnly,
            // Could not serialize; deadlock; a key that stands.
            Some("40001" | "40P01" | "23505") => Meaning::Overtaken,
            _ => Meaning::Other,
        },
        _ => Meaning::Other,
    }
}
