//! The newest frames of one match for one audience, shared by all who watch it. One task fills it from the store; who
//! watches holds a number and looks what comes after it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena_core::id::Seq;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::envelope::Frame;
use super::reading::{Error, Reading};
use crate::causes::in_one_line;

/// Frames are kept up to so many bytes: a common match as a whole.
const MAX_BYTES: usize = 4 << 20;

/// The frames of a match, filled as it is played. Ends when nobody holds it any more.
pub struct Channel {
    window: Arc<Window>,
    task: JoinHandle<()>,
}

struct Window {
    state: Mutex<State>,
    bell: watch::Sender<()>,
}

struct State {
    frames: VecDeque<Frame>,
    size_bytes: usize,
    /// The last frame that was dropped, or that was before the first.
    before: Seq,
    /// Whether what was there when it was opened is in: from then on it is as new as the match.
    is_level: bool,
    end: Option<End>,
}

/// Why nothing more will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The match is over.
    Over,
    /// It cannot be read on; the log says why.
    Broken,
}

/// What comes after a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// These, without a hole; at least one.
    Frames(Vec<Frame>),
    /// Nothing yet: listen.
    Nothing {
        /// Whether that was all there is of the match; if not, it is still read from the store.
        is_level: bool,
    },
    /// It is not here any more: read it from the store.
    Gone,
    /// Nothing, and nothing will.
    Ended(End),
}

impl Channel {
    /// A channel of what comes after `after`, filled from `reading`, which begins there.
    pub fn open(reading: Reading, after: Seq) -> Self {
        let state = State { frames: VecDeque::new(), size_bytes: 0, before: after, is_level: false, end: None };
        let window = Arc::new(Window { state: Mutex::new(state), bell: watch::Sender::new(()) });
        let task = tokio::spawn(fill(Arc::clone(&window), reading));
        Self { window, task }
    }

    /// A bell that rings when there is something new; take it before looking.
    pub fn listen(&self) -> watch::Receiver<()> {
        self.window.bell.subscribe()
    }

    /// What comes after `after`, at most `limit` frames.
    pub fn after(&self, after: Seq, limit: usize) -> Next {
        let state = self.window.state();
        if after < state.before {
            return Next::Gone;
        }
        let from = usize::try_from(after.0 - state.before.0).unwrap_or(usize::MAX);
        let frames: Vec<Frame> = state.frames.iter().skip(from).take(limit).cloned().collect();
        match (frames.is_empty(), state.end) {
            (false, _) => Next::Frames(frames),
            (true, None) => Next::Nothing { is_level: state.is_level },
            (true, Some(end)) => Next::Ended(end),
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Window {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, frames: Vec<Frame>) {
        {
            let mut state = self.state();
            for frame in frames {
                state.size_bytes += frame.text.len();
                state.frames.push_back(frame);
            }
            while state.size_bytes > MAX_BYTES {
                let Some(oldest) = state.frames.pop_front() else { break };
                state.size_bytes -= oldest.text.len();
                state.before = oldest.seq;
            }
        }
        self.bell.send_replace(());
    }

    /// What there was is in.
    fn level(&self) {
        self.state().is_level = true;
        self.bell.send_replace(());
    }

    fn end(&self, end: End) {
        self.state().end = Some(end);
        self.bell.send_replace(());
    }
}

async fn fill(window: Arc<Window>, mut reading: Reading) {
    let end = match pour(&window, &mut reading).await {
        Ok(()) => End::Over,
        Err(error) => {
            tracing::error!("a match cannot be shown on: {}", in_one_line(&error));
            End::Broken
        }
    };
    window.end(end);
}

/// Puts in what there is, then what comes, to the end of the match.
async fn pour(window: &Window, reading: &mut Reading) -> Result<(), Error> {
    loop {
        let frames = reading.ready().await?;
        if frames.is_empty() {
            break;
        }
        window.add(frames);
    }
    window.level();
    while !reading.is_over() {
        window.add(reading.next().await?);
    }
    Ok(())
}
