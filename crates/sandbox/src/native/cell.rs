//! A cell, from the host: one call at a time over its socket.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rustix::io::Errno;
use tokio::time::{Instant, sleep_until};

use super::launcher::Closer;
use super::pipes::{Input, Output};
use super::socket::Socket;
use crate::call::{CallLimits, End, Exec, Outcome, Usage};
use crate::error::{Error, Loss};
use crate::sandbox::Cell;
use crate::step::Failure;
use crate::wire::{Answer, Fds, How, Request};
use crate::workspace::Workspace;

/// How long a cell may take, after a command's time is over, to kill what it left and to say so. Under load the kernel
/// needs seconds to clear away a hundred processes with all their memory.
const GRACE: Duration = Duration::from_secs(30);

/// An open cell.
pub(super) struct NativeCell {
    socket: Socket,
    closer: Closer,
    files: Workspace,
    memory: Option<Memory>,
    state: State,
    /// Room to read into, kept between calls.
    chunk: Vec<u8>,
}

/// What is known of a cell.
#[derive(Clone, Copy)]
enum State {
    /// It waits for a call.
    Idle,
    /// A call was made whose end was not seen yet: its future was dropped, if another is to be made.
    Busy,
    Lost(Loss),
}

/// How often the cell's memory ran out.
struct Memory {
    events: OwnedFd,
    n_killed: u64,
}

/// A call under way. Dropped before its end, it stops the command.
struct Running<'a> {
    socket: &'a Socket,
    over: bool,
}

impl NativeCell {
    /// Waits until the cell is there.
    pub(super) async fn open(socket: Socket, closer: Closer, owner: Option<u32>) -> Result<Self, Error> {
        let (mut memory, mut files) = (None, None);
        loop {
            match socket.answer().await? {
                (Answer::Counted, [Some(events), ..]) => {
                    let n_killed = n_killed(&events);
                    memory = Some(Memory { events, n_killed });
                }
                (Answer::Workspace, [Some(work), ..]) => files = Some(Workspace::new(work, owner)),
                (Answer::Opened, _) => {
                    let files = files.ok_or(Error::Lost(Loss::Nonsense))?;
                    return Ok(Self { socket, closer, files, memory, state: State::Idle, chunk: Vec::new() });
                }
                (Answer::Failed(Failure { step, errno }), _) => {
                    return Err(Error::unavailable(step, errno.raw_os_error()));
                }
                _ => return Err(Error::Lost(Loss::Nonsense)),
            }
        }
    }

    /// Waits for the end of a call whose future was dropped.
    async fn settle(&mut self) -> Result<(), Error> {
        match self.state {
            State::Idle => Ok(()),
            State::Lost(loss) => Err(Error::Lost(loss)),
            State::Busy => {
                let end = Instant::now() + GRACE;
                tokio::select! {
                    answer = self.socket.answer() => answer.map(drop)?,
                    () = sleep_until(end) => return Err(Error::Lost(Loss::Silent)),
                }
                self.state = State::Idle;
                Ok(())
            }
        }
    }

    async fn call(&mut self, call: Exec) -> Result<Outcome, Error> {
        let request = Request::run(&call).map_err(Error::Refused)?;
        self.settle().await?;
        let Exec { argv, env: _, cwd, stdin, limits } = call;
        let (stdout, their_stdout) = Output::new(&limits)?;
        let (stderr, their_stderr) = Output::new(&limits)?;
        let (input, their_stdin) = Input::new(stdin)?;
        let fds: Vec<_> = [&their_stdout, &their_stderr].into_iter().chain(&their_stdin).map(AsFd::as_fd).collect();
        self.socket.send(&request, &fds).await.map_err(not_sent)?;
        self.state = State::Busy;
        let mut running = Running { socket: &self.socket, over: false };
        drop(fds);
        drop((their_stdout, their_stderr, their_stdin, request));
        let mut streams = Streams { stdout, stderr, input };
        let (answer, too_much) = streams.follow(&self.socket, &limits, &mut self.chunk).await?;
        running.over = true;
        self.state = State::Idle;
        let cause = |errno: Errno| Arc::new(io::Error::from(errno));
        match answer {
            Answer::Ended { how, wall, cpu, max_rss_bytes } => {
                let out_of_memory = self.memory.as_mut().is_some_and(Memory::ran_out);
                let end = end(how, too_much || streams.total_bytes() > limits.output_max_bytes, out_of_memory);
                let usage = Usage { wall, cpu, max_rss_bytes };
                Ok(Outcome { end, stdout: streams.stdout.finish(), stderr: streams.stderr.finish(), usage })
            }
            Answer::NoFolder(errno) => Err(Error::NoFolder { folder: cwd, cause: cause(errno) }),
            Answer::NotStarted(errno) => {
                let program = argv.into_iter().next().unwrap_or_default();
                Err(Error::NotStarted { program, cause: cause(errno) })
            }
            Answer::Ready { .. } | Answer::Counted | Answer::Workspace | Answer::Opened | Answer::Failed(_) => {
                Err(Error::Lost(Loss::Nonsense))
            }
        }
    }
}

