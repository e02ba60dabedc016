//! A server's process, with all that it started: begun in a group of its own, with a bare environment, and ended as one.

use std::io;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::config::Program;

/// What is kept of the end of what it writes to its standard error.
const MAX_SAID_BYTES: usize = 4 << 10;

/// How long it has to end by itself when its input does, and then when it is told to.
const GRACE: Duration = Duration::from_secs(2);

/// A process that leads its group. Dropped, it is killed with the whole group.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// The process, and its group. It is not reaped before the group is killed, so that the number stays its own.
    group: Pid,
    said: Arc<Mutex<Vec<u8>>>,
    listening: JoinHandle<()>,
}

impl Process {
    /// Starts `program`; what it says and what it is told go through the two pipes.
    pub(super) fn start(program: &Program) -> io::Result<(Self, ChildStdout, ChildStdin)> {
        let mut command = Command::new(&program.command);
        command
            .args(&program.args)
            .env_clear()
            .envs(program.variables.iter().map(|variable| (&variable.name, &variable.value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // What is typed at the terminal to end the arena is not for the server: it gets its end from us.
            .process_group(0)
            .kill_on_drop(true);
        if let Some(cwd) = &program.cwd {
            command.current_dir(cwd);
        }
        let mut child = command.spawn()?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let group = group.expect("a child that was not waited for has its number");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        let said = Arc::new(Mutex::new(Vec::new()));
        let listening = tokio::spawn(listen(stderr, Arc::clone(&said)));
        Ok((Self { child, group, said, listening }, stdout, stdin))
    }

    /// The end of what it wrote to its standard error.
    pub(super) fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().expect("nobody panics with it")).into_owned()
    }

    /// Waits a moment for the last words of a process that has ended.
    pub(super) async fn last_words(&mut self) -> String {
        /// Its end is read at once, unless something that it started still holds the pipe.
        const MOMENT: Duration = Duration::from_millis(200);
        // Only words are lost if they do not come.
        let _ = tokio::time::timeout(MOMENT, &mut self.listening).await;
        self.said()
    }

    /// Whether it has ended, whatever it left behind.
    pub(super) fn is_over(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(self.group), look), Ok(None))
    }

    /// Ends it and all of its group, first kindly. Its input has been closed already, which asks a server to end.
    pub(super) async fn end(self) {
        if !self.ended_within(GRACE).await {
            // It may be gone just now.
            let _ = kill_process_group(self.group, Signal::TERM);
            self.ended_within(GRACE).await;
        }
        self.kill().await;
    }

    /// Ends it and all of its group at once.
    pub(super) async fn kill(mut self) {
        self.kill_group();
        // A killed process is there to be reaped; what waiting for it says changes nothing.
        let _ = self.child.wait().await;
    }

    async fn ended_within(&self, limit: Duration) -> bool {
        /// The kernel rings no bell for a process that must not be reaped yet.
        const LOOK: Duration = Duration::from_millis(10);
        let over = async {
            while !self.is_over() {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(limit, over).await.is_ok()
    }

    fn kill_group(&self) {
        // There is nothing to be killed if all have ended.
        let _ = kill_process_group(self.group, Signal::KILL);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.listening.abort();
        // Once it was reaped its number may be another's.
        if self.child.id().is_some() {
            self.kill_group();
        }
    }
}

/// Keeps the end of what is said, and takes the rest: a full pipe would hold the server up.
async fn listen(mut stderr: ChildStderr, said: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 4096];
    while let Some(read) = read_some(&mut stderr, &mut buffer).await {
        let mut said = said.lock().expect("nobody panics with it");
        said.extend_from_slice(read);
        let n_old = said.len().saturating_sub(MAX_SAID_BYTES);
        said.drain(..n_old);
    }
}

async fn read_some<'b>(input: &mut (impl AsyncRead + Unpin), buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    match input.read(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(n_bytes) => Some(&buffer[..n_bytes]),
    }
}
