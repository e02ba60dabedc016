//! MCP servers that misbehave in every way that we could think of, and one that does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod addresses;
mod ending;
mod excess;
mod hostile;
mod losing;
mod talking;
