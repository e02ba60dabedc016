//! Scenarios and agents by the text that they were parsed from: each is in memory once, however many matches were begun or
//! read that have it, and is parsed again only when its text has not been seen for a while. A scenario is a hundred
//! kilobytes once it is parsed, and parsing it takes longer than a round of its match.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::problem::Error;

/// So many are held though nobody else does: the next match, or the next page of one, mostly has the same.
const MAX_RECENT: usize = 64;

/// What is parsed from a text, and is the same whenever it is parsed from the same text.
pub(crate) trait Parsed: Sized + 'static {
    /// How it is called where it is read from a record.
    const RECORDED: &str;

    /// Where those of its type are known.
    fn known() -> &'static Interned<Self>;

    /// Parses it. `file` is only a name for messages.
    ///
    /// # Errors
    /// Every mistake in `source`.
    fn parse(file: &str, source: &str) -> Result<Self, Error>;
}

/// What is known of one type.
pub(crate) struct Interned<T>(Mutex<Known<T>>);

struct Known<T> {
    /// By the hash of the text.
    by_hash: BTreeMap<[u8; 32], Weak<T>>,
    /// Those that were parsed last.
    recent: VecDeque<Arc<T>>,
}

impl<T: Parsed> Interned<T> {
    /// Nothing.
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Known { by_hash: BTreeMap::new(), recent: VecDeque::new() }))
    }

    /// The one thing that has this text.
    ///
    /// # Errors
    /// Every mistake in `source`.
    pub(crate) fn get(&self, file: &str, source: &str) -> Result<Arc<T>, Error> {
        let hash = *blake3::hash(source.as_bytes()).as_bytes();
        // Nothing panics while it is held.
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thing) = known().by_hash.get(&hash).and_then(Weak::upgrade) {
            return Ok(thing);
        }
        // Others are not kept waiting. If two parse the same, the later stays.
        let thing = Arc::new(T::parse(file, source)?);
        known().add(hash, &thing);
        Ok(thing)
    }
}

impl<T> Known<T> {
    fn add(&mut self, hash: [u8; 32], thing: &Arc<T>) {
        // A look at all, for each that is parsed: parsing takes longer.
        self.by_hash.retain(|_, thing| thing.strong_count() > 0);
        self.by_hash.insert(hash, Arc::downgrade(thing));
        if self.recent.len() == MAX_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(Arc::clone(thing));
    }
}

/// Reads a recorded text: for a field of a record.
pub(crate) fn deserialize<'de, T: Parsed, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<T>, D::Error> {
    let source = String::deserialize(deserializer)?;
    T::known().get(T::RECORDED, &source).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::problem::Problems;

    struct Word;

    static N_PARSED: AtomicUsize = AtomicUsize::new(0);

    impl Parsed for Word {
        const RECORDED: &str = "recorded word";

        fn known() -> &'static Interned<Self> {
            static KNOWN: Interned<Word> = Interned::new();
            &KNOWN
        }

        fn parse(file: &str, source: &str) -> Result<Self, Error> {
            N_PARSED.fetch_add(1, Ordering::Relaxed);
            Problems::new(file, source).into_result((!source.is_empty()).then_some(Self))
        }
    }

    #[test]
    fn a_text_is_parsed_once_while_it_is_held_or_recent() {
        let n_parsed = || N_PARSED.load(Ordering::Relaxed);
        let held = Word::known().get("a", "held").unwrap();
        drop(Word::known().get("a", "recent").unwrap());
        assert!(Arc::ptr_eq(&held, &Word::known().get("b", "held").unwrap()));
        drop(Word::known().get("b", "recent").unwrap());
        assert_eq!(n_parsed(), 2);

        // A thousand others later it is there because it is held; the other is parsed again.
        for i in 0..1_000 {
            Word::known().get("a", &i.to_string()).unwrap();
        }
        assert!(Arc::ptr_eq(&held, &Word::known().get("a", "held").unwrap()));
        assert_eq!(n_parsed(), 1_002);
        drop(Word::known().get("a", "recent").unwrap());
        assert_eq!(n_parsed(), 1_003);
        assert!(Word::known().0.lock().unwrap().by_hash.len() <= MAX_RECENT + 2);
    }
}
