//! How much a server may say that nobody asked for: messages, bytes, and the length of a line. Beyond, it is cut off.

use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::sync::CancellationToken;

/// One message: the largest answer that is of use, twice over as JSON escapes it, and some.
pub(super) const MAX_MESSAGE_BYTES: usize = 8 << 20;

/// All that comes between two of our requests.
const MAX_BYTES: u64 = 64 << 20;

/// Notifications and requests between two of our requests. A long task reports its progress some hundred times.
const MAX_MESSAGES: u32 = 10_000;

/// Counts what one connection says, and ends it.
#[derive(Debug)]
pub(super) struct Meter {
    n_messages: AtomicU32,
    n_bytes: AtomicU64,
    excess: Mutex<Option<&'static str>>,
    /// Ends the connection.
    pub(super) end: CancellationToken,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            n_messages: AtomicU32::new(0),
            n_bytes: AtomicU64::new(0),
            excess: Mutex::new(None),
            end: CancellationToken::new(),
        }
    }

    /// We asked for something: what was said before does not count any more.
    pub(super) fn begin(&self) {
        self.n_messages.store(0, Ordering::Relaxed);
        self.n_bytes.store(0, Ordering::Relaxed);
    }

    /// Something came that was not asked for.
    pub(super) fn message(&self) {
        if self.n_messages.fetch_add(1, Ordering::Relaxed) >= MAX_MESSAGES {
            self.cut_off("it sent too many messages that nobody asked for");
        }
    }

    /// Why the connection was ended by us; nothing if it was not.
    pub(super) fn excess(&self) -> Option<&'static str> {
        *self.excess.lock().expect("nobody panics with it")
    }

    fn bytes(&self, n_bytes: usize) {
        let n_bytes = u64::try_from(n_bytes).unwrap_or(u64::MAX);
        if self.n_bytes.fetch_add(n_bytes, Ordering::Relaxed) >= MAX_BYTES {
            self.cut_off("it sent more than 64 MiB for one request");
        }
    }

    fn cut_off(&self, excess: &'static str) {
        self.excess.lock().expect("nobody panics with it").get_or_insert(excess);
        self.end.cancel();
    }
}

/// A program's output, which ends where the meter is exceeded.
pub(super) struct Metered<R> {
    pub(super) output: R,
    pub(super) meter: std::sync::Arc<Meter>,
    /// Of the line that is being read.
    pub(super) n_line_bytes: usize,
}

impl<R: AsyncRead + Unpin> AsyncRead for Metered<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n_before = buffer.filled().len();
        ready!(Pin::new(&mut self.output).poll_read(context, buffer))?;
        let read = &buffer.filled()[n_before..];
        self.meter.bytes(read.len());
        self.n_line_bytes = match read.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => read.len() - last - 1,
            None => self.n_line_bytes.saturating_add(read.len()),
        };
        if self.n_line_bytes > MAX_MESSAGE_BYTES {
            self.meter.cut_off("it sent a line of more than 8 MiB");
        }
        if self.meter.excess().is_some() {
            // As if it had ended: what it says now is not kept.
            buffer.set_filled(n_before);
        }
        Poll::Ready(Ok(()))
    }
}
