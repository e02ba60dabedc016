//! Users' own agents behind any HTTP endpoint: what is sent to them, and what is made of what they answer, however wrong
//! (research/llm.md, C4; the numbers are its cases).

mod agent;
mod answers;
#[path = "../fault_server/mod.rs"]
#[expect(
    dead_code,
    reason = "connections that fail are the same for every vendor: the OpenAI client's tests break them"
)]
mod fault_server;
#[path = "../outcome/mod.rs"]
mod outcome;
mod questions;
