//! What is kept as documents. Pure.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Index, Kind};

/// What a document of one kind tells.
pub trait Model: Serialize + DeserializeOwned {
    /// The kind.
    const KIND: Kind;

    /// What lists filter and sort by.
    fn indexes() -> Vec<Index> {
        Vec::new()
    }
}
