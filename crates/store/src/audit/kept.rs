//! What somebody has kept elsewhere of the audit log. Pure.

use crate::Link;

/// The link that the log had at an entry: it stands for all entries up to it. Kept where nobody can change it, it tells
/// a log that was cut off, or written anew from end to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The entry; 0 for the empty log.
    pub seq: u64,
    /// Its link.
    pub link: Link,
}
