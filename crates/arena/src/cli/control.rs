//! A door into a running process, a socket beside the database: `arena stop` asks through it to end a match that is
//! played, `arena approve` says whether a tool call may run that the match waits with, `arena token` makes one.
//!
//! One line of JSON each way. Who may write the database's folder may ask; nobody else reaches the socket.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arena_core::id::{CallId, MatchId};
use arena_core::name::Name;
use arena_core::ruling::Approval;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::location::Location;
use crate::access::{Scope, keeper};
use crate::clock::{Clock as _, SystemClock};
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
    /// Decide what it waits with for a person.
    Decide {
        /// Which.
        id: MatchId,
        /// Which question.
        call: CallId,
        /// What a person says.
        approval: Approval,
    },
    /// Make a token.
    CreateToken {
        /// How it is called.
        name: Name,
        /// What it allows.
        scopes: Vec<Scope>,
        /// Until when.
        expires_at: Option<Timestamp>,
    },
    /// Take a token back.
    RevokeToken {
        /// How it is called.
        name: Name,
    },
}

/// What is answered.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done,
    /// Done, and this came of it.
    Made(String),
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
    pub(super) fn open(database: &Location, runner: Arc<Runner>) -> Option<Self> {
        let path = database.door()?;
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
pub(super) async fn ask(database: &Location, question: &Question) -> Option<Result<Option<String>, String>> {
    let ask = async {
        let mut stream = UnixStream::connect(database.door()?).await.ok()?;
        let mut question = serde_json::to_vec(question).ok()?;
        question.push(b'\n');
        stream.write_all(&question).await.ok()?;
        match serde_json::from_str(&line(&mut stream).await?).ok()? {
            Answer::Done => Some(Ok(None)),
            Answer::Made(what) => Some(Ok(Some(what))),
            Answer::Refused(why) => Some(Err(why)),
        }
    };
    timeout(PATIENCE, ask).await.ok()?
}

async fn answer(mut stream: UnixStream, runner: &Runner) -> Option<()> {
    let asked = serde_json::from_str(&line(&mut stream).await?);
    let done = match asked {
        Err(error) => Err(error.to_string()),
        Ok(question) => obey(question, runner).await,
    };
    let answer = done.map_or_else(Answer::Refused, |made| made.map_or(Answer::Done, Answer::Made));
    let mut answer = serde_json::to_vec(&answer).ok()?;
    answer.push(b'\n');
    stream.write_all(&answer).await.ok()
}

/// Does what is asked; what came of it, if that is to be told.
async fn obey(question: Question, runner: &Runner) -> Result<Option<String>, String> {
    let (store, now) = (&**runner.store(), SystemClock.now());
    match question {
        Question::Stop { id, reason } => {
            runner.stop(id, reason).await.map(|()| None).map_err(|error| error.to_string())
        }
        Question::Decide { id, call, approval } => {
            runner.decide(id, call, approval).await.map(|()| None).map_err(|error| error.to_string())
        }
        Question::CreateToken { name, scopes, expires_at } => keeper::create(store, name, scopes, expires_at, now)
            .await
            .map(|(secret, _)| Some(secret.reveal().to_owned()))
            .map_err(|error| error.to_string()),
        Question::RevokeToken { name } => {
            keeper::revoke(store, name, now).await.map(|()| None).map_err(|error| error.to_string())
        }
    }
}

async fn line(stream: &mut UnixStream) -> Option<String> {
    let mut line = String::new();
    BufReader::new(stream.take(MAX_LINE_BYTES)).read_line(&mut line).await.ok()?;
    Some(line)
}
