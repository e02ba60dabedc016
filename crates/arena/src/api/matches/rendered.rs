//! Matches as they were shown last, ready to be sent again: they are asked for more often than they change.
//!
//! What a match shows changes with its events alone, and with the problem that keeps it from being played on: who knows both
//! knows whether it is as it was.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arena_core::id::{MatchId, Seq};
use axum::body::Bytes;

use super::super::etag::ETag;

/// A thousand bytes each: as many as the store remembers. Beyond it all is forgotten.
const MAX_ENTRIES: usize = 1_024;

/// Matches by who may see what of them.
#[derive(Default)]
pub(in crate::api) struct Rendered(Mutex<HashMap<(MatchId, Sees), (AsOf, Shown)>>);

/// How much may be seen of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sees {
    All,
    Most,
}

/// On what it depends what a match shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AsOf {
    pub(super) last: Seq,
    pub(super) problem: Option<String>,
}

/// A match in JSON. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) tag: ETag,
    pub(super) body: Bytes,
}

impl Rendered {
    /// The match, if it was shown as of this.
    pub(super) fn get(&self, id: MatchId, sees: Sees, as_of: &AsOf) -> Option<Shown> {
        let entries = self.entries();
        let (of, shown) = entries.get(&(id, sees))?;
        (of == as_of).then(|| shown.clone())
    }

    /// Remembers how the match was shown, in place of how it was before.
    pub(super) fn keep(&self, id: MatchId, sees: Sees, as_of: AsOf, shown: Shown) {
        let mut entries = self.entries();
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
        entries.insert((id, sees), (as_of, shown));
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<(MatchId, Sees), (AsOf, Shown)>> {
        // Nothing panics while it is held, and the map is whole in any case.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_of(last: u64, problem: Option<&str>) -> AsOf {
        AsOf { last: Seq(last), problem: problem.map(str::to_owned) }
    }

    fn id(text: &str) -> MatchId {
        text.parse().unwrap()
    }

    #[test]
    fn a_match_is_shown_again_only_as_it_was_and_to_those_who_see_as_much() {
        let rendered = Rendered::default();
        let (one, other) = (id("01kanp8m6s1x3f0v9h2r7c4d5e"), id("01kanp8m6s1x3f0v9h2r7c4d5f"));
        let shown = |body: &'static str| Shown { tag: ETag::of("1-7"), body: Bytes::from_static(body.as_bytes()) };
        rendered.keep(one, Sees::All, as_of(7, None), shown("all"));
        assert_eq!(rendered.get(one, Sees::All, &as_of(7, None)), Some(shown("all")));
        for (id, sees, of) in [
            (one, Sees::Most, as_of(7, None)),
            (one, Sees::All, as_of(8, None)),
            (one, Sees::All, as_of(7, Some("no key"))),
            (other, Sees::All, as_of(7, None)),
        ] {
            assert_eq!(rendered.get(id, sees, &of), None, "{id} {sees:?} {of:?}");
        }
        rendered.keep(one, Sees::Most, as_of(7, None), shown("most"));
        rendered.keep(one, Sees::All, as_of(8, None), shown("next"));
        assert_eq!(rendered.get(one, Sees::All, &as_of(7, None)), None);
        assert_eq!(rendered.get(one, Sees::All, &as_of(8, None)), Some(shown("next")));
        assert_eq!(rendered.get(one, Sees::Most, &as_of(7, None)), Some(shown("most")));
        for n in 0..MAX_ENTRIES {
            let many = MatchId::from_parts(one.created_at(), n as u128);
            rendered.keep(many, Sees::All, as_of(1, None), shown("many"));
        }
        assert!(rendered.entries().len() <= MAX_ENTRIES);
    }
}
