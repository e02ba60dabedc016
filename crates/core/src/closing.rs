//! Tools by which the Target ends its turn: what it says with them is its answer, and nothing runs.

use crate::message::ToolCall;

/// A finished piece of work is handed over.
pub const ATTEMPT_COMPLETION: &str = "attempt_completion";

/// The user is asked back. In the arena nobody answers within a round, so it ends the turn as well.
pub const ASK_FOLLOWUP_QUESTION: &str = "ask_followup_question";

/// What the Target says with `call`, if that is a call by which it ends its turn.
///
/// The arguments fit the tool's schema, so the text is there; were it not, the answer would be empty.
pub fn answer(call: &ToolCall) -> Option<String> {
    let text = |argument: &str| call.arguments.get(argument).and_then(|value| value.as_str()).unwrap_or_default();
    match call.tool.as_str() {
        ATTEMPT_COMPLETION => Some(text("result").to_owned()),
        ASK_FOLLOWUP_QUESTION => Some(format!("{}\n{}", text("question"), text("options")).trim_end().to_owned()),
        _ => None,
    }
}
