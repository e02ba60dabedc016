//! Databases on the PostgreSQL server that `scripts/test` starts: one for each test, which goes when the test ends.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The address of the server, with a database on it from which others may be made.
const ADDRESS: &str = "ARENA_TEST_POSTGRES";

/// An empty database.
pub(crate) struct Empty(String);

impl Empty {
    pub(crate) fn make() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let empty = Self(format!("it_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
        run("createdb", &empty.0);
        empty
    }

    /// What `--database` takes.
    pub(crate) fn address(&self) -> String {
        let server = server();
        let (before, _) = server.rsplit_once('/').expect("an address ends with a database");
        format!("{before}/{}", self.0)
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        run("dropdb", &self.0);
    }
}

fn server() -> String {
    std::env::var(ADDRESS)
        .unwrap_or_else(|_| panic!("{ADDRESS} is not set; scripts/postgres starts a server and says what to set it to"))
}

fn run(program: &str, database: &str) {
    let mut command = Command::new(program);
    if program == "dropdb" {
        command.args(["--force", "--if-exists"]);
    }
    let output = command.arg(format!("--maintenance-db={}", server())).arg(database).output().expect(program);
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}
