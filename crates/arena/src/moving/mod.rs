//! How an arena is moved: as a file of JSON Lines, or straight into another database. Knows the store's trait alone.
//!
//! [`everything`] and [`one_match`] read a store as a row of [`Part`]s, which a [`Writer`] turns into lines and [`Settler`]
//! puts into another store; a [`Reader`] turns lines into parts again, and believes nothing of them. What is done twice is
//! done once: parts that stand are left alone.

mod check;
mod line;
mod marker;
mod part;
mod reader;
mod settler;
mod tally;
mod walk;
mod writer;

pub use self::check::{Checked, NotTaken, check};
pub use self::line::{FORMAT, MAX_LINE_BYTES, Scope};
pub use self::marker::{Place, Underway};
pub use self::part::Part;
pub use self::reader::{Reader, Unreadable, Wrong};
pub use self::settler::Settler;
pub use self::tally::Tally;
pub use self::walk::{NotOver, everything, one_match};
pub use self::writer::{Digest, Unwritten, Writer, digest};
