//! What the log says stands: folded from its entries, and compared with documents, contents and events. Touches a store.
//!
//! Somebody may be writing meanwhile. An entry is written together with what it tells of, so what is read between two
//! looks at the log has to fit, unless the second look says that it was changed just then: that is read again. So it is no fault
//! that a match or a content goes meanwhile; that one is gone of which the log tells no end, is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use arena_core::id::{MatchId, Seq};

use super::{Content, Digest, Fact, Fault, Kept, Named, Noted};
use crate::{Error, Link, Rev, Store};

/// Entries that are read at once.
const ENTRIES: usize = 1_000;

/// Documents that are compared at once. Few enough that they are mostly not changed while they are read.
const DOCUMENTS: usize = 500;

/// Contents that are looked at at once: their bytes are read.
const CONTENTS: usize = 100;

/// So often documents, contents and matches are read again that change while they are read: some milliseconds each.
const ATTEMPTS: usize = 100;

/// What is said of a match or a content that the log has not, or no longer.
const STRANGE: &str = "the audit log knows nothing of it: the arena did not write it, or removed it";

/// The state of everything, as the log has it. About 200 bytes for each document, content and match.
#[derive(Debug)]
pub struct Ledger {
    seq: u64,
    link: Link,
    documents: BTreeMap<Named, Last>,
    /// By their names.
    contents: BTreeSet<String>,
    heads: BTreeMap<MatchId, Head>,
    /// What is still to be found in the log, by its number.
    kept: std::iter::Peekable<std::vec::IntoIter<Kept>>,
    /// The last entry of which somebody has kept that it is as it was.
    last_kept: u64,
    faults: Vec<Fault>,
    /// The log can be read no further: what it says is not all.
    is_broken: bool,
    /// Something was kept that the log does not have: everything else that is kept does not fit either.
    is_other: bool,
}

/// A document, as its last entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last {
    rev: Rev,
    hash: Digest,
}

/// The last entry about a match.
#[derive(Clone, Copy, Debug)]
struct Head {
    seq: Seq,
    link: Link,
    is_compared: bool,
}

/// What some entries tell of, where that can go.
#[derive(Debug, Default)]
struct Touched {
    documents: BTreeSet<Named>,
    contents: BTreeSet<String>,
    matches: BTreeSet<MatchId>,
}

impl Ledger {
    /// Reads the whole log, and compares it with what somebody has kept of it.
    ///
    /// # Errors
    /// What the store says, but for damage, which is a [fault](Ledger::faults).
    pub async fn read(store: &dyn Store, mut kept: Vec<Kept>) -> Result<Self, Error> {
        kept.sort_by_key(|kept| kept.seq);
        let last = kept.last().copied();
        let mut ledger = Self {
            seq: 0,
            link: Link::of_empty_log(),
            documents: BTreeMap::new(),
            contents: BTreeSet::new(),
            heads: BTreeMap::new(),
            kept: kept.into_iter().peekable(),
            last_kept: 0,
            faults: Vec::new(),
            is_broken: false,
            is_other: false,
        };
        ledger.compare_kept();
        ledger.catch_up(store).await?;
        if let Some(last) = last.filter(|last| last.seq > ledger.seq && !ledger.is_broken) {
            let place = format!("entry {} of the audit log", ledger.seq + 1);
            let what = format!(
                "it is gone, and all up to entry {}, which somebody has kept: the end was cut off, or this is an older copy",
                last.seq
            );
            ledger.faults.push(Fault::new(place, what));
        }
        Ok(ledger)
    }

    /// What is wrong with the log itself.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The last entry that was read, 0 if there is none, and its link.
    pub fn head(&self) -> (u64, Link) {
        (self.seq, self.link)
    }

    /// Compares every document with what the log says last of it. Returns how many there are, and what is wrong.
    ///
    /// Nothing is compared with a log that is broken: what it does not say may stand after the break.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub async fn documents(&mut self, store: &dyn Store) -> Result<(usize, Vec<Fault>), Error> {
        let (mut n, mut faults) = (0, Vec::new());
        let mut after: Option<Named> = None;
        while !self.is_broken {
            let page = match self.page(store, after.as_ref(), &mut faults).await {
                Ok(page) => page,
                Err(error) => {
                    faults.push(Fault::of(error)?);
                    break;
                }
            };
            n += page.n;
            match page.last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        Ok((n, faults))
    }

    /// Compares every content with its name, and all of them with those of which the log says that they were kept. Returns
    /// how many there are, and what is wrong.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub async fn contents(&mut self, store: &dyn Store) -> Result<(usize, Vec<Fault>), Error> {
        let (mut n, mut faults) = (0, Vec::new());
        let mut after = None;
        loop {
            let page = match self.page_of_contents(store, after.as_deref(), &mut faults).await {
                Ok(page) => page,
                Err(error) => {
                    faults.push(Fault::of(error)?);
                    break;
                }
            };
            n += page.n;
            match page.last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        Ok((n, faults))
    }

