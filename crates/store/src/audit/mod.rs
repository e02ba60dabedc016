//! The audit log: one chain of entries over everything that changes, and what it says of the rest of the database.
//!
//! Stores write an entry in the transaction of each change (`entry` has what it tells, `chain` how entries follow each
//! other), so that nobody can forget it. [`Ledger`] reads the log back and compares it with what stands. All of it is pure
//! or knows the [`Store`](crate::Store) alone: it holds for any database.

mod chain;
mod digest;
mod entry;
mod examination;
mod fault;
mod kept;
mod ledger;
mod standing;

pub(crate) use self::chain::Chain;
pub use self::digest::{Digest, NotADigest};
pub use self::entry::{Entry, Fact, Note, Noted};
pub use self::examination::{Examination, examine};
pub use self::fault::Fault;
pub use self::kept::Kept;
pub use self::ledger::Ledger;
pub use self::standing::{Content, Named, Standing};
