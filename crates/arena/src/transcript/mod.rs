//! A match as people read it afterwards: who said or did what, as one audience may see it. Pure.
//!
//! [`Teller`] takes the events as the audience sees them and tells [`Entry`] after entry; [`Format`] writes them down.

mod entry;
mod format;
mod told;

pub use self::entry::{Entry, Teller, Who};
pub use self::format::Format;
pub(crate) use self::told::{HIDDEN, told};
