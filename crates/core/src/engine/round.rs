//! One round: what was said, what ran, who stepped in.

use std::collections::VecDeque;

use serde_json::Value;

use crate::event::{Answer, Plan};
use crate::id::Seq;
use crate::message::{Message, ModelFailure, ToolCall};
use crate::name::Name;
use crate::ruling::Checkpoint;
use crate::world::World;

/// A round that is being played. It starts from the scenario's fixtures and an empty conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// What it is about.
    pub plan: Plan,
    /// The Target's world.
    pub world: World,
    /// What Red said; empty in a benign round and until Red has spoken.
    pub attack: String,
    /// The Target's conversation, without its system prompt.
    pub thread: Vec<Message>,
    /// Questions put to the Target so far.
    pub n_steps: u32,
    /// Calls of the Target's last answer that were not dealt with yet.
    pub queue: VecDeque<ToolCall>,
    /// Calls that ran.
    pub ran: Vec<RanCall>,
    /// Calls that the rules denied.
    pub denied: Vec<DeniedCall>,
    /// Where Blue changed or stopped something.
    pub interventions: Vec<(Seq, Checkpoint)>,
    /// What reached Red.
    pub seen: Vec<(Seq, String)>,
    /// What tools sent to the network, by the event of their return.
    pub sent: Vec<(Seq, String)>,
}

/// A call that ran and did its work.
#[derive(Clone, Debug, PartialEq)]
pub struct RanCall {
    /// The event of its return.
    pub seq: Seq,
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
    /// Whether it changed the world.
    pub changed: bool,
}

/// A call that was not let through.
#[derive(Clone, Debug, PartialEq)]
pub struct DeniedCall {
    /// The event of the ruling.
    pub seq: Seq,
    /// The tool asked for.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
}

/// What Blue looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// What a user says.
    Input(String),
    /// What the Target wants to call.
    ToolCall(ToolCall),
    /// What a tool answered.
    ToolResult(ToolCall, String),
    /// What the Target wants to answer.
    Output(String),
}

/// How a round came to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// The Target's turn was played.
    Played {
        /// What left the arena.
        answer: Answer,
    },
    /// It could not be played.
    Void {
        /// Why.
        reason: String,
        /// If a model failed, how: it may be the end of the match.
        failure: Option<ModelFailure>,
    },
}

/// What Red keeps of a round that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// What it was to reach.
    pub objective: Name,
    /// What it said.
    pub attack: String,
    /// What it saw then.
    pub seen: Seen,
}

/// What Red saw of a round's end.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// These texts: the Target's answer, or what its tools sent out.
    Texts(Vec<String>),
    /// Its message was stopped.
    Withheld,
    /// Nothing came back.
    Nothing,
}

impl Subject {
    /// Where Blue looks at it.
    pub fn checkpoint(&self) -> Checkpoint {
        match self {
            Self::Input(_) => Checkpoint::Input,
            Self::ToolCall(_) => Checkpoint::ToolCall,
            Self::ToolResult(..) => Checkpoint::ToolResult,
            Self::Output(_) => Checkpoint::Output,
        }
    }
}

impl Round {
    /// What Red keeps of this round; `None` of a benign one, or one in which it did not speak.
    pub(super) fn exchange(&self, fate: &Fate) -> Option<Exchange> {
        let Plan::Attack { objective, task, .. } = &self.plan else { return None };
        if self.attack.is_empty() {
            return None;
        }
        let texts: Vec<String> = self.seen.iter().map(|(_, text)| text.clone()).collect();
        let seen = match fate {
            _ if !texts.is_empty() => Seen::Texts(texts),
            // Over an indirect channel the answer is another's, and Red does not learn what became of it.
            Fate::Played { answer: Answer::Withheld { .. } } if task.is_none() => Seen::Withheld,
            Fate::Played { .. } | Fate::Void { .. } => Seen::Nothing,
        };
        Some(Exchange { objective: objective.clone(), attack: self.attack.clone(), seen })
    }
}

impl Exchange {
    /// The texts that reached Red.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = match &self.seen {
            Seen::Texts(texts) => texts.as_slice(),
            Seen::Withheld | Seen::Nothing => &[],
        };
        texts.iter().map(String::as_str)
    }
}
