//! The OpenAI client against a server that fails in every way known (research/llm.md, C4; the numbers are its cases).

mod answers;
mod case;
mod conversation;
#[path = "../fault_server/mod.rs"]
mod fault_server;
mod network;
#[path = "../outcome/mod.rs"]
mod outcome;
mod refusals;
