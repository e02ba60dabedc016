//! What models write at this moment, for those who may watch it: the last value wins, and none of it is kept. It is no event:
//! the answer is, once it is recorded.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arena_core::id::{CallId, MatchId, Seat};
use arena_models::Heard;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

/// An answer that is there so soon is not told in pieces.
const QUIET: Duration = Duration::from_millis(250);

/// Between two looks at one draft.
const PAUSE: Duration = Duration::from_millis(100);

/// Text beyond it is not kept; the answer has it.
const MAX_BYTES: usize = 256 << 10;

/// Text that is told at once: who comes late gets the beginning in pieces. Escaped, it is no longer than a frame may be.
const MAX_DELTA_BYTES: usize = 32 << 10;

/// Drafts of the matches that somebody watches.
#[derive(Debug, Default)]
pub struct Drafts(Mutex<HashMap<MatchId, watch::Sender<Draft>>>);

/// An answer that is being written.
#[derive(Debug, Default)]
struct Draft {
    of: Option<Attempt>,
    /// Characters that were written while nobody watched.
    n_before: usize,
    text: String,
    n_chars: usize,
    /// Bytes of the text that may be shown by now.
    n_told: usize,
    is_full: bool,
}

/// Which answer. One that is asked for again is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Attempt {
    call: CallId,
    seat: Seat,
    n: u32,
}

/// New text of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Which call.
    pub call: CallId,
    /// Who writes.
    pub seat: Seat,
    /// Characters that were before it. None: the call is asked anew, and what was shown of it is void.
    pub offset: usize,
    /// What is new.
    pub text: String,
}

/// Who watches drafts of one match.
#[derive(Debug)]
pub struct Reader {
    draft: watch::Receiver<Draft>,
    /// What was read last, and how much of it.
    of: Option<(Attempt, usize)>,
    n_bytes: usize,
    n_chars: usize,
}

/// One call under way, which fills a draft. What it wrote is gone with it.
#[derive(Debug)]
pub struct Writing<'a> {
    drafts: &'a Drafts,
    id: MatchId,
    call: CallId,
    seat: Seat,
    begun: Instant,
    n_attempts: AtomicU32,
    n_chars: AtomicUsize,
    /// That there is text which nobody was told of.
    fresh: Notify,
}

impl Drafts {
    /// What is written in match `id` from now on, and what is there of it.
    pub fn read(&self, id: MatchId) -> Reader {
        let mut drafts = self.drafts();
        // Whose readers have gone needs no draft any more.
        drafts.retain(|_, draft| draft.receiver_count() > 0);
        let draft = drafts.entry(id).or_default().subscribe();
        Reader { draft, of: None, n_bytes: 0, n_chars: 0 }
    }

