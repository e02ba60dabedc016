//! Answers that are kept: the key of a question, the response cache, cassettes (the numbers are the cases of
//! research/llm.md, C4).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod cache;
mod case;
mod cassettes;
#[path = "../fault_server/mod.rs"]
#[expect(dead_code, reason = "the tests of the clients use the rest of it")]
mod fault_server;
mod flights;
mod keys;
mod secrets;
mod trouble;
