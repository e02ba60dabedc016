//! What a server signs its audit log with, and where it keeps that.

use std::path::PathBuf;

/// The `[audit]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The file of the private key, as `arena audit keygen` makes it.
    pub key: PathBuf,
    /// The file to which checkpoints are added.
    pub checkpoints: PathBuf,
}
