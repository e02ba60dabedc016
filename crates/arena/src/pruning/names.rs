//! Which contents are named by what stands: events and documents. Touches the store, for reading.
//!
//! It does not ask what an event means. Whatever looks like a hash in any text counts, so that a content which some event
//! names in a way that nobody thought of here is not lost; the worst that comes of it is that one stays for nothing.

use std::collections::HashSet;

use arena_core::id::{MatchId, Seq};
use arena_store::{Error, Kind, Pages, Query, Store};

/// Matches, events or documents that are read at once.
const PAGE: usize = 500;

/// The hexadecimal digits of a hash.
const DIGITS: usize = 64;

/// Hashes that something names: 32 bytes each.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<blake3::Hash>);

impl Names {
    /// What all documents name, and all events but those of matches in `but`. `saw` hears of each match, with its events.
    ///
    /// # Errors
    /// What the store says. Of an event that cannot be read, nobody knows what it names.
    pub(super) async fn of(
        store: &dyn Store,
        but: &HashSet<MatchId>,
        saw: &mut impl FnMut(u64),
    ) -> Result<Self, Error> {
        let mut names = Self::default();
        for kind in Kind::ALL {
            let mut pages = Pages::of(Query::of(kind, PAGE));
            while let Some(page) = pages.next(store).await? {
                for document in page {
                    names.read(document.body.text());
                }
            }
        }
        let mut after = None;
        loop {
            let page = store.matches(after, PAGE).await?;
            for id in page.iter().filter(|id| !but.contains(id)) {
                saw(names.read_match(store, *id).await?);
            }
            match page.last() {
                Some(last) => after = Some(*last),
                None => return Ok(names),
            }
        }
    }

    /// Whether something names it; `None` if this is no hash.
    pub(super) fn has(&self, hash: &str) -> Option<bool> {
        Some(self.0.contains(&blake3::Hash::from_hex(hash).ok()?))
    }

    async fn read_match(&mut self, store: &dyn Store, id: MatchId) -> Result<u64, Error> {
        let mut after = Seq::ZERO;
        loop {
            let page = store.texts(id, after, PAGE).await?;
            for text in &page {
                self.read(text.body());
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = last.seq(),
                Some(last) => return Ok(last.seq().0),
                None => return Ok(after.0),
            }
        }
    }

    /// Adds what `text` names.
    fn read(&mut self, text: &str) {
        let runs = text.split(|digit: char| !digit.is_ascii_hexdigit()).filter(|run| run.len() == DIGITS);
        self.0.extend(runs.filter_map(|run| blake3::Hash::from_hex(run).ok()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_found_wherever_it_stands_by_itself() {
        let hash = blake3::hash(b"x").to_hex().to_string();
        let named = |text: &str| {
            let mut names = Names::default();
            names.read(text);
            names.has(&hash)
        };
        for text in [
            hash.clone(),
            format!(r#"{{"artifact":"{hash}"}}"#),
            format!("the whole output is content {hash}, 300 bytes"),
            format!("ü{hash}ü"),
            format!("{}-{hash}", "0".repeat(64)),
        ] {
            assert_eq!(named(&text), Some(true), "{text}");
        }
        for text in [String::new(), hash[1..].to_owned(), format!("0{hash}"), hash.replace('0', "1")] {
            assert_eq!(named(&text), Some(false), "{text}");
        }
        assert_eq!(Names::default().has("x"), None);
    }
}
