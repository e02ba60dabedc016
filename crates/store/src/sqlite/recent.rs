//! What was read last, and is still as it was read: heads of matches and documents, in memory. Pure.
//!
//! One process writes, and all its writes go through one thread: it forgets what it is about to change before it commits, and
//! nothing is remembered until it has. So nobody is told less than was told before.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arena_core::id::{MatchId, Seq};

use crate::{Document, Kind, Link};

/// Of each sort, a thousand bytes each: more than matches and tokens that are asked for again and again. Beyond it all is
/// forgotten.
const MAX_ENTRIES: usize = 1_024;

/// The number and the link of a match's last event.
pub(super) type Head = (Seq, Link);

/// What is remembered. Held by the store and its writer.
pub(super) struct Recent(Mutex<State>);

struct State {
    /// Not where another process may write, nor after the end.
    may_remember: bool,
    documents: HashMap<Kind, HashMap<String, Document>>,
    heads: HashMap<MatchId, Head>,
    /// Grows with each commit.
    n_commits: u64,
    /// Whether what is read now may be what is about to change.
    is_committing: bool,
}

/// When a reading began.
#[derive(Clone, Copy)]
pub(super) struct Since(u64);

/// What a commit changes.
pub(super) enum Changed<'a> {
    Head(MatchId),
    Document(Kind, &'a str),
}

impl Recent {
    /// Remembers what is read from now on, if it `may`: only where this process alone writes.
    pub(super) fn new(may: bool) -> Self {
        Self(Mutex::new(State {
            may_remember: may,
            documents: HashMap::new(),
            heads: HashMap::new(),
            n_commits: 0,
            is_committing: false,
        }))
    }

    /// The document, or when the reading of it begins.
    pub(super) fn document(&self, kind: Kind, id: &str) -> Result<Document, Since> {
        let state = self.state();
        state.documents.get(&kind).and_then(|of_kind| of_kind.get(id)).cloned().ok_or(Since(state.n_commits))
    }

    /// The head of the match, or when the reading of it begins.
    pub(super) fn head(&self, id: MatchId) -> Result<Head, Since> {
        let state = self.state();
        state.heads.get(&id).copied().ok_or(Since(state.n_commits))
    }

    /// Remembers a document that was read, unless something was written since then.
    pub(super) fn keep_document(&self, since: Since, document: &Document) {
        let mut state = self.state();
        if state.is_as_at(since) {
            add(state.documents.entry(document.kind).or_default(), document.id.clone(), document.clone());
        }
    }

    /// Remembers a head that was read, unless something was written since then.
    pub(super) fn keep_head(&self, since: Since, id: MatchId, head: Head) {
        let mut state = self.state();
        if state.is_as_at(since) {
            add(&mut state.heads, id, head);
        }
    }

    /// Forgets what is about to change, until [`Recent::committed`] remembers nothing.
    pub(super) fn committing<'a>(&self, changed: impl Iterator<Item = Changed<'a>>) {
        let mut state = self.state();
        for changed in changed {
            match changed {
                Changed::Head(id) => drop(state.heads.remove(&id)),
                Changed::Document(kind, id) => {
                    state.documents.get_mut(&kind).and_then(|of_kind| of_kind.remove(id));
                }
            }
        }
        state.n_commits += 1;
        state.is_committing = true;
    }

    /// It was committed, or given up.
    pub(super) fn committed(&self) {
        let mut state = self.state();
        state.n_commits += 1;
        state.is_committing = false;
    }

    /// Forgets all, for ever.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.may_remember = false;
        state.documents.clear();
        state.heads.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_as_at(&self, Since(n_commits): Since) -> bool {
        self.may_remember && !self.is_committing && self.n_commits == n_commits
    }
}

fn add<K: Eq + Hash, V>(entries: &mut HashMap<K, V>, key: K, value: V) {
    if entries.len() >= MAX_ENTRIES {
        entries.clear();
    }
    entries.insert(key, value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Rev;

    fn document(rev: u64) -> Document {
        Document { kind: Kind::Match, id: "one".to_owned(), rev: Rev(rev), body: json!({"rev": rev}).into() }
    }

    fn rev(recent: &Recent) -> Option<Rev> {
        recent.document(Kind::Match, "one").ok().map(|document| document.rev)
    }

    #[test]
    fn what_was_read_is_remembered_until_it_changes() {
        let recent = Recent::new(true);
        let since = recent.document(Kind::Match, "one").unwrap_err();
        recent.keep_document(since, &document(1));
        assert_eq!(rev(&recent), Some(Rev(1)));
        recent.committing([Changed::Document(Kind::Token, "one"), Changed::Document(Kind::Match, "two")].into_iter());
        assert_eq!(rev(&recent), Some(Rev(1)), "another document");
        recent.committed();
        recent.committing([Changed::Document(Kind::Match, "one")].into_iter());
        assert_eq!(rev(&recent), None);
    }

    #[test]
    fn what_was_read_beside_a_commit_is_not_remembered() {
        let touched = || [Changed::Document(Kind::Match, "one")].into_iter();
        let since = |recent: &Recent| recent.document(Kind::Match, "one").unwrap_err();
        // Begun before the commit, and come while it lasts, or after it.
        let recent = Recent::new(true);
        let before = since(&recent);
        recent.committing(touched());
        recent.keep_document(before, &document(1));
        assert_eq!(rev(&recent), None);
        // Begun while it lasts: it may be either.
        let during = since(&recent);
        recent.keep_document(during, &document(1));
        assert_eq!(rev(&recent), None);
        recent.committed();
        for earlier in [before, during] {
            recent.keep_document(earlier, &document(1));
            assert_eq!(rev(&recent), None);
        }
        recent.keep_document(since(&recent), &document(2));
        assert_eq!(rev(&recent), Some(Rev(2)));
    }

    #[test]
    fn nothing_is_remembered_where_others_write_nor_after_the_end() {
        let (others, closed) = (Recent::new(false), Recent::new(true));
        closed.keep_document(Since(0), &document(1));
        closed.close();
        for recent in [others, closed] {
            recent.keep_document(Since(0), &document(1));
            assert_eq!(rev(&recent), None);
        }
    }

    #[test]
    fn it_takes_no_more_than_it_may() {
        let recent = Recent::new(true);
        for n in 0..=MAX_ENTRIES {
            recent.keep_document(Since(0), &Document { id: n.to_string(), ..document(1) });
        }
        assert_eq!(recent.state().documents[&Kind::Match].len(), 1);
    }
}
