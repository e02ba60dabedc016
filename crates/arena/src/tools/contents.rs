//! Where contents are kept that the record names by their hash: in the database of a match, or for as long as a control
//! of a scenario is played.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arena_store::{Blob, Store};

/// Keeps contents.
#[derive(Clone)]
pub(super) enum Contents {
    /// With the match.
    Store(Arc<dyn Store>),
    /// As long as this lives.
    Memory(Arc<Mutex<HashMap<String, Vec<u8>>>>),
}

impl Contents {
    /// Keeps `blobs`, durably where the match is durable.
    pub(super) async fn keep(&self, blobs: Vec<Blob>) -> Result<(), arena_store::Error> {
        match self {
            Self::Store(_) if blobs.is_empty() => Ok(()),
            Self::Store(store) => store.keep(blobs).await,
            Self::Memory(kept) => {
                let named = blobs.into_iter().map(|blob| (blob.hash().to_owned(), blob.bytes().to_vec()));
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend(named);
                Ok(())
            }
        }
    }

    /// What is kept under `hash`.
    pub(super) async fn get(&self, hash: &str) -> Result<Option<Vec<u8>>, arena_store::Error> {
        match self {
            Self::Store(store) => store.blob(hash).await,
            Self::Memory(kept) => Ok(kept.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()),
        }
    }
}
