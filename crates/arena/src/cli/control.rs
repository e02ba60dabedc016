//! A door into a running process, a socket beside the database: `arena stop` asks through it to end a match that is
//! played, `arena approve` says whether a tool call may run that the match waits with.
//!
//! One line of JSON each way. Who may write the database's folder may ask; nobody else reaches the socket.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arena_core::id::MatchId;
use arena_core::ruling::Approval;
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

/// What is asked of the process that plays a match.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Question {
    /// End it.
    Stop {
        /// Which.
        id: MatchId,
        /// Why, for the record.
        reason: String,
    },
    /// Let the tool call run that it waits with, or not.
    Decide {
        /// Which.
        id: MatchId,
        /// What a person says.
        approval: Approval,
    },
}

/// What is answered.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done,
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
                // One after the other: an order takes milliseconds, and nobody sends many. A visitor that hangs or goes
                // away concerns nobody.
                let _ = timeout(PATIENCE, answer(stream, &runner)).await;
            }
        });
        Some(Self { path, closing, task })
    }

    /// Closes the door behind the visitor who is in: an order may be what ends the last match, and is answered.
    pub(super) async fn close(self) {
        let _ = std::fs::remove_file(&self.path);
        self.closing.notify_one();
        // The task neither panics nor is aborted; how it ended tells nothing.
        let _ = self.task.await;
    }
}

/// Asks the process that holds `database`. `Err` is its refusal; `None` if nobody answers.
pub(super) async fn ask(database: &Path, question: &Question) -> Option<Result<(), String>> {
    let ask = async {
        let mut stream = UnixStream::connect(beside(database)).await.ok()?;
        let mut question = serde_json::to_vec(question).ok()?;
        question.push(b'\n');
        stream.write_all(&question).await.ok()?;
        match serde_json::from_str(&line(&mut stream).await?).ok()? {
            Answer::Done => Some(Ok(())),
            Answer::Refused(why) => Some(Err(why)),
        }
    };
    timeout(PATIENCE, ask).await.ok()?
}

async fn answer(mut stream: UnixStream, runner: &Runner) -> Option<()> {
    let asked = serde_json::from_str(&line(&mut stream).await?);
    let done = match asked {
        Err(error) => Err(error.to_string()),
        Ok(Question::Stop { id, reason }) => runner.stop(id, reason).await.map_err(|error| error.to_string()),
        Ok(Question::Decide { id, approval }) => runner.decide(id, approval).await.map_err(|error| error.to_string()),
    };
    let answer = done.map_or_else(Answer::Refused, |()| Answer::Done);
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
