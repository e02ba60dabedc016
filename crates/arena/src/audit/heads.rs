//! Matches under way, in the audit log: before a checkpoint, the log is told how far each has come. Touches the store.

use std::collections::HashMap;

use arena_core::id::{MatchId, Seq};
use arena_store::{Note, Pages, Repository, Store};

use crate::header::Header;

/// Matches that are looked up at once.
const PAGE: usize = 500;

/// How far the log was told that matches have come.
#[derive(Debug, Default)]
pub struct Heads(HashMap<MatchId, Seq>);

impl Heads {
    /// Notes the heads of all matches that are not over and have gone on since the last time. The end of a match needs
    /// nobody: it is written with its header.
    ///
    /// # Errors
    /// What the store says.
    pub async fn note(&mut self, store: &dyn Store) -> Result<(), arena_store::Error> {
        let under_way = Header::STATUS.any_of(["pending", "running", "paused"]);
        let mut pages = Pages::of(Repository::<Header>::query(PAGE).filter(under_way));
        let mut told = HashMap::new();
        while let Some(page) = pages.next(store).await? {
            let mut notes = Vec::new();
            for id in page.iter().filter_map(|document| document.id.parse().ok()) {
                let Some((seq, _)) = store.head(id).await? else { continue };
                if self.0.get(&id) != Some(&seq) {
                    notes.push(Note::Head(id));
                }
                told.insert(id, seq);
            }
            if !notes.is_empty() {
                store.note(notes).await?;
            }
        }
        self.0 = told;
        Ok(())
    }
}
