//! The match engine: a fold over records, without clock, chance or I/O.
//!
//! ```text
//!   Record ──▶ step(Match, Record) ──▶ Match + Vec<Effect>
//!      ▲                                       │
//!      └───────────── answers ◀── runner ◀─────┘
//! ```
//!
//! A round goes one way, one file a stretch of it:
//!
//! ```text
//! opening: OpenRound ─▶ attacking: Red ─▶ guarding: input ─▶ acting: Target, tools ─▶ guarding: output ─▶ judging: release, verdict
//!                                                     │  ▲ guarding: tool call, tool result
//!                                                     ▼  │
//!                                            rule, perhaps ask a person, start, run
//! ```
//!
//! A match waits for one thing at a time. What it waits for is [`unanswered`]; the effects of a step are what is
//! unanswered after it and was not before, so that live play and recovery cannot drift apart.

mod acting;
mod attacking;
pub mod controls;
mod guarding;
mod hardening;
mod judging;
mod lifecycle;
mod opening;
mod round;
mod script;
mod settle;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

pub use attacking::Attack;
pub use controls::ControlResult;
pub use hardening::{Harden, Hardening, decided};
pub use round::{DeniedCall, Exchange, Fate, RanCall, Round, Seen, Subject, Turn};
pub use settle::settle;

use crate::agent::Guard;
use crate::budget::{Exhausted, Spent};
use crate::effect::Effect;
use crate::event::{Answer, Event, Record};
use crate::flag::Flags;
use crate::hardening::Hardened;
use crate::id::{CallId, MatchId, Seat, Seq};
use crate::message::{ModelFailure, ToolCall};
use crate::model::ModelSpec;
use crate::name::Name;
use crate::referee::Verdict;
use crate::score::{Outcome, Score};
use crate::spec::{Contestant, Spec};
use crate::strategy::tree::Tree;

/// A match as it stands after its records so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Which match.
    pub id: MatchId,
    /// What is played.
    pub spec: Arc<Spec>,
    /// The planted secrets.
    pub flags: Flags,
    /// The last record.
    pub last: Seq,
    /// Its moment.
    pub at: Timestamp,
    /// Where the match stands.
    pub stage: Stage,
    /// What the seats used, in the order of [`Seat::ALL`].
    pub spent: [Spent; 3],
    /// What the judges used.
    pub judges_spent: Spent,
    /// Whether the mock gave some answer.
    pub mock_spoke: bool,
    /// The rounds judged so far.
    pub verdicts: Vec<Verdict>,
    /// The rates of those rounds.
    pub score: Score,
    /// What Red said and saw in the latest rounds that are over, about [`MAX_EXCHANGES`] messages.
    pub exchanges: VecDeque<Exchange>,
    /// Which flags Red has named, or seen, first: what it named itself proves nothing.
    pub known: BTreeMap<Name, Source>,
    /// What Blue changed so far.
    pub hardened: Hardened,
    /// Searches of Red's strategy, by objective.
    pub trees: BTreeMap<Name, Tree>,
    /// The bits of flags that Red has been shown.
    pub disclosed: BTreeMap<Name, u32>,
    /// How often Red guessed at a flag, by objective.
    pub guesses: BTreeMap<Name, u32>,
    /// The next question's number.
    next_call: CallId,
}

/// So many of Red's latest messages are kept: it is reminded of them, and a leak in parts is joined over them.
pub const MAX_EXCHANGES: usize = 20;

/// How Red came by a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It said the flag before it was shown it.
    Named,
    /// It was shown the flag.
    Shown,
}

/// Where a match stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Set up, not begun.
    Pending,
    /// Being played.
    Running(Play),
    /// Held. A tool that runs may end; nothing else is begun.
    Paused(Play),
    /// Over.
    Ended(Ending),
}

/// A match that was begun and is not over.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    /// When it began.
    pub since: Timestamp,
    /// What it waits for.
    pub phase: Phase,
}