#[async_trait]
impl Cell for NativeCell {
    async fn exec(&mut self, call: Exec) -> Result<Outcome, Error> {
        let outcome = self.call(call).await;
        if let Err(Error::Lost(loss)) = &outcome {
            self.state = State::Lost(*loss);
            self.closer.close();
        }
        outcome
    }

    fn files(&self) -> &Workspace {
        &self.files
    }

    async fn close(self: Box<Self>) {
        self.closer.close();
        self.socket.hang_up();
        self.socket.gone().await;
    }
}

impl Drop for NativeCell {
    fn drop(&mut self) {
        self.closer.close();
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.over {
            // If the cell is gone, so is the command.
            drop(self.socket.try_send(&Request::stop()));
        }
    }
}

/// What goes to and comes from a command.
struct Streams {
    stdout: Output,
    stderr: Output,
    input: Input,
}

impl Streams {
    /// Feeds and reads a command until its cell says that it is gone, and stops it if it writes too much.
    async fn follow(
        &mut self,
        socket: &Socket,
        limits: &CallLimits,
        chunk: &mut Vec<u8>,
    ) -> Result<(Answer, bool), Error> {
        let silent = Instant::now() + limits.wall.saturating_add(GRACE).min(LONGEST);
        let mut too_much = false;
        loop {
            tokio::select! {
                answer = socket.answer() => {
                    let (answer, _): (Answer, Fds) = answer?;
                    self.stdout.drain(chunk);
                    self.stderr.drain(chunk);
                    return Ok((answer, too_much));
                }
                () = pull(&mut self.stdout, &mut self.stderr, chunk) => {}
                () = self.input.push() => {}
                () = sleep_until(silent) => return Err(Error::Lost(Loss::Silent)),
            }
            if !too_much && self.total_bytes() > limits.output_max_bytes {
                too_much = true;
                socket.try_send(&Request::stop()).map_err(|_| Error::Lost(Loss::Ended))?;
            }
        }
    }

    fn total_bytes(&self) -> u64 {
        self.stdout.total_bytes() + self.stderr.total_bytes()
    }
}

/// Longer than any call, and short enough to be added to a moment.
const LONGEST: Duration = Duration::from_hours(100 * 365 * 24);

fn not_sent(cause: io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Error::Lost(Loss::Ended),
        _ => Error::host("send a call to a cell")(cause),
    }
}

fn end(how: How, too_much: bool, out_of_memory: bool) -> End {
    match how {
        _ if too_much => End::OutputLimit,
        How::TimedOut => End::TimedOut,
        How::OutOfMemory => End::OutOfMemory,
        How::Exited(0) => End::Exited(0),
        How::Exited(_) | How::Signaled(_) if out_of_memory => End::OutOfMemory,
        How::Exited(code) => End::Exited(code),
        How::Signaled(signal) => End::Signaled(signal),
        How::Stopped => End::Signaled(libc::SIGKILL),
    }
}

impl Memory {
    /// Whether it ran out since the last time.
    fn ran_out(&mut self) -> bool {
        let n_before = std::mem::replace(&mut self.n_killed, n_killed(&self.events));
        self.n_killed > n_before
    }
}

/// The counter `oom_kill`, of both versions' files.
fn n_killed(events: &OwnedFd) -> u64 {
    let mut text = [0; 512];
    let n_bytes = rustix::io::pread(events, &mut text, 0).unwrap_or(0);
    let text = std::str::from_utf8(&text[..n_bytes]).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok()).unwrap_or(0)
}

/// Takes what is there of one stream or the other.
async fn pull(stdout: &mut Output, stderr: &mut Output, chunk: &mut Vec<u8>) {
    tokio::select! {
        () = stdout.ready() => {}
        () = stderr.ready() => {}
    }
    stdout.take(chunk);
    stderr.take(chunk);
}
