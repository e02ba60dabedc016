//! A conversation that escalates, as it is played in one round: what stands in it, what was taken back.
//!
//! ```text
//! ──▶ ask ──▶ send ──▶ [the target] ──▶ ask ──▶ send, perhaps in the place of what was refused ──▶ ... ──▶ end
//! ```
//!
//! Whether a message was refused the model says with its next one; one that a guard stopped is refused. A question is put
//! twice at most; an answer that cannot be read then is the message itself.

mod question;
#[cfg(test)]
mod tests;

use super::memory::{remembered, remembered_seen};
use super::{Crescendo, Question};
use crate::engine::Seen;
use question::NextMessage;

/// The conversation of one round.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    settings: Crescendo,
    goal: String,
    max_turns: usize,
    /// What stands in the conversation.
    turns: Vec<Turn>,
    /// What was refused and stands in it no longer.
    taken_back: Vec<Turn>,
    stage: Stage,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move<'a> {
    /// The model writes the next message.
    Ask,
    /// This is said to the target. It stands until [`Escalation::came_back`].
    Send {
        /// The message.
        text: &'a str,
        /// Whether the last exchange is taken out of the target's conversation before.
        takes_back: bool,
    },
    /// Nothing more is said in this round.
    End,
}

/// A message and what came of it.
#[derive(Clone, Debug, PartialEq)]
struct Turn {
    message: String,
    seen: Seen,
}

/// What is waited for. `again`: the question is put the second time.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Asking { again: bool },
    Sending { message: String, takes_back: bool },
    Over,
}

impl Escalation {
    /// A conversation towards `goal`, not begun. It ends when `max_turns` messages stand in it; one is sent in any case.
    pub fn new(settings: Crescendo, goal: &str, max_turns: usize) -> Self {
        let goal = goal.to_owned();
        Self { settings, goal, max_turns, turns: vec![], taken_back: vec![], stage: Stage::Asking { again: false } }
    }

    /// What comes next. After at most two questions it is a message; after at most as many messages as there are turns
    /// and backtracks it is the end.
    pub fn next(&self) -> Move<'_> {
        match &self.stage {
            Stage::Asking { .. } => Move::Ask,
            Stage::Sending { message, takes_back } => Move::Send { text: message, takes_back: *takes_back },
            Stage::Over => Move::End,
        }
    }

    /// What the model is asked; `None` if nothing.
    pub fn question(&self) -> Option<Question> {
        match self.stage {
            Stage::Asking { again } => Some(question::next(self, again)),
            Stage::Sending { .. } | Stage::Over => None,
        }
    }

    /// Takes the model's answer to [`question`](Self::question). Where none was asked it says nothing.
    pub fn heard(&mut self, answer: &str) {
        let Stage::Asking { again } = self.stage else { return };
        let next = match question::next_message(answer) {
            None if !again => {
                self.stage = Stage::Asking { again: true };
                return;
            }
            None => NextMessage::raw(answer, &self.goal),
            Some(next) => next,
        };
        let refused = |turn: &Turn| next.refused || turn.seen == Seen::Withheld;
        let may_take_back = self.taken_back.len() < self.settings.max_backtracks;
        let refused = if may_take_back { self.turns.pop_if(|turn| refused(turn)) } else { None };
        let takes_back = refused.is_some();
        self.taken_back.extend(refused);
        self.stage = Stage::Sending { message: next.message, takes_back };
    }

    /// Takes what came of the message that was sent. Where none was sent it says nothing.
    pub fn came_back(&mut self, seen: Seen) {
        let Stage::Sending { message, .. } = &self.stage else { return };
        self.turns.push(Turn { message: remembered(message), seen: remembered_seen(seen) });
        self.stage = if self.turns.len() < self.max_turns { Stage::Asking { again: false } } else { Stage::Over };
    }
}
