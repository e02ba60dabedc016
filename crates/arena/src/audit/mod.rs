//! The audit trail: what tools were asked and whether a match's record is whole; what was asked of a server; and what is
//! signed and kept elsewhere, so that nobody who can write the database can make it tell something else.

mod checkpoint;
mod checkpoints;
mod heads;
pub mod journal;
mod keys;
mod notary;
mod trail;
mod wholeness;

pub use self::checkpoint::{Checkpoint, Error as CheckpointError};
pub use self::checkpoints::{Checkpoints, Found};
pub use self::heads::Heads;
pub use self::keys::{Error as KeyError, NotAPublicKey, PrivateKey, PublicKey};
pub use self::notary::Notary;
pub use self::trail::{Returned, ToolUse, trail};
pub use self::wholeness::Wholeness;
