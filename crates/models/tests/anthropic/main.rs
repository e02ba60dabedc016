//! The Anthropic client against a server that fails in every way that is its own (research/llm.md, C4; the numbers are
//! its cases). What every client shares is tested with the `OpenAI` one.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod answers;
mod case;
mod conversation;
#[expect(dead_code, reason = "the tests of what every client shares use all of it")]
#[path = "../fault_server/mod.rs"]
mod fault_server;
mod framing;
mod local;
#[path = "../outcome/mod.rs"]
mod outcome;
mod refusals;
