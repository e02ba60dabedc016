//! Databases on the PostgreSQL server that `scripts/test` starts: one for each test, which goes when the test ends.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty database.
pub(crate) struct Database {
    name: String,
    pub(crate) address: String,
}

fn server() -> String {
    std::env::var("ARENA_TEST_POSTGRES").expect("scripts/postgres starts a server and says where it is")
}

/// Says something to the server in its own client: SQL is spoken in the store alone.
fn say(sql: &str) {
    let said = Command::new("psql").args([&server(), "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().unwrap();
    assert!(said.status.success(), "{sql}: {}", String::from_utf8_lossy(&said.stderr));
}

impl Database {
    pub(crate) fn make() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("it_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        say(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        let server = server();
        let (host, _) = server.rsplit_once('/').unwrap();
        let address = format!("{host}/{name}");
        Self { name, address }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        say(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}
