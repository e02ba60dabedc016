//! A connection of its own, and the lock that makes its process the only one that writes. Touches the server.

use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::time::{Instant, sleep, timeout};

use super::server::{CONNECT, Patience, Server};
use crate::Error;

/// Of all locks of a database, the one of who writes: "arena" in ASCII.
const WRITER: i64 = 0x61_7265_6e61;

/// A process that has just ended may have its lock for a moment.
const LET_GO: Duration = Duration::from_secs(2);

/// Connects; waits for a server that starts.
pub(super) async fn begin(server: &Server) -> Result<PgConnection, Error> {
    let mut patience = Patience::begin(CONNECT);
    loop {
        match connect(server).await {
            Ok(session) => return Ok(session),
            Err(Error::Unreachable { .. }) if patience.waits().await => {}
            Err(error) => return Err(error),
        }
    }
}

/// Connects, or does not.
pub(super) async fn connect(server: &Server) -> Result<PgConnection, Error> {
    let connected = timeout(CONNECT, server.options().connect()).await;
    connected.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(server.failed("connect"))
}

/// The server's process behind a connection: its number, and since when it has it.
#[derive(Clone, Debug)]
pub(super) struct Backend(i32, String);

/// Takes the lock, which goes with the connection. A connection that was lost may live on at the server's end, and hold it: that
/// of the `former` backend is ended.
pub(super) async fn lock(
    session: &mut PgConnection,
    server: &Server,
    former: Option<&Backend>,
) -> Result<Backend, Error> {
    let failed = server.failed("take the lock");
    let since = Instant::now();
    loop {
        let taken = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(WRITER);
        if taken.fetch_one(&mut *session).await.map_err(&failed)? {
            break;
        }
        if since.elapsed() > LET_GO {
            return Err(Error::InUse { database: server.name().to_owned(), pid: None });
        }
        if let Some(Backend(pid, begun)) = former {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE pid = $1 AND backend_start::text = $2 AND pid <> pg_backend_pid()";
            sqlx::query(end).bind(pid).bind(begun).execute(&mut *session).await.map_err(&failed)?;
        }
        sleep(Duration::from_millis(50)).await;
    }
    let backend = "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()";
    let (pid, begun) = sqlx::query_as(backend).fetch_one(session).await.map_err(&failed)?;
    Ok(Backend(pid, begun))
}

/// Lets go of the server in good order; if that fails it has let go of us.
pub(super) async fn end(session: PgConnection) {
    let _ = timeout(CONNECT, session.close()).await;
}
