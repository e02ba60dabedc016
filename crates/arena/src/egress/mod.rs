//! The one way out: every request of a tool goes through this gate, on the host. Opens connections, and only those that
//! the rules allow.
//!
//! A URL is read once, and only what was read is used. Each hop of a redirect is asked about anew. A name is resolved
//! once, all of its addresses have to be public, and only those are connected to. What goes out and what comes back is
//! bounded and recorded. A scenario can stand for hosts of its own: those are answered here, without any connection.

mod address;
mod error;
mod gate;
mod request;
mod resolve;
mod target;
#[cfg(test)]
mod tests;

pub use self::error::Error;
pub use self::gate::{Gate, Response, Route};
pub use self::request::Request;
pub use self::target::Target;
