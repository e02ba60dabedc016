//! Between rounds: Blue proposes a patch, a rule or a person decides on it.

use jiff::Timestamp;

use super::lifecycle::Context;
use super::{Match, Phase, Play, Stage};
use crate::event::Event;
use crate::hardening::{Accept, Hardener, Patch};
use crate::id::{CallId, Seat};
use crate::ruling::Approval;

/// A match that hardens before its next round.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardening {
    /// The round that follows.
    pub next: u32,
    /// The rest between rounds ends then.
    pub not_before: Timestamp,
    /// What is waited for.
    pub step: Harden,
}

/// What hardening waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Harden {
    /// Blue's patch.
    Proposing(CallId),
    /// The word on it.
    Deciding(CallId, Patch),
}

/// The next round, or before it Blue's patch, if it is time for one.
pub(super) fn before(cx: &mut Context<'_>, next: u32, not_before: Timestamp) -> Phase {
    let hardener = cx.game.hardener();
    let is_due = hardener.is_some_and(|hardener| next.saturating_sub(1).is_multiple_of(hardener.every));
    if is_due && cx.game.exhausted(Seat::Blue, cx.since, cx.record.at).is_none() {
        let step = Harden::Proposing(cx.game.new_call());
        return Phase::Hardening(Hardening { next, not_before, step });
    }
    Phase::Opening { round: next, not_before }
}

pub(super) fn hardened(cx: &mut Context<'_>, hardening: Hardening) -> Result<Phase, Phase> {
    let Hardening { next, not_before, step } = hardening;
    let open = Phase::Opening { round: next, not_before };
    match (step, &cx.record.event) {
        (Harden::Proposing(call), Event::ModelReplied { call: answered, seat: Seat::Blue, reply })
            if call == *answered =>
        {
            cx.charge(Seat::Blue, reply);
            Ok(match Patch::read(&reply.text, cx.game.target_prompt()) {
                Some(patch) => Phase::Hardening(Hardening { next, not_before, step: Harden::Deciding(call, patch) }),
                None => open,
            })
        }
        // Who cannot be asked proposes nothing; the match goes on.
        (Harden::Proposing(call), Event::ModelFailed { call: answered, seat: Seat::Blue, failure })
            if call == *answered =>
        {
            cx.charge_failure(Seat::Blue, failure);
            Ok(open)
        }
        (Harden::Deciding(call, patch), Event::PatchDecided { call: answered, patch: decided, approval, .. })
            if call == *answered && patch == *decided =>
        {
            if matches!(approval, Approval::Granted { .. }) {
                cx.game.hardened.take(&patch);
            }
            Ok(open)
        }
        (step, _) => Err(Phase::Hardening(Hardening { next, not_before, step })),
    }
}

/// What the rules say to a patch; `None` if a person has to decide.
pub(super) fn decides(game: &Match, call: CallId, patch: &Patch) -> Option<Event> {
    let by = || "rule".to_owned();
    let approval = match (patch.fault(game.target_prompt()), game.hardener()?.accept) {
        (Some(reason), _) => Approval::Refused { by: by(), reason },
        (None, Accept::Rule) => Approval::Granted { by: by() },
        (None, Accept::Person) => return None,
    };
    Some(decided(game, call, patch, approval))
}

/// The event of a decision, with what it changes.
pub fn decided(game: &Match, call: CallId, patch: &Patch, approval: Approval) -> Event {
    Event::PatchDecided { call, patch: patch.clone(), diff: patch.diff(game.target_prompt()), approval }
}

impl Match {
    /// The Target's instructions as they are now, secrets by name.
    pub fn target_prompt(&self) -> &str {
        self.hardened.prompt.as_deref().unwrap_or(&self.spec.scenario.target.prompt)
    }

    /// Whether Blue is asked for a patch, not for a ruling.
    pub fn awaits_patch(&self) -> bool {
        match &self.stage {
            Stage::Running(Play { phase: Phase::Hardening(hardening), .. }) => {
                matches!(hardening.step, Harden::Proposing(_))
            }
            Stage::Pending | Stage::Running(_) | Stage::Paused(_) | Stage::Ended(_) => false,
        }
    }

    /// How Blue hardens, if it does.
    pub fn hardener(&self) -> Option<Hardener> {
        self.spec.blue.as_ref()?.agent.hardener
    }
}
