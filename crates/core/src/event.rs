//! What happened in a match: stored once, never changed, sent and replayed as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::budget::Exhausted;
use crate::converter::Converter;
use crate::execution::Execution;
use crate::hardening::Patch;
use crate::id::{CallId, MatchId, Seat, Seq};
use crate::message::{ModelFailure, Reply};
use crate::name::Name;
use crate::referee::Verdict;
use crate::ruling::{Approval, Checkpoint, Permission, Ruling};
use crate::score::Outcome;
use crate::spec::Spec;
use crate::tool::ToolOutcome;

/// An event with its place and its moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its place in the match.
    pub seq: Seq,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A match was set up. Always the first event, and never another.
    Created {
        /// Which match: it binds the record to its place in a database.
        id: MatchId,
        /// What is played.
        spec: Arc<Spec>,
    },
    /// It began.
    Started,
    /// Somebody paused it.
    Paused,
    /// Somebody let it go on.
    Resumed,
    /// Somebody ended it.
    Stopped {
        /// Why, in their words.
        reason: String,
    },
    /// It cannot go on.
    Failed {
        /// Why.
        failure: ModelFailure,
    },
    /// It was played to its end.
    Completed {
        /// Who won.
        outcome: Outcome,
        /// What ended it, if not the number of rounds.
        #[serde(skip_serializing_if = "Option::is_none")]
        exhausted: Option<Exhausted>,
    },
    /// A round began.
    RoundOpened {
        /// From 1.
        round: u32,
        /// What it is about.
        plan: Plan,
    },
    /// Red or the Target spoke.
    ModelReplied {
        /// Answers this call.
        call: CallId,
        /// Who spoke.
        seat: Seat,
        /// What was said.
        reply: Reply,
    },
    /// Red says something that its strategy made, not a model's answer as it is.
    AttackSent {
        /// What the Target is told, or comes across.
        text: String,
        /// The scenario's attack that it is, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attack: Option<Name>,
        /// What it was converted by, the first before the others.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        converters: Vec<Converter>,
        /// Whether the last exchange is taken out of the Target's conversation before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        takes_back: bool,
    },
    /// Blue proposed to change the Target between two rounds, and this is what came of it.
    PatchDecided {
        /// Blue's answer that proposed it.
        call: CallId,
        /// What it proposed.
        patch: Patch,
        /// What that changes: a unified diff.
        diff: String,
        /// What was decided, and by whom.
        #[serde(flatten)]
        approval: Approval,
    },
    /// A model gave no answer.
    ModelFailed {
        /// Answers this call.
        call: CallId,
        /// Whose model.
        seat: Seat,
        /// Why.
        failure: ModelFailure,
    },
    /// Blue ruled at a checkpoint.
    GuardRuled {
        /// Answers this call.
        call: CallId,
        /// Where.
        checkpoint: Checkpoint,
        /// Which guard of Blue's; records of older arenas, in which Blue had one, do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guard: Option<Name>,
        /// What.
        ruling: Ruling,
        /// The answer it was read from; a guard of rules asks nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply: Option<Reply>,
    },
    /// The rules spoke on a tool call.
    CallRuled {
        /// Which call.
        call: CallId,
        /// The tool asked for.
        tool: String,
        /// Its arguments.
        arguments: Value,
        /// What they say.
        #[serde(flatten)]
        permission: Permission,
    },
    /// A person was asked about a tool call, and this is what came of it.
    PersonDecided {
        /// Which call.
        call: CallId,
        /// What they say.
        #[serde(flatten)]
        approval: Approval,
    },
    /// A tool is about to run. Once this is durable the tool runs at most once.
    ToolStarted {
        /// Which call.
        call: CallId,
    },
    /// A tool ended.
    ToolReturned {
        /// Which call.
        call: CallId,
        /// How.
        outcome: ToolOutcome,
        /// What it took, if it is a real tool.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        execution: Option<Execution>,
    },
    /// The Target's turn came to its end.
    AnswerReleased {
        /// What left the arena.
        answer: Answer,
    },
    /// Red guessed at a flag that it was to capture.
    FlagSubmitted {
        /// The objective it is after.
        objective: Name,
        /// Which guess of the match at it, from 1.
        guess: u32,
        /// Whether it is the flag.
        right: bool,
    },
    /// A round ended.
    RoundJudged {
        /// From 1.
        round: u32,
        /// What the referee found.
        verdict: Verdict,
        /// The bits of flags that Red has been shown by now, of flags of which this round showed something new.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        disclosed: BTreeMap<Name, u32>,
    },
}

/// What a round is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Plan {
    /// Red attacks.
    Attack {
        /// What it shall reach.
        objective: Name,
        /// The benign task during which it does so, if the channel is indirect.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<Name>,
        /// What the user of that task asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<String>,
    },
    /// A user asks for something harmless.
    Benign {
        /// Which task.
        task: Name,
        /// What the user asks.
        request: String,
    },
}

/// What left the arena at the end of the Target's turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// This text.
    Given {
        /// The text.
        text: String,
    },
    /// Nothing: a guard stopped it.
    Withheld {
        /// Where.
        at: Checkpoint,
    },
}
