//! What has to be done next. Its answer comes back as an event that carries the same call.

use jiff::Timestamp;

use crate::event::Answer;
use crate::hardening::Patch;
use crate::id::{CallId, Seat};
use crate::message::ToolCall;

/// Something a match waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open the round of this number, not before that moment.
    OpenRound {
        /// From 1.
        round: u32,
        /// The rest between rounds ends then.
        not_before: Timestamp,
    },
    /// Ask the model of a seat; [`crate::prompt::request`] says what.
    AskModel {
        /// The answer names it.
        call: CallId,
        /// Whose model.
        seat: Seat,
    },
    /// Send what Red's strategy made.
    SendAttack,
    /// Say whether Blue's patch holds from now on. Unless a rule does, a person says.
    DecidePatch {
        /// The answer names it.
        call: CallId,
        /// What Blue proposes.
        patch: Patch,
    },
    /// Say whether a tool call may run.
    RuleOnCall {
        /// The answer names it.
        call: CallId,
        /// What the Target wants.
        tool_call: ToolCall,
    },
    /// Ask a person whether a tool call may run.
    AskPerson {
        /// The answer names it.
        call: CallId,
        /// What the Target wants.
        tool_call: ToolCall,
    },
    /// Record that a tool is about to run.
    StartTool {
        /// The answer names it.
        call: CallId,
    },
    /// Run a tool. Never asked for twice: after a crash it is answered as interrupted.
    RunTool {
        /// The answer names it.
        call: CallId,
        /// What to run.
        tool_call: ToolCall,
    },
    /// Let the Target's answer out.
    Release {
        /// What leaves.
        answer: Answer,
    },
    /// Say whether Red's guess is the flag.
    CheckGuess {
        /// What it submits.
        guess: String,
    },
    /// Judge the round.
    Judge {
        /// From 1.
        round: u32,
    },
    /// End the match.
    Conclude,
}
