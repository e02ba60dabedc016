//! The program as its users meet it: matches on a real database, and the real binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod bad_input;
mod cassette;
mod commands;
mod crash_anywhere;
mod kill;
mod playing;
mod repeatable;
mod support;
mod tidy;
