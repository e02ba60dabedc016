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

/// A server of one test, which may be stopped and started while others go on with theirs.
pub(crate) struct Server {
    home: tempfile::TempDir,
    port: u16,
}

impl Server {
    /// Starts it, on a port that is free now.
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { home, port };
        let data = server.data();
        if is_root() {
            succeed(Command::new("chown").arg("postgres").arg(server.home.path()));
        }
        succeed(server.command("initdb").args(["-D", &data, "-U", "arena", "-A", "trust", "-E", "UTF8", "--no-sync"]));
        server.go();
        server
    }

    /// The address of its one database.
    pub(crate) fn address(&self) -> String {
        format!("postgres://arena@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs again after [`Server::crash`].
    pub(crate) fn go(&self) {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={}",
            self.port,
            self.home.path().display()
        );
        let log = format!("{}/log", self.data());
        succeed(self.command("pg_ctl").args(["start", "-s", "-w", "-D", &self.data(), "-l", &log, "-o", &options]));
    }

    /// Ends all its processes at once, as a machine that loses its power does to them.
    pub(crate) fn crash(&self) {
        succeed(self.command("pg_ctl").args(["stop", "-s", "-D", &self.data(), "-m", "immediate"]));
    }

    fn data(&self) -> String {
        self.home.path().join("data").display().to_string()
    }

    /// PostgreSQL does not run as root.
    fn command(&self, program: &str) -> Command {
        let mut command = if is_root() { Command::new("runuser") } else { Command::new(program) };
        if is_root() {
            command.args(["-u", "postgres", "--", program]);
        }
        command.current_dir(self.home.path());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be down.
        let _ = self.command("pg_ctl").args(["stop", "-s", "-D", &self.data(), "-m", "immediate"]).output();
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn succeed(command: &mut Command) {
    let output = command.stdout(std::process::Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