    /// The contents after `after`: their faults, how many they are, and the last, if there are more.
    async fn page_of_contents(
        &mut self,
        store: &dyn Store,
        after: Option<&str>,
        faults: &mut Vec<Fault>,
    ) -> Result<Page<String>, Error> {
        let mut attempt = 1;
        loop {
            let page = store.contents(after.map(str::to_owned), CONTENTS).await?;
            let last = (page.len() == CONTENTS).then(|| page.last().map(|last| last.hash.clone())).flatten();
            let stands: BTreeSet<&str> = page.iter().map(|content| content.hash.as_str()).collect();
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            let to = last.as_deref().map_or(Bound::Unbounded, Bound::Included);
            // What the log knew before they were read, and what it does not know after that.
            let known = self.contents.range::<str, _>((from, to));
            let gone: Vec<String> = known.filter(|hash| !stands.contains(hash.as_str())).cloned().collect();
            let touched = self.catch_up(store).await?.contents;
            let is_strange = |hash: &str| !self.contents.contains(hash);
            let mut doubtful =
                gone.iter().chain(page.iter().map(|content| &content.hash).filter(|hash| is_strange(hash)));
            if attempt < ATTEMPTS && doubtful.any(|hash| touched.contains(hash)) {
                attempt += 1;
                continue;
            }
            let of = |hash: &str, what: &str| Fault::new(format!("content {hash}"), what);
            if !self.is_broken {
                faults.extend(gone.iter().map(|hash| of(hash, "it is gone; the audit log says that it was kept")));
            }
            for Content { hash, is_good } in &page {
                if !is_good {
                    faults.push(of(hash, "its hash does not fit: it was changed after it was written"));
                } else if !self.is_broken && is_strange(hash) {
                    faults.push(of(hash, STRANGE));
                }
            }
            return Ok(Page { n: page.len(), last });
        }
    }

    /// The documents after `after`: their faults, how many they are, and the last, if there are more.
    async fn page(
        &mut self,
        store: &dyn Store,
        after: Option<&Named>,
        faults: &mut Vec<Fault>,
    ) -> Result<Page<Named>, Error> {
        let mut attempt = 1;
        loop {
            self.catch_up(store).await?;
            let standing = store.standing(after.cloned(), DOCUMENTS).await?;
            let touched = self.catch_up(store).await?.documents;
            let last = (standing.len() == DOCUMENTS).then(|| standing.last().map(|last| last.named.clone())).flatten();
            let n = standing.len();
            let stands: BTreeMap<Named, Last> = standing
                .into_iter()
                .map(|standing| (standing.named, Last { rev: standing.rev, hash: standing.hash }))
                .collect();
            let differing = self.differing(after, last.as_ref(), &stands);
            if attempt < ATTEMPTS && differing.iter().any(|named| touched.contains(named)) {
                attempt += 1;
                continue;
            }
            faults.extend(differing.into_iter().map(|named| {
                let what = difference(self.documents.get(&named), stands.get(&named));
                Fault::new(named.to_string(), what)
            }));
            return Ok(Page { n, last });
        }
    }