/// What a running match waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The next round.
    Opening {
        /// From 1.
        round: u32,
        /// The rest between rounds ends then.
        not_before: Timestamp,
    },
    /// Blue's patch, before the next round.
    Hardening(Hardening),
    /// A step of a round.
    Playing(Box<Round>, Step),
    /// The end.
    Concluding(Conclusion),
}

/// What a round waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Red's text, or what its strategy asks its model on the way to one.
    Attacking(CallId),
    /// The message that Red's strategy made.
    Sending(Attack),
    /// The ruling of one of Blue's guards, by its place in the chain, on something.
    Guarding(CallId, usize, Subject),
    /// The Target's next words or calls.
    Thinking(CallId),
    /// The rules' word on a call.
    Ruling(CallId, ToolCall),
    /// A person's word on it.
    Asking(CallId, ToolCall),
    /// The mark that a tool is about to run.
    Starting(CallId, ToolCall),
    /// A tool's end.
    Running(CallId, ToolCall),
    /// The release of the Target's answer.
    Releasing(Answer),
    /// Red's guess at the flag that it was to capture.
    Submitting(CallId),
    /// Whether that is the flag.
    Guessing(String),
    /// The next judge's opinion.
    Consulting(CallId),
    /// The referee.
    Judging(Fate),
}

/// Why a match comes to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Conclusion {
    /// All rounds were played.
    RoundsPlayed,
    /// A purse is empty.
    Exhausted(Exhausted),
    /// It cannot go on.
    Broken(ModelFailure),
}

/// How a match ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// Played to its end.
    Completed {
        /// Who won.
        outcome: Outcome,
        /// What ended it, if not the number of rounds.
        exhausted: Option<Exhausted>,
    },
    /// Ended by somebody.
    Stopped {
        /// Why.
        reason: String,
    },
    /// It could not go on.
    Failed(ModelFailure),
}

/// The record does not fit the match as it stands.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {seq} ({event}) does not fit a match that is {state}")]
pub struct Illegal {
    /// The record.
    pub seq: Seq,
    /// Its type.
    pub event: &'static str,
    /// What the match is.
    pub state: &'static str,
}

/// The match that the first record sets up.
///
/// # Errors
/// [`Illegal`] if it is not [`Event::Created`] with seq 1.
pub fn open(first: &Record) -> Result<Match, Illegal> {
    match &first.event {
        Event::Created { id, spec } if first.seq == Seq::ZERO.next() => Ok(Match {
            id: *id,
            flags: spec.scenario.plant(&spec.seed),
            spec: Arc::clone(spec),
            last: first.seq,
            at: first.at,
            stage: Stage::Pending,
            spent: [Spent::default(); 3],
            judges_spent: Spent::default(),
            mock_spoke: false,
            verdicts: Vec::new(),
            score: Score::default(),
            exchanges: VecDeque::new(),
            known: BTreeMap::new(),
            hardened: Hardened::default(),
            trees: BTreeMap::new(),
            disclosed: BTreeMap::new(),
            guesses: BTreeMap::new(),
            next_call: CallId(1),
        }),
        event => Err(Illegal { seq: first.seq, event: event.word(), state: "not there" }),
    }
}

/// Takes the match one record further and returns what has to be done next.
///
/// # Errors
/// [`Illegal`] if the record does not fit; the match is then as it was.
pub fn step(game: &mut Match, record: &Record) -> Result<Vec<Effect>, Illegal> {
    let illegal = Illegal { seq: record.seq, event: record.event.word(), state: game.stage.word() };
    if record.seq != game.last.next() {
        return Err(illegal);
    }
    let before = unanswered(game);
    let stage = std::mem::replace(&mut game.stage, Stage::Pending);
    match lifecycle::next(game, stage, record) {
        Ok(stage) => {
            game.stage = stage;
            game.last = record.seq;
            game.at = record.at;
            Ok(unanswered(game).into_iter().filter(|effect| !before.contains(effect)).collect())
        }
        Err(stage) => {
            game.stage = stage;
            Err(illegal)
        }
    }
}

