//! Taking away what is old: matches that are over, trails of the server, and contents that nothing names any more. Knows the
//! store's trait alone.
//!
//! [`Pruner`] does it in small steps, the oldest first, each of which is whole: cut off anywhere, it is gone on with by doing it
//! again. Contents go last, after a look at everything that stands.

mod left;
mod names;
mod order;
mod pruned;
mod pruner;

pub use self::left::Left;
pub use self::order::{Order, TOPIC};
pub use self::pruned::{Gone, Pruned};
pub use self::pruner::Pruner;