    /// The names after `after` and up to `last` of which log and database do not say the same.
    fn differing(&self, after: Option<&Named>, last: Option<&Named>, stands: &BTreeMap<Named, Last>) -> Vec<Named> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let to = last.map_or(Bound::Unbounded, Bound::Included);
        let missing = self.documents.range::<Named, _>((from, to)).filter(|(named, _)| !stands.contains_key(named));
        let other = stands.iter().filter(|(named, stands)| self.documents.get(named) != Some(stands));
        let mut differing: Vec<Named> =
            missing.map(|(named, _)| named).chain(other.map(|(named, _)| named)).cloned().collect();
        differing.sort();
        differing
    }

    /// Compares the events of match `id` with what the log says last of them.
    ///
    /// Looks at the one event that the log names: whether the chain leads there, [`Store::records`] says. Nothing is wrong with a
    /// match that is not there, where the log knows of none.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub async fn match_events(&mut self, store: &dyn Store, id: MatchId) -> Result<Option<Fault>, Error> {
        self.catch_up(store).await?;
        let mut attempt = 1;
        loop {
            let fault = match self.heads.get_mut(&id) {
                Some(head) => {
                    head.is_compared = true;
                    let Head { seq, link, .. } = *head;
                    look(store, id, seq, link).await?
                }
                None if self.is_broken => None,
                None => stranger(store, id).await?,
            };
            if fault.is_none() {
                return Ok(None);
            }
            let touched = self.catch_up(store).await?.matches;
            if attempt == ATTEMPTS || !touched.contains(&id) {
                return Ok(fault);
            }
            attempt += 1;
        }
    }

    /// The matches that the log knows, and of which nobody has asked [`Ledger::match_events`]: they should be there.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub async fn other_matches(&mut self, store: &dyn Store) -> Result<Vec<Fault>, Error> {
        let others = self.heads.iter().filter(|(_, head)| !head.is_compared);
        let others: Vec<MatchId> = others.map(|(id, _)| *id).collect();
        let mut faults = Vec::new();
        for id in others {
            faults.extend(self.match_events(store, id).await?);
        }
        Ok(faults)
    }

    /// Reads what was added to the log. Returns that of which it tells.
    async fn catch_up(&mut self, store: &dyn Store) -> Result<Touched, Error> {
        let mut touched = Touched::default();
        while !self.is_broken {
            let page = match store.notes(self.seq, ENTRIES).await {
                Ok(page) => page,
                Err(error) => {
                    self.faults.push(Fault::of(error)?);
                    self.is_broken = true;
                    break;
                }
            };
            let is_last = page.len() < ENTRIES;
            for noted in page {
                self.take(noted, &mut touched);
            }
            if is_last {
                break;
            }
        }
        Ok(touched)
    }

    fn take(&mut self, Noted { seq, entry, link }: Noted, touched: &mut Touched) {
        (self.seq, self.link) = (seq, link);
        self.compare_kept();
        match entry.fact {
            Fact::Put { kind, id, rev, hash } => {
                let named = Named { kind: kind.word().to_owned(), id };
                self.documents.insert(named.clone(), Last { rev, hash });
                touched.documents.insert(named);
            }
            Fact::Deleted { kind, id, .. } => {
                let named = Named { kind: kind.word().to_owned(), id };
                self.documents.remove(&named);
                touched.documents.insert(named);
            }
            Fact::Kept { hash } => {
                self.contents.insert(hash.to_string());
                touched.contents.insert(hash.to_string());
            }
            Fact::Forgotten { hash } => {
                self.contents.remove(&hash.to_string());
                touched.contents.insert(hash.to_string());
            }
            Fact::Head { id, seq, link } => {
                let is_compared = self.heads.get(&id).is_some_and(|head| head.is_compared);
                self.heads.insert(id, Head { seq, link, is_compared });
                touched.matches.insert(id);
            }
            Fact::Removed { id, seq, link } => {
                self.faults.extend(removed_as_another(id, (seq, link), self.heads.remove(&id)));
                touched.matches.insert(id);
            }
            Fact::Happened { .. } => {}
        }
    }

    /// Compares the entry that was read last with what is kept of it.
    fn compare_kept(&mut self) {
        while let Some(kept) = self.kept.next_if(|kept| kept.seq <= self.seq) {
            if kept.link == self.link {
                self.last_kept = kept.seq;
            } else if !self.is_other {
                self.is_other = true;
                let place = format!("entries {} to {} of the audit log", self.last_kept + 1, kept.seq);
                let what = format!("one of them was changed: the link was {} when somebody kept it", kept.link);
                self.faults.push(Fault::new(place, what));
            }
        }
    }
}

struct Page<T> {
    n: usize,
    last: Option<T>,
}

/// Whether a match that was removed was the one that the log had told of: who changes a match and has it removed does not get rid of
/// what tells.
fn removed_as_another(id: MatchId, (seq, link): (Seq, Link), told: Option<Head>) -> Option<Fault> {
    let what = match told {
        None => "it was removed, and the arena had not written it".to_owned(),
        Some(told) if told.seq > seq => {
            format!("it was removed when it had {seq} events; the audit log says that it had {}", told.seq)
        }
        Some(told) if told.seq == seq && told.link != link => {
            format!(
                "it was removed as another than the audit log names: event {seq}, or one before it, had been written anew"
            )
        }
        Some(_) => return None,
    };
    Some(Fault::new(format!("match {id}"), what))
}

fn difference(logged: Option<&Last>, stands: Option<&Last>) -> String {
    match (logged, stands) {
        (Some(logged), None) => format!("it is gone; revision {} should stand", logged.rev),
        (None, Some(stands)) => {
            format!(
                "revision {} stands, and the audit log knows none: the arena did not write it, or removed it",
                stands.rev
            )
        }
        (Some(logged), Some(stands)) if logged.rev == stands.rev => {
            format!("revision {} is not the text that was written", stands.rev)
        }
        (Some(logged), Some(stands)) => format!("revision {} stands, {} should", stands.rev, logged.rev),
        (None, None) => "it came and went".to_owned(),
    }
}

/// What is wrong with a match of which the log knows nothing, if it is there.
async fn stranger(store: &dyn Store, id: MatchId) -> Result<Option<Fault>, Error> {
    match store.texts(id, Seq::ZERO, 1).await {
        Ok(first) if first.is_empty() => return Ok(None),
        Ok(_) => {}
        // It is there, whatever it is.
        Err(error) => drop(Fault::of(error)?),
    }
    Ok(Some(Fault::new(format!("match {id}"), STRANGE)))
}

/// Whether event `seq` of the match is the one of which the log has the link.
async fn look(store: &dyn Store, id: MatchId, seq: Seq, link: Link) -> Result<Option<Fault>, Error> {
    let place = format!("event {seq} of match {id}");
    match store.link(id, seq).await {
        Ok(Some(found)) if found == link => Ok(None),
        Ok(Some(_)) => Ok(Some(Fault::new(
            place,
            "it is another than the audit log names: it, or one before it, was written anew",
        ))),
        Ok(None) => Ok(Some(Fault::new(place, "it is gone: the audit log says that the match has it"))),
        Err(error) => Fault::of(error).map(Some),
    }
}