    /// A call of match `id` that begins now.
    pub fn write(&self, id: MatchId, call: CallId, seat: Seat) -> Writing<'_> {
        Writing {
            drafts: self,
            id,
            call,
            seat,
            begun: Instant::now(),
            n_attempts: AtomicU32::new(0),
            n_chars: AtomicUsize::new(0),
            fresh: Notify::new(),
        }
    }

    /// Changes the draft of match `id`, and wakes who reads it if that is worth it. Whether anybody does; costs a look-up if
    /// not.
    fn change(&self, id: MatchId, change: impl FnOnce(&mut Draft) -> bool) -> bool {
        let drafts = self.drafts();
        let Some(draft) = drafts.get(&id).filter(|draft| draft.receiver_count() > 0) else { return false };
        draft.send_if_modified(change);
        true
    }

    fn drafts(&self) -> MutexGuard<'_, HashMap<MatchId, watch::Sender<Draft>>> {
        // Nothing panics while it is held, and the map is whole in any case.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writing<'_> {
    /// Takes what the model writes.
    pub fn hear(&self, heard: Heard<'_>) {
        let piece = match heard {
            Heard::Piece(piece) => piece,
            Heard::Discarded => {
                self.n_attempts.fetch_add(1, Ordering::Relaxed);
                self.n_chars.store(0, Ordering::Relaxed);
                return self.forget();
            }
        };
        let attempt = Attempt { call: self.call, seat: self.seat, n: self.n_attempts.load(Ordering::Relaxed) };
        let n_chars = piece.chars().count();
        let n_before = self.n_chars.fetch_add(n_chars, Ordering::Relaxed);
        let is_read = self.drafts.change(self.id, |draft| {
            draft.add(attempt, n_before, piece, n_chars);
            false
        });
        if is_read {
            self.fresh.notify_one();
        }
    }

    /// Tells who reads what is new, as often as is good for them. Never ends.
    pub async fn tell(&self) -> Infallible {
        let mut not_before = self.begun + QUIET;
        loop {
            self.fresh.notified().await;
            sleep_until(not_before).await;
            self.drafts.change(self.id, Draft::tell);
            not_before = Instant::now() + PAUSE;
        }
    }

    fn forget(&self) {
        self.drafts.change(self.id, |draft| {
            *draft = Draft::default();
            false
        });
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Draft {
    /// Adds a piece that comes after `n_before` characters of its attempt.
    fn add(&mut self, attempt: Attempt, n_before: usize, piece: &str, n_chars: usize) {
        if self.of == Some(attempt) && self.is_full {
            return;
        }
        // Somebody may have begun to watch only now.
        if self.of != Some(attempt) || self.n_before + self.n_chars != n_before {
            *self = Self { of: Some(attempt), n_before, ..Self::default() };
        }
        if self.text.len() + piece.len() > MAX_BYTES {
            self.is_full = true;
            return;
        }
        self.text.push_str(piece);
        self.n_chars += n_chars;
    }

    /// Lets all of it be shown. Whether that is news.
    fn tell(&mut self) -> bool {
        let is_news = self.n_told < self.text.len();
        self.n_told = self.text.len();
        is_news
    }
}

impl Reader {
    /// What is new. Waits for it, for ever if nothing comes. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Delta {
        loop {
            if let Some(delta) = self.unread() {
                return delta;
            }
            if self.draft.changed().await.is_err() {
                // The runner is gone, and nobody writes any more.
                return std::future::pending().await;
            }
        }
    }

    fn unread(&mut self) -> Option<Delta> {
        let draft = self.draft.borrow_and_update();
        let attempt = draft.of?;
        if self.of != Some((attempt, draft.n_before)) {
            (self.of, self.n_bytes, self.n_chars) = (Some((attempt, draft.n_before)), 0, 0);
        }
        let end = draft.text.floor_char_boundary(draft.n_told.min(self.n_bytes + MAX_DELTA_BYTES));
        let text = draft.text.get(self.n_bytes..end).filter(|text| !text.is_empty())?.to_owned();
        let offset = draft.n_before + self.n_chars;
        self.n_bytes += text.len();
        self.n_chars += text.chars().count();
        Some(Delta { call: attempt.call, seat: attempt.seat, offset, text })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn id() -> MatchId {
        "01kanp8m6s1x3f0v9h2r7c4d5e".parse().unwrap()
    }

    /// What a reader is told now: offsets and texts.
    fn told(reader: &mut Reader) -> Vec<(usize, String)> {
        std::iter::from_fn(|| reader.next().now_or_never()).map(|delta| (delta.offset, delta.text)).collect()
    }

    fn texts(told: &[(usize, &str)]) -> Vec<(usize, String)> {
        told.iter().map(|(offset, text)| (*offset, (*text).to_owned())).collect()
    }

    #[test]
    fn each_reader_gets_what_is_new_to_it_once_it_may_be_told() {
        let drafts = Drafts::default();
        let writing = drafts.write(id(), CallId(1), Seat::Target);
        let piece = |text: &str| writing.hear(Heard::Piece(text));
        let tell = || drafts.change(id(), Draft::tell);
        piece("unheard é ");
        assert!(drafts.drafts().is_empty(), "nobody reads, so nothing is kept");
        let (mut quick, mut slow) = (drafts.read(id()), drafts.read(id()));
        piece("one ");
        assert_eq!(told(&mut quick), texts(&[]), "it is too early");
        tell();
        assert_eq!(told(&mut quick), texts(&[(10, "one ")]));
        piece("twö ");
        piece("three ");
        assert_eq!(told(&mut quick), texts(&[]));
        tell();
        assert_eq!(told(&mut quick), texts(&[(14, "twö three ")]));
        assert_eq!(told(&mut slow), texts(&[(10, "one twö three ")]), "nothing was queued for it");
        assert_eq!(told(&mut drafts.read(id())), texts(&[(10, "one twö three ")]), "who comes late gets it all");
        piece("void");
        writing.hear(Heard::Discarded);
        tell();
        assert_eq!(told(&mut quick), texts(&[]));
        piece("anew");
        tell();
        assert_eq!(told(&mut quick), texts(&[(0, "anew")]));
        piece(" and void");
        drop(writing);
        tell();
        assert_eq!(told(&mut quick), texts(&[]), "what is answered is told by its event");
        let next = drafts.write(id(), CallId(2), Seat::Blue);
        next.hear(Heard::Piece("next"));
        tell();
        let delta = Delta { call: CallId(2), seat: Seat::Blue, offset: 0, text: "next".to_owned() };
        assert_eq!(quick.next().now_or_never(), Some(delta));
    }

    #[test]
    fn a_text_without_end_is_kept_up_to_a_limit_and_told_in_pieces() {
        let drafts = Drafts::default();
        let mut reader = drafts.read(id());
        let writing = drafts.write(id(), CallId(1), Seat::Red);
        for _ in 0..=MAX_BYTES / 2 / 1_000 {
            writing.hear(Heard::Piece(&"é".repeat(1_000)));
        }
        // It would fit, and stands behind what did not.
        writing.hear(Heard::Piece("é"));
        drafts.change(id(), Draft::tell);
        let told = told(&mut reader);
        let n_bytes: usize = told.iter().map(|(_, text)| text.len()).sum();
        assert_eq!(n_bytes, MAX_BYTES / 2_000 * 2_000);
        assert!(told.iter().all(|(_, text)| text.len() <= MAX_DELTA_BYTES));
        let mut n_chars = 0;
        for (offset, text) in told {
            assert_eq!(offset, n_chars);
            n_chars += text.chars().count();
        }
    }

    #[test]
    fn a_text_that_is_watched_again_goes_on_where_it_is() {
        let drafts = Drafts::default();
        let writing = drafts.write(id(), CallId(1), Seat::Red);
        let reader = drafts.read(id());
        writing.hear(Heard::Piece("one "));
        drop(reader);
        writing.hear(Heard::Piece("two "));
        let mut reader = drafts.read(id());
        writing.hear(Heard::Piece("three"));
        drafts.change(id(), Draft::tell);
        assert_eq!(told(&mut reader), texts(&[(8, "three")]));
    }
}
