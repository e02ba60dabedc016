//! What a strategy keeps of messages and answers: enough to remind a model of them. It stays for a whole match.

use crate::engine::Seen;
use crate::message::cut;

/// The most that is kept of one text, bytes: as much as an answer of a thousand tokens has.
const MAX_BYTES: usize = 4 << 10;

/// A Target that sends more texts in one round repeats itself.
const MAX_TEXTS: usize = 8;

pub(super) fn remembered(text: &str) -> String {
    cut(text.to_owned(), MAX_BYTES)
}

pub(super) fn remembered_seen(seen: Seen) -> Seen {
    match seen {
        Seen::Texts(texts) => Seen::Texts(texts.iter().take(MAX_TEXTS).map(|text| remembered(text)).collect()),
        Seen::Withheld | Seen::Nothing => seen,
    }
}