/// The match after all these records.
///
/// # Errors
/// [`Illegal`] at the first record that does not fit; `None` of no records.
pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Option<Match>, Illegal> {
    let mut records = records.into_iter();
    let Some(first) = records.next() else { return Ok(None) };
    let mut game = open(first)?;
    for record in records {
        step(&mut game, record)?;
    }
    Ok(Some(game))
}

/// What the match waits for: what a runner has to do that takes it over.
pub fn unanswered(game: &Match) -> Vec<Effect> {
    match &game.stage {
        Stage::Pending | Stage::Ended(_) => vec![],
        Stage::Running(play) => vec![play.phase.awaits()],
        // A tool that was started can only be waited for.
        Stage::Paused(play) => match &play.phase {
            Phase::Playing(_, Step::Running(..)) => vec![play.phase.awaits()],
            Phase::Opening { .. } | Phase::Hardening(_) | Phase::Playing(..) | Phase::Concluding(_) => vec![],
        },
    }
}

impl Match {
    /// What a seat used.
    pub fn spent_by(&self, seat: Seat) -> &Spent {
        match seat {
            Seat::Red => &self.spent[0],
            Seat::Blue => &self.spent[1],
            Seat::Target => &self.spent[2],
            Seat::Judge => &self.judges_spent,
        }
    }

    fn spent_by_mut(&mut self, seat: Seat) -> &mut Spent {
        match seat {
            Seat::Red => &mut self.spent[0],
            Seat::Blue => &mut self.spent[1],
            Seat::Target => &mut self.spent[2],
            Seat::Judge => &mut self.judges_spent,
        }
    }

    /// Who speaks for `seat` now. Judges speak one after the other.
    pub fn speaker(&self, seat: Seat) -> Option<&Contestant> {
        match seat {
            Seat::Red | Seat::Blue | Seat::Target => self.spec.contestant(seat),
            Seat::Judge => self.spec.judges.get(self.round()?.opinions.len()),
        }
    }

    /// What all seats used.
    pub fn spent_in_all(&self) -> Spent {
        self.spent.iter().fold(self.judges_spent, |sum, spent| sum.plus(spent))
    }

    /// Whether some seat is the mock's, or the mock answered for another model: then the whole match is labelled so.
    pub fn has_mock(&self) -> bool {
        self.mock_spoke || self.spec.has_mock()
    }

    /// Whether a person has to decide before it goes on.
    pub fn awaits_person(&self) -> bool {
        unanswered(self).iter().any(|effect| matches!(effect, Effect::AskPerson { .. } | Effect::DecidePatch { .. }))
    }

    /// The round that is being played, if one is.
    pub fn round(&self) -> Option<&Round> {
        match &self.stage {
            Stage::Running(Play { phase: Phase::Playing(round, _), .. })
            | Stage::Paused(Play { phase: Phase::Playing(round, _), .. }) => Some(round),
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) | Stage::Ended(_) => None,
        }
    }

    /// Whether Red is asked for a guess, not for a message.
    pub fn awaits_guess(&self) -> bool {
        match &self.stage {
            Stage::Running(Play { phase: Phase::Playing(_, step), .. }) => matches!(step, Step::Submitting(_)),
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) | Stage::Ended(_) => false,
        }
    }

    /// The guard that the match waits for, if it waits for one.
    pub fn guard(&self) -> Option<&Guard> {
        match &self.stage {
            Stage::Running(Play { phase: Phase::Playing(_, Step::Guarding(_, nth, _)), .. }) => {
                self.spec.blue.as_ref()?.agent.guards.get(*nth)
            }
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) | Stage::Ended(_) => None,
        }
    }

    /// The model that speaks for `seat` now.
    pub fn model(&self, seat: Seat) -> Option<&ModelSpec> {
        let own = if seat == Seat::Blue { self.guard().and_then(Guard::own_model) } else { None };
        own.or_else(|| self.speaker(seat).map(|contestant| &contestant.model))
    }

    /// What Blue is looking at, if the match waits for Blue.
    pub fn guarded(&self) -> Option<&Subject> {
        match &self.stage {
            Stage::Running(Play { phase: Phase::Playing(_, Step::Guarding(_, _, subject)), .. }) => Some(subject),
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) | Stage::Ended(_) => None,
        }
    }

    /// The purse that keeps `seat` from being asked again, if one is empty. `since` is when the match began.
    fn exhausted(&self, seat: Seat, since: Timestamp, now: Timestamp) -> Option<Exhausted> {
        let elapsed_ms = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(0);
        let whole = self.spec.budgets.whole.exhausted_by(&self.spent_in_all(), elapsed_ms);
        let spent = self.spent_by(seat);
        let own = || self.spec.budgets.of(seat).exhausted_by(spent, spent.model_ms);
        whole
            .map(|what| Exhausted { seat: None, what: what.to_owned() })
            .or_else(|| own().map(|what| Exhausted { seat: Some(seat), what: what.to_owned() }))
    }

    fn new_call(&mut self) -> CallId {
        let call = self.next_call;
        self.next_call = CallId(call.0 + 1);
        call
    }
}

