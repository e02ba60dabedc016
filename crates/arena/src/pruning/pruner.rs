//! Takes away what is old, step by step, or only looks what that would be. Touches the store.

use std::collections::HashSet;
use std::mem;

use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_store::audit::Ledger;
use arena_store::{Document, Error, Kind, Pages, Query, Store};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;

use super::names::Names;
use super::{Gone, Left, Order, Pruned};
use crate::causes::in_one_line;
use crate::header::Header;

/// Documents, events or hashes that are read at once, and documents or contents that go in one transaction.
const PAGE: usize = 500;

/// Contents that go in one transaction, bytes: as in a move.
const BATCH_BYTES: u64 = 4 << 20;

/// Who takes away. Nobody else may write meanwhile.
pub struct Pruner<'a> {
    store: &'a dyn Store,
    order: Order,
    /// Nothing is written.
    is_dry: bool,
    /// The audit log was told that this begins.
    is_told: bool,
    /// What the log says of matches.
    ledger: Ledger,
    pruned: Pruned,
}

/// What a document has of which nothing else matters here.
#[derive(Deserialize)]
struct Dated {
    at: Timestamp,
}

impl<'a> Pruner<'a> {
    /// Who does as `order` says; only looks what that would come to, if `is_dry`. Reads the whole audit log.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begin(store: &'a dyn Store, order: Order, is_dry: bool) -> Result<Self, Error> {
        let ledger = Ledger::read(store, Vec::new()).await?;
        Ok(Self { store, order, is_dry, is_told: false, ledger, pruned: Pruned::default() })
    }

    /// Takes away matches that are over, the oldest first, each with its header. Those that are not as the audit log tells stay.
    /// `saw` hears of each match that is over, with how many events went.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub async fn matches(&mut self, mut saw: impl FnMut(u64)) -> Result<(), Error> {
        let mut pages = Pages::of(Query::of(Kind::Match, PAGE).filter(Header::over()));
        while let Some(page) = pages.next(self.store).await? {
            for document in page {
                let before = self.pruned.tally.n_events;
                let name = format!("match {}", document.id);
                if let Err(why) = self.one_match(&document).await? {
                    self.pruned.left.push(Left::new(name, why));
                }
                saw(self.pruned.tally.n_events - before);
            }
        }
        Ok(())
    }

    /// Takes away refusals and requests that may be repeated.
    ///
    /// # Errors
    /// What the store says.
    pub async fn trails(&mut self) -> Result<(), Error> {
        for kind in [Kind::Denied, Kind::Request] {
            let mut pages = Pages::of(Query::of(kind, PAGE));
            while let Some(page) = pages.next(self.store).await? {
                let mut old = Vec::new();
                for document in page {
                    match document.body.read::<Dated>() {
                        Ok(dated) if self.is_young(dated.at) => {}
                        Ok(_) => old.push(document),
                        Err(cause) => {
                            self.pruned.left.push(Left::new(format!("{kind} {}", document.id), cause.to_string()));
                        }
                    }
                }
                self.tell(!old.is_empty()).await?;
                if !self.is_dry {
                    // All at once: one commit for many.
                    try_join_all(old.iter().map(|it| self.store.delete(kind, &it.id, it.rev))).await?;
                }
                self.pruned.tally.n_documents += old.len() as u64;
            }
        }
        Ok(())
    }

    /// Takes away contents that nothing names, once the rest is gone. If something cannot be read, so that nobody knows what it
    /// names, all stay. `saw` hears of each match that is looked through, with its events.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub async fn contents(&mut self, mut saw: impl FnMut(u64)) -> Result<(), Error> {
        let but: HashSet<MatchId> = self.pruned.matches.iter().map(|gone| gone.id).collect();
        let names = match Names::of(self.store, &but, &mut saw).await {
            Ok(names) => names,
            Err(error @ Error::Corrupt { .. }) => {
                let why = format!("nobody knows what still names them: {}", in_one_line(&error));
                self.pruned.left.push(Left::new("every content", why));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let mut after: Option<String> = None;
        loop {
            let page = self.store.hashes(after.as_deref(), PAGE).await?;
            self.unnamed(&page, &names).await?;
            match page.into_iter().last() {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// What went, or would go.
    pub fn end(self) -> Pruned {
        self.pruned
    }

    /// Takes a match away if it is old, or says why not.
    async fn one_match(&mut self, document: &Document) -> Result<Result<(), String>, Error> {
        let Ok(id) = document.id.parse::<MatchId>() else { return Ok(Err("its id is none".to_owned())) };
        match document.body.read::<Dated>() {
            Ok(dated) if self.is_young(dated.at) => return Ok(Ok(())),
            Ok(_) => {}
            Err(cause) => return Ok(Err(format!("its header is damaged: {cause}"))),
        }
        // The header is what lists go by; the record is what was.
        let Record { seq: last, at, .. } = match self.end_of(id).await {
            Ok(Some(end)) if self.is_young(end.at) => return Ok(Ok(())),
            Ok(Some(end)) => end,
            Ok(None) => return Ok(Err("its header says that it is over, and its events do not".to_owned())),
            Err(error @ Error::Corrupt { .. }) => return Ok(Err(in_one_line(&error))),
            Err(error) => return Err(error),
        };
        if let Some(fault) = self.ledger.match_events(self.store, id).await? {
            return Ok(Err(fault.to_string()));
        }
        self.tell(true).await?;
        if !self.is_dry {
            self.store.remove(id, last, document.rev).await?;
        }
        self.pruned.matches.push(Gone { id, last, at });
        let tally = &mut self.pruned.tally;
        tally.n_matches += 1;
        tally.n_events += last.0;
        tally.n_documents += 1;
        Ok(Ok(()))
    }

    /// The last event of a match, if that is its end. Reads all of them: each is to be what was written.
    async fn end_of(&self, id: MatchId) -> Result<Option<Record>, Error> {
        let mut last: Option<Record> = None;
        loop {
            let after = last.as_ref().map_or(Seq::ZERO, |last| last.seq);
            let mut page = self.store.records(id, after, PAGE).await?;
            let is_last = page.len() < PAGE;
            last = page.pop().or(last);
            if is_last {
                return Ok(last.filter(|last| {
                    matches!(last.event, Event::Completed { .. } | Event::Stopped { .. } | Event::Failed { .. })
                }));
            }
        }
    }

    /// Takes those of these contents away that nothing names.
    async fn unnamed(&mut self, hashes: &[String], names: &Names) -> Result<(), Error> {
        let (mut batch, mut size_bytes) = (Vec::new(), 0);
        for hash in hashes {
            match names.has(hash) {
                Some(true) => continue,
                Some(false) => {}
                None => {
                    let why = "its name is no hash: the arena did not keep it";
                    self.pruned.left.push(Left::new(format!("content {hash:?}"), why));
                    continue;
                }
            }
            match self.store.blob(hash).await {
                Ok(Some(bytes)) => {
                    batch.push(hash.clone());
                    size_bytes += bytes.len() as u64;
                }
                Ok(None) => {}
                Err(error @ Error::Corrupt { .. }) => {
                    self.pruned.left.push(Left::new(format!("content {hash}"), in_one_line(&error)));
                }
                Err(error) => return Err(error),
            }
            if size_bytes >= BATCH_BYTES {
                self.forget(mem::take(&mut batch), mem::take(&mut size_bytes)).await?;
            }
        }
        self.forget(batch, size_bytes).await
    }

    async fn forget(&mut self, hashes: Vec<String>, size_bytes: u64) -> Result<(), Error> {
        self.tell(!hashes.is_empty()).await?;
        self.pruned.tally.n_contents += hashes.len() as u64;
        self.pruned.content_bytes += size_bytes;
        if self.is_dry || hashes.is_empty() { Ok(()) } else { self.store.forget(hashes).await }
    }

    /// Tells the audit log who takes away, before the first that goes.
    async fn tell(&mut self, goes: bool) -> Result<(), Error> {
        if goes && !self.is_told && !self.is_dry {
            self.store.note(vec![self.order.note()]).await?;
            self.is_told = true;
        }
        Ok(())
    }

    fn is_young(&self, at: Timestamp) -> bool {
        at > self.order.before
    }
}
