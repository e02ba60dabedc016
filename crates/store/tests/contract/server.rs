//! Databases on the PostgreSQL server that `scripts/test` starts: one for each test, which goes when the test ends.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

/// The address of the server, with a database on it from which others may be made.
const ADDRESS: &str = "ARENA_TEST_POSTGRES";

/// An empty database.
pub(crate) struct Empty {
    name: String,
    address: String,
}

fn server() -> PgConnectOptions {
    let address = std::env::var(ADDRESS).unwrap_or_else(|_| {
        panic!("{ADDRESS} is not set; scripts/postgres starts a server and says what to set it to")
    });
    address.parse().expect("the address of a PostgreSQL server")
}

impl Empty {
    pub(crate) async fn make() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut session = server().connect().await.expect("the PostgreSQL server of the tests");
        // Not in the order of bytes, as servers are set up: what the store wants sorted so, it has to say.
        let make = format!("CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'");
        session.execute(AssertSqlSafe(make)).await.unwrap();
        session.close().await.unwrap();
        let address = server().database(&name).to_url_lossy().to_string();
        Self { name, address }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A connection past the store.
    pub(crate) async fn session(&self) -> PgConnection {
        server().database(&self.name).connect().await.unwrap()
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The runtime of the test may be gone, and its threads may not block.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut session = server().connect().await.unwrap();
                session.execute(AssertSqlSafe(drop)).await.unwrap();
            });
        })
        .join()
        .unwrap();
    }
}
