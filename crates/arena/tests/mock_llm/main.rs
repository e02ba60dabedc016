//! The mock server over real sockets: what it says in each vendor's form, how it fails, what it counts and refuses.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod answers;
mod breaking;
mod client;
mod command;
mod limits;
mod refusals;
