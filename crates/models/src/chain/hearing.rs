//! What is heard of a turn while it goes on, and what an attempt that failed is guessed to have used.

use std::sync::atomic::{AtomicUsize, Ordering};

use arena_core::message::{Request, Usage};

/// What is heard of a turn while it goes on. None of it is the answer: that is the reply, when it is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// A piece of text, as it is written.
    Piece(&'a str),
    /// All pieces so far are void: their attempt failed.
    Discarded,
}

/// Hears a turn. Called on the task that asks, so it must not block.
pub type Hears<'a> = &'a (dyn Fn(Heard<'_>) + Send + Sync);

/// Stands between one attempt and who hears the turn, and counts.
pub(super) struct Hearing<'a> {
    hears: Hears<'a>,
    n_chars: AtomicUsize,
}

impl<'a> Hearing<'a> {
    pub(super) fn new(hears: Hears<'a>) -> Self {
        Self { hears, n_chars: AtomicUsize::new(0) }
    }

    pub(super) fn piece(&self, text: &str) {
        self.n_chars.fetch_add(text.chars().count(), Ordering::Relaxed);
        (self.hears)(Heard::Piece(text));
    }

    /// The attempt failed: voids what was heard of it. The tokens it must have used; none that are known of, if it
    /// failed before it said anything.
    pub(super) fn discard(self, request: &Request) -> Option<Usage> {
        let n_heard = self.n_chars.into_inner();
        (n_heard > 0).then(|| {
            (self.hears)(Heard::Discarded);
            Usage::estimate(request.n_chars(), n_heard)
        })
    }
}
