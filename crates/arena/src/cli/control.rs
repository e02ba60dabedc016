//! A door into a running process: `arena stop` asks through a socket beside the database to end a match that is played.
//!
//! One line of JSON each way. Who may write the database's folder may ask; nobody else reaches the socket.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arena_core::id::MatchId;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::runner::Runner;

/// A question and its answer are short; who takes longer is not answered.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest line that is read.
const MAX_LINE_BYTES: u64 = 4096;

/// What is asked.
#[derive(Serialize, Deserialize)]
struct Stop {
    stop: MatchId,
    reason: String,
}

/// What is answered.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Stopped,
    Refused(String),
}

/// The open door.
pub(super) struct Control {
    path: PathBuf,
    closing: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Control {
    /// Opens the door beside `database`, whose lock this process holds; `None` where sockets are not to be had.
    pub(super) fn open(database: &Path, runner: Arc<Runner>) -> Option<Self> {
        let path = beside(database);
        // Left behind by a process that was killed: the lock says that nobody else is there.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).ok()?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).ok()?;
        let closing = Arc::new(Notify::new());
        let closed = Arc::clone(&closing);
        let task = tokio::spawn(async move {
            loop {
                let stream = tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, _)) => stream,
                        Err(_) => return,
                    },
                    () = closed.notified() => return,
                };
                // One after the other: a stop takes milliseconds, and nobody sends many. A visitor that hangs or goes
                // away concerns nobody.
                let _ = timeout(PATIENCE, answer(stream, &runner)).await;
            }
        });
        Some(Self { path, closing, task })
    }

    /// Closes the door behind the visitor who is in: a stop may be what ends the last match, and is answered.
    pub(super) async fn close(self) {
        let _ = std::fs::remove_file(&self.path);
        self.closing.notify_one();
        // The task neither panics nor is aborted; how it ended tells nothing.
        let _ = self.task.await;
    }
}

/// Asks the process that holds `database` to end a match. `Err` is its refusal; `None` if nobody answers.
pub(super) async fn stop(database: &Path, id: MatchId, reason: String) -> Option<Result<(), String>> {
    let ask = async {
        let mut stream = UnixStream::connect(beside(database)).await.ok()?;
        let mut question = serde_json::to_vec(&Stop { stop: id, reason }).ok()?;
        question.push(b'\n');
        stream.write_all(&question).await.ok()?;
        match serde_json::from_str(&line(&mut stream).await?).ok()? {
            Answer::Stopped => Some(Ok(())),
            Answer::Refused(why) => Some(Err(why)),
        }
    };
    timeout(PATIENCE, ask).await.ok()?
}

async fn answer(mut stream: UnixStream, runner: &Runner) -> Option<()> {
    let asked = serde_json::from_str(&line(&mut stream).await?);
    let answer = match asked {
        Err(error) => Answer::Refused(error.to_string()),
        Ok(Stop { stop, reason }) => match runner.stop(stop, reason).await {
            Ok(()) => Answer::Stopped,
            Err(error) => Answer::Refused(error.to_string()),
        },
    };
    let mut answer = serde_json::to_vec(&answer).ok()?;
    answer.push(b'\n');
    stream.write_all(&answer).await.ok()
}

async fn line(stream: &mut UnixStream) -> Option<String> {
    let mut line = String::new();
    BufReader::new(stream.take(MAX_LINE_BYTES)).read_line(&mut line).await.ok()?;
    Some(line)
}

fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".sock");
    path.into()
}
