//! One round: what was said, what ran, who stepped in.

use std::collections::VecDeque;

use serde_json::Value;

use crate::event::{Answer, Plan};
use crate::id::Seq;
use crate::message::{Message, ModelFailure, ToolCall};
use crate::name::Name;
use crate::referee::Opinion;
use crate::ruling::Checkpoint;
use crate::strategy::escalation::Escalation;
use crate::world::{Change, World};

/// A round that is being played. It starts from the scenario's fixtures and an empty conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// What it is about.
    pub plan: Plan,
    /// The Target's world.
    pub world: World,
    /// What Red said and saw, one turn a message; none in a benign round and until Red has spoken.
    pub turns: Vec<Turn>,
    /// Where Red's strategy leads a conversation, what it knows of it.
    pub escalation: Option<Escalation>,
    /// The texts that were released, to Red or to the user.
    pub answers: Vec<(Seq, String)>,
    /// The event in which Red captured the flag that the round is about.
    pub captured: Option<Seq>,
    /// What left the arena last.
    pub last: Option<Answer>,
    /// What the judges said so far.
    pub opinions: Vec<Opinion>,
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
    /// What tools sent to the network, by the event of their return.
    pub sent: Vec<(Seq, String)>,
}

/// One message of Red's and what it saw until the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// What it said, by the event.
    pub said: (Seq, String),
    /// Messages in the Target's conversation before it.
    pub n_before: usize,
    /// What reached it: the Target's answer, what the Target's tools sent out.
    pub seen: Vec<(Seq, String)>,
    /// Whether its message, or the answer to it, was stopped.
    pub withheld: bool,
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
    /// What it changed in the world.
    pub changes: Vec<Change>,
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
    /// In which round.
    pub round: u32,
    /// What it was to reach.
    pub objective: Name,
    /// What it said, and what it saw then. At least one turn.
    pub turns: Vec<(String, Seen)>,
}

/// What Red saw after a message.
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
    /// Everything that reached Red.
    pub fn seen(&self) -> impl Iterator<Item = &(Seq, String)> {
        self.turns.iter().flat_map(|turn| &turn.seen)
    }

    /// What reaches Red, if it takes part in the round.
    pub(super) fn reaches_red(&mut self, seq: Seq, text: String) {
        if let Some(turn) = self.turns.last_mut() {
            turn.seen.push((seq, text));
        }
    }

    /// What Red keeps of this round; `None` of a benign one, or one in which it did not speak.
    pub(super) fn exchange(&self) -> Option<Exchange> {
        let Plan::Attack { objective, .. } = &self.plan else { return None };
        if self.turns.is_empty() {
            return None;
        }
        let turns = self.turns.iter().map(|turn| (turn.said.1.clone(), turn.outcome())).collect();
        Some(Exchange { round: self.number, objective: objective.clone(), turns })
    }
}

impl Turn {
    /// What Red saw of it.
    pub fn outcome(&self) -> Seen {
        if self.seen.is_empty() {
            if self.withheld { Seen::Withheld } else { Seen::Nothing }
        } else {
            Seen::Texts(self.seen.iter().map(|(_, text)| text.clone()).collect())
        }
    }
}

impl Exchange {
    /// The texts that reached Red.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.turns.iter().flat_map(|(_, seen)| seen.texts())
    }
}

impl Seen {
    /// The texts, if any came.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::Texts(texts) => texts.as_slice(),
            Self::Withheld | Self::Nothing => &[],
        };
        texts.iter().map(String::as_str)
    }
}
