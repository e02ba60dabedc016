//! A connection of its own, and the lock that makes its process the only one that writes. Touches the server.

use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::time::{Instant, sleep, timeout};

use super::server::{CONNECT, Patience, Server, is_lost};
use crate::Error;

/// Of all locks of a database, the one of who writes: "arena" in ASCII.
const WRITER: i64 = 0x61_7265_6e61;

/// A process that has just ended may have its lock for a moment.
const LET_GO: Duration = Duration::from_secs(2);

/// Connects; waits for a server that starts.
pub(super) async fn begin(server: &Server) -> Result<PgConnection, Error> {
    let started = Instant::now();
    let mut patience = Patience::new();
    loop {
        let cause = match timeout(CONNECT, server.options().connect()).await {
            Ok(Ok(session)) => return Ok(session),
            Ok(Err(cause)) => cause,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        if !is_lost(&cause) || started.elapsed() > CONNECT || !patience.waits().await {
            return Err(server.failed("connect")(cause));
        }
    }
}

/// Takes the lock, which goes with the connection.
pub(super) async fn lock(session: &mut PgConnection, server: &Server) -> Result<(), Error> {
    let since = Instant::now();
    loop {
        let taken: Result<bool, _> =
            sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(WRITER).fetch_one(&mut *session).await;
        if taken.map_err(server.failed("take the lock"))? {
            return Ok(());
        }
        if since.elapsed() > LET_GO {
            return Err(Error::InUse { database: server.name().to_owned(), pid: None });
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Lets go of the server in good order; if that fails it has let go of us.
pub(super) async fn end(session: PgConnection) {
    let _ = timeout(CONNECT, session.close()).await;
}
