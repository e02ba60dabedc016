//! From pending to ended: start, pause, resume, stop; and what a running match does with an answer.

use jiff::Timestamp;

use super::{
    Conclusion, Ending, Fate, Match, Phase, Play, Round, Stage, Step, acting, attacking, guarding, hardening, judging,
    opening,
};
use crate::event::{Event, Record};
use crate::id::{CallId, Seat};
use crate::message::{ModelFailure, Reply};
use crate::spec::Contestant;

/// What the functions of a round share: the match (its stage taken out), its beginning and the record at hand.
pub(super) struct Context<'a> {
    pub(super) game: &'a mut Match,
    pub(super) since: Timestamp,
    pub(super) record: &'a Record,
}

/// The stage after `record`, or the stage as it was if the record does not fit.
pub(super) fn next(game: &mut Match, stage: Stage, record: &Record) -> Result<Stage, Stage> {
    match (stage, &record.event) {
        (Stage::Pending, Event::Started) => {
            let phase = Phase::Opening { round: 1, not_before: record.at };
            Ok(Stage::Running(Play { since: record.at, phase }))
        }
        (Stage::Running(play), Event::Paused) => Ok(Stage::Paused(play)),
        (Stage::Paused(play), Event::Resumed) => Ok(Stage::Running(play)),
        (Stage::Pending | Stage::Running(_) | Stage::Paused(_), Event::Stopped { reason }) => {
            Ok(Stage::Ended(Ending::Stopped { reason: reason.clone() }))
        }
        (Stage::Running(Play { since, phase: Phase::Concluding(conclusion) }), event) => concluded(conclusion, event)
            .map(Stage::Ended)
            .map_err(|conclusion| Stage::Running(Play { since, phase: Phase::Concluding(conclusion) })),
        (Stage::Running(Play { since, phase }), _) => {
            let played = played(&mut Context { game, since, record }, phase);
            let running = |phase| Stage::Running(Play { since, phase });
            played.map(running).map_err(running)
        }
        // A tool that was started before the pause may end during it.
        (Stage::Paused(Play { since, phase: phase @ Phase::Playing(_, Step::Running(..)) }), _) => {
            let played = played(&mut Context { game, since, record }, phase);
            let paused = |phase| Stage::Paused(Play { since, phase });
            played.map(paused).map_err(paused)
        }
        (stage @ (Stage::Pending | Stage::Paused(_) | Stage::Ended(_)), _) => Err(stage),
    }
}

fn concluded(conclusion: Conclusion, event: &Event) -> Result<Ending, Conclusion> {
    match (conclusion, event) {
        (Conclusion::Broken(failure), Event::Failed { failure: recorded }) if failure == *recorded => {
            Ok(Ending::Failed(failure))
        }
        (Conclusion::RoundsPlayed | Conclusion::Exhausted(_), Event::Completed { outcome, exhausted }) => {
            Ok(Ending::Completed { outcome: outcome.clone(), exhausted: exhausted.clone() })
        }
        (conclusion, _) => Err(conclusion),
    }
}

/// What a match in play does with an answer.
fn played(cx: &mut Context<'_>, phase: Phase) -> Result<Phase, Phase> {
    match (phase, &cx.record.event) {
        (Phase::Opening { round, .. }, Event::RoundOpened { round: opened, plan }) if round == *opened => {
            Ok(opening::opened(cx, round, plan))
        }
        (Phase::Hardening(hardening), _) => hardening::hardened(cx, hardening),
        (Phase::Playing(round, step), Event::ModelFailed { call, seat, failure })
            if step.asks() == Some((*call, *seat)) =>
        {
            cx.charge_failure(*seat, failure);
            if *seat == Seat::Judge {
                return Ok(judging::judge_failed(cx, round, &failure.message));
            }
            let reason = format!("{seat}: {}", failure.message);
            let fate = Fate::Void { reason, failure: Some(failure.clone()) };
            Ok(Phase::Playing(round, Step::Judging(fate)))
        }
        (Phase::Playing(round, step), _) => match step {
            Step::Attacking(call) => attacking::answered(cx, round, call),
            Step::Sending(attack) => attacking::sent(cx, round, attack),
            Step::Guarding(call, nth, subject) => guarding::ruled(cx, round, call, nth, subject),
            step @ (Step::Thinking(_)
            | Step::Ruling(..)
            | Step::Asking(..)
            | Step::Starting(..)
            | Step::Running(..)) => acting::acted(cx, round, step),
            step @ (Step::Releasing(_)
            | Step::Submitting(_)
            | Step::Guessing(_)
            | Step::Consulting(_)
            | Step::Judging(_)) => judging::ended(cx, round, step),
        },
        (phase @ (Phase::Opening { .. } | Phase::Concluding(_)), _) => Err(phase),
    }
}

impl Context<'_> {
    /// Asks the model of a seat, unless its purse or the match's is empty: then the round is void.
    pub(super) fn ask(&mut self, round: Box<Round>, seat: Seat, step: impl FnOnce(CallId) -> Step) -> Phase {
        match self.game.exhausted(seat, self.since, self.record.at) {
            None => Phase::Playing(round, step(self.game.new_call())),
            Some(exhausted) => {
                let fate = Fate::Void { reason: exhausted.to_string(), failure: None };
                Phase::Playing(round, Step::Judging(fate))
            }
        }
    }

    /// Charges attempts that brought no answer to their seat.
    pub(super) fn charge_failure(&mut self, seat: Seat, failure: &ModelFailure) {
        let price = self.game.speaker(seat).and_then(Contestant::price);
        self.game.spent_by_mut(seat).add_attempts(&failure.attempts, price);
    }

    /// Charges an answer of the seat's model to it.
    pub(super) fn charge(&mut self, seat: Seat, reply: &Reply) {
        self.charge_at(seat, reply, true);
    }

    /// Charges an answer to its seat; the agent's price is that of its own model alone.
    pub(super) fn charge_at(&mut self, seat: Seat, reply: &Reply, of_own_model: bool) {
        let price = self.game.speaker(seat).filter(|_| of_own_model).and_then(Contestant::price);
        self.game.spent_by_mut(seat).add(reply, price);
        self.game.mock_spoke |= reply.answered_by.is_mock();
    }
}

impl Step {
    /// The model call it waits for.
    fn asks(&self) -> Option<(CallId, Seat)> {
        match self {
            Self::Attacking(call) | Self::Submitting(call) => Some((*call, Seat::Red)),
            Self::Guarding(call, ..) => Some((*call, Seat::Blue)),
            Self::Thinking(call) => Some((*call, Seat::Target)),
            Self::Consulting(call) => Some((*call, Seat::Judge)),
            Self::Sending(_)
            | Self::Ruling(..)
            | Self::Asking(..)
            | Self::Starting(..)
            | Self::Running(..)
            | Self::Releasing(_)
            | Self::Guessing(_)
            | Self::Judging(_) => None,
        }
    }
}
