//! What a match asks a person: whether a tool call may run, or whether a change of the Target is taken. Pure.

use arena_core::effect::Effect;
use arena_core::engine::{Match, unanswered};
use arena_core::hardening::Patch;
use arena_core::id::CallId;
use arena_core::message::ToolCall;

/// A question that waits for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The answer names it.
    pub call: CallId,
    /// What is asked about.
    pub about: About,
}

/// What a person decides on.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// The Target wants to call a tool.
    Call(ToolCall),
    /// Blue wants to change the Target.
    Patch(Patch),
}

/// What `game` waits with for a person, if it does.
pub fn asked(game: &Match) -> Option<Asked> {
    unanswered(game).into_iter().find_map(|effect| match effect {
        Effect::AskPerson { call, tool_call } => Some(Asked { call, about: About::Call(tool_call) }),
        Effect::DecidePatch { call, patch } => Some(Asked { call, about: About::Patch(patch) }),
        _ => None,
    })
}
