//! The Gemini client against a server that fails in every way known (research/llm.md, C4; the numbers are its cases).

mod answers;
mod case;
mod conversation;
#[path = "../fault_server/mod.rs"]
#[expect(
    dead_code,
    reason = "connections that fail are the same for every vendor: the OpenAI client's tests break them"
)]
mod fault_server;
#[path = "../outcome/mod.rs"]
mod outcome;
mod refusals;
