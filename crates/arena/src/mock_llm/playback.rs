//! A response's body, sent step by step, down to the end of the connection if that is what the steps say.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::breakage::Step;
use super::connection::Link;
use super::stats::Visit;

/// A body that does what its steps say.
pub(super) struct Playback {
    steps: VecDeque<Step>,
    pause: Option<Pin<Box<Sleep>>>,
    link: Link,
    /// How much there is, where that is said in the head.
    size_bytes: Option<u64>,
    /// The request is in flight until its answer is sent or nobody wants it any more.
    _visit: Visit,
}

impl Playback {
    /// A body of unknown length, as streams are.
    pub(super) fn stream(steps: Vec<Step>, link: Link, visit: Visit) -> Self {
        Self { steps: steps.into(), pause: None, link, size_bytes: None, _visit: visit }
    }

    /// A body that is there as a whole.
    pub(super) fn whole(bytes: Bytes, link: Link, visit: Visit) -> Self {
        let size_bytes = Some(bytes.len() as u64);
        Self { size_bytes, ..Self::stream(vec![Step::Send(bytes)], link, visit) }
    }
}

impl Body for Playback {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Step::Pause(pause)) => self.pause = Some(Box::pin(sleep(pause))),
                // Nobody wakes us: the body is dropped with its connection.
                Some(Step::Stall) => {
                    self.steps.push_front(Step::Stall);
                    return Poll::Pending;
                }
                Some(Step::Cut(cut)) => {
                    // What was sent before is flushed when there is nothing more to send, before the link is looked at.
                    self.link.cut(cut);
                    self.steps.push_front(Step::Stall);
                    return Poll::Pending;
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.size_bytes.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
