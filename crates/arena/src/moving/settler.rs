//! Puts parts into a store, many in a transaction. Touches the store.

use std::mem;

use arena_core::id::Seq;
use arena_store::{Error, Passage, Restore, Store};

use super::Part;

/// In one transaction, bytes: a flush of the disk costs little beside it, and a server answers within seconds.
const BATCH_BYTES: usize = 4 << 20;

/// In one transaction, parts.
const BATCH_PARTS: usize = 2_000;

/// Who puts parts into a store. What stands already is left alone.
pub struct Settler<'a> {
    store: &'a dyn Store,
    batch: Restore,
    n_parts: usize,
    size_bytes: usize,
}

impl<'a> Settler<'a> {
    /// Begins with nothing.
    pub fn of(store: &'a dyn Store) -> Self {
        Self { store, batch: Restore::default(), n_parts: 0, size_bytes: 0 }
    }

    /// Takes the next part. It is durable after [`Settler::finish`], or before.
    ///
    /// # Errors
    /// What [`Store::restore`] says of parts up to this one.
    pub async fn add(&mut self, part: Part) -> Result<(), Error> {
        self.n_parts += 1;
        match part {
            Part::Content(blob) => {
                self.size_bytes += blob.bytes().len();
                self.batch.contents.push(blob);
            }
            Part::Event(id, text) => {
                self.size_bytes += text.body().len();
                match self.batch.events.last_mut() {
                    Some(passage) if passage.id == id => passage.texts.push(text),
                    _ => {
                        let after = Seq(text.seq().0.saturating_sub(1));
                        self.batch.events.push(Passage { id, after, texts: vec![text] });
                    }
                }
            }
            Part::Head(..) => {}
            Part::Document(document) => {
                // About; most are small.
                self.size_bytes += 1_024;
                self.batch.documents.push(document);
            }
        }
        if self.n_parts >= BATCH_PARTS || self.size_bytes >= BATCH_BYTES { self.settle().await } else { Ok(()) }
    }

    /// Returns when all that was taken is durable.
    ///
    /// # Errors
    /// What [`Store::restore`] says.
    pub async fn finish(mut self) -> Result<(), Error> {
        self.settle().await
    }

    async fn settle(&mut self) -> Result<(), Error> {
        (self.n_parts, self.size_bytes) = (0, 0);
        self.store.restore(mem::take(&mut self.batch)).await
    }
}
