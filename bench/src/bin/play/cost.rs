//! What a piece of work took of the machine.

use serde::{Deserialize, Serialize};

/// Of one turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// From the first match's creation to the last one's end, seconds.
    pub(crate) wall_s: f64,
    /// User and system time of the process that was measured, seconds.
    pub(crate) cpu_s: f64,
    /// By how much its resident memory rose at most above what it was before, MiB.
    pub(crate) grown_mib: f64,
}