impl Stage {
    /// The word in messages, tables and the match's header.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running(_) => "running",
            Self::Paused(_) => "paused",
            Self::Ended(Ending::Completed { .. }) => "completed",
            Self::Ended(Ending::Stopped { .. }) => "stopped",
            Self::Ended(Ending::Failed(_)) => "failed",
        }
    }
}

impl Phase {
    fn awaits(&self) -> Effect {
        match self {
            Self::Opening { round, not_before } => Effect::OpenRound { round: *round, not_before: *not_before },
            Self::Hardening(Hardening { step: Harden::Proposing(call), .. }) => {
                Effect::AskModel { call: *call, seat: Seat::Blue }
            }
            Self::Hardening(Hardening { step: Harden::Deciding(call, patch), .. }) => {
                Effect::DecidePatch { call: *call, patch: patch.clone() }
            }
            Self::Playing(round, step) => match step {
                Step::Attacking(call) | Step::Submitting(call) => Effect::AskModel { call: *call, seat: Seat::Red },
                Step::Sending(_) => Effect::SendAttack,
                Step::Guarding(call, ..) => Effect::AskModel { call: *call, seat: Seat::Blue },
                Step::Thinking(call) => Effect::AskModel { call: *call, seat: Seat::Target },
                Step::Ruling(call, tool_call) => Effect::RuleOnCall { call: *call, tool_call: tool_call.clone() },
                Step::Asking(call, tool_call) => Effect::AskPerson { call: *call, tool_call: tool_call.clone() },
                Step::Starting(call, _) => Effect::StartTool { call: *call },
                Step::Running(call, tool_call) => Effect::RunTool { call: *call, tool_call: tool_call.clone() },
                Step::Releasing(answer) => Effect::Release { answer: answer.clone() },
                Step::Guessing(guess) => Effect::CheckGuess { guess: guess.clone() },
                Step::Consulting(call) => Effect::AskModel { call: *call, seat: Seat::Judge },
                Step::Judging(_) => Effect::Judge { round: round.number },
            },
            Self::Concluding(_) => Effect::Conclude,
        }
    }
}

impl Event {
    /// Its type as in the record.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Started => "started",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Stopped { .. } => "stopped",
            Self::Failed { .. } => "failed",
            Self::Completed { .. } => "completed",
            Self::RoundOpened { .. } => "round_opened",
            Self::AttackSent { .. } => "attack_sent",
            Self::PatchDecided { .. } => "patch_decided",
            Self::ModelReplied { .. } => "model_replied",
            Self::ModelFailed { .. } => "model_failed",
            Self::GuardRuled { .. } => "guard_ruled",
            Self::CallRuled { .. } => "call_ruled",
            Self::PersonDecided { .. } => "person_decided",
            Self::ToolStarted { .. } => "tool_started",
            Self::ToolReturned { .. } => "tool_returned",
            Self::AnswerReleased { .. } => "answer_released",
            Self::FlagSubmitted { .. } => "flag_submitted",
            Self::RoundJudged { .. } => "round_judged",
        }
    }
}
