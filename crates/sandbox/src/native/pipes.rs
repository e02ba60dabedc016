//! The host's ends of a command's streams.

use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;

use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::unix::pipe;

use crate::call::CallLimits;
use crate::capture::{Capture, Capturing};
use crate::error::Error;

/// Read at once, bytes: what a pipe holds (pipe(7)).
const CHUNK_BYTES: usize = 64 * 1024;

/// A stream that a command writes.
pub(super) struct Output {
    /// `None` after its end.
    pipe: Option<pipe::Receiver>,
    capturing: Capturing,
}

/// A stream that a command reads.
pub(super) struct Input {
    /// `None` when all is written, or the command does not read on.
    pipe: Option<pipe::Sender>,
    bytes: Vec<u8>,
    n_written: usize,
}

impl Output {
    /// Our end, and the command's.
    pub(super) fn new(limits: &CallLimits) -> Result<(Self, OwnedFd), Error> {
        let (ours, theirs) = new_pipe()?;
        let pipe = pipe::Receiver::from_owned_fd(ours).map_err(Error::host(ATTEMPT))?;
        Ok((Self { pipe: Some(pipe), capturing: Capturing::keeping(limits.output_kept_bytes) }, theirs))
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.capturing.total_bytes()
    }

    /// Waits until something is there. Never comes back after the end.
    pub(super) async fn ready(&self) {
        match &self.pipe {
            None => pending().await,
            // What goes wrong in waiting goes wrong in reading.
            Some(pipe) => drop(pipe.readable().await),
        }
    }

    /// Takes a piece, if something is there.
    pub(super) fn take(&mut self, chunk: &mut Vec<u8>) {
        let Some(pipe) = &self.pipe else { return };
        chunk.resize(CHUNK_BYTES, 0);
        let read = pipe.try_read(chunk);
        self.keep(read, chunk);
    }

    /// Takes all that is there. Every writer is dead: nothing more will come.
    ///
    /// The end of the stream is not waited for: a command can have hidden a copy of its end in a socket of its own, which
    /// the kernel clears away later. And the pipe itself is asked: what the runtime has heard of it may be old.
    pub(super) fn drain(&mut self, chunk: &mut Vec<u8>) {
        chunk.resize(CHUNK_BYTES, 0);
        let mut more = true;
        while more && let Some(pipe) = &self.pipe {
            let read = rustix::io::retry_on_intr(|| rustix::io::read(pipe, &mut **chunk));
            more = self.keep(read.map_err(Into::into), chunk);
        }
    }

    pub(super) fn finish(self) -> Capture {
        self.capturing.finish()
    }

    /// Keeps what was read; says whether there was something.
    fn keep(&mut self, read: io::Result<usize>, chunk: &[u8]) -> bool {
        match read {
            Ok(n_bytes) if n_bytes > 0 => {
                self.capturing.push(&chunk[..n_bytes]);
                return true;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(_) | Err(_) => self.pipe = None,
        }
        false
    }
}

impl Input {
    /// Our end, and the command's; there is none if there is nothing to read.
    pub(super) fn new(bytes: Vec<u8>) -> Result<(Self, Option<OwnedFd>), Error> {
        if bytes.is_empty() {
            return Ok((Self { pipe: None, bytes, n_written: 0 }, None));
        }
        let (theirs, ours) = new_pipe()?;
        let pipe = pipe::Sender::from_owned_fd(ours).map_err(Error::host(ATTEMPT))?;
        Ok((Self { pipe: Some(pipe), bytes, n_written: 0 }, Some(theirs)))
    }

    /// Writes what there is room for, when there is some. Never comes back when all is written.
    pub(super) async fn push(&mut self) {
        match &self.pipe {
            None => pending().await,
            Some(pipe) => {
                drop(pipe.writable().await);
                match pipe.try_write(&self.bytes[self.n_written..]) {
                    Ok(n_bytes) => self.n_written += n_bytes,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    // It does not read on.
                    Err(_) => self.n_written = self.bytes.len(),
                }
                if self.n_written == self.bytes.len() {
                    self.pipe = None;
                }
            }
        }
    }
}

const ATTEMPT: &str = "make a pipe to a command";

fn new_pipe() -> Result<(OwnedFd, OwnedFd), Error> {
    pipe_with(PipeFlags::CLOEXEC).map_err(|errno| Error::host(ATTEMPT)(errno.into()))
}
