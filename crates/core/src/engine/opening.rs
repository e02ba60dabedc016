//! A round opens: a clean world, and somebody speaks. In an attack round that is Red.

use std::collections::VecDeque;

use super::lifecycle::Context;
use super::{Fate, Phase, Round, Step, Subject, Turn, guarding, judging};
use crate::event::{Event, Plan};
use crate::id::{CallId, Seat};
use crate::message::{FailureClass, ModelFailure};
use crate::scenario::Channel;
use crate::world::{Change, World};

pub(super) fn opened(cx: &mut Context<'_>, number: u32, plan: &Plan) -> Phase {
    let round = Box::new(Round {
        number,
        plan: plan.clone(),
        world: World::plant(&cx.game.spec.scenario.fixtures, &cx.game.flags),
        turns: Vec::new(),
        answers: Vec::new(),
        last: None,
        captured: None,
        opinions: Vec::new(),
        thread: Vec::new(),
        n_steps: 0,
        queue: VecDeque::new(),
        ran: Vec::new(),
        denied: Vec::new(),
        interventions: Vec::new(),
        sent: Vec::new(),
    });
    match plan {
        Plan::Attack { .. } => cx.ask(round, Seat::Red, Step::Attacking),
        Plan::Benign { request, .. } => guarding::guard(cx, round, Subject::Input(request.clone())),
    }
}

pub(super) fn attacked(cx: &mut Context<'_>, round: Box<Round>, call: CallId) -> Result<Phase, Phase> {
    let reply = match &cx.record.event {
        Event::ModelReplied { call: answered, seat: Seat::Red, reply } if *answered == call => reply,
        _ => return Err(Phase::Playing(round, Step::Attacking(call))),
    };
    cx.charge(Seat::Red, reply);
    if reply.text.trim().is_empty() {
        return Ok(silent(cx, round));
    }
    Ok(attack(cx, round, reply.text.clone()))
}

/// Red has nothing to say: the attack is over, or there was none.
fn silent(cx: &mut Context<'_>, round: Box<Round>) -> Phase {
    if !round.turns.is_empty() {
        return judging::played(cx, round);
    }
    // Nothing was attempted, so nothing can be counted for or against anyone.
    let message = "red said nothing".to_owned();
    let failure = ModelFailure::unasked(FailureClass::Rejected, message.clone());
    let fate = Fate::Void { reason: message, failure: Some(failure) };
    Phase::Playing(round, Step::Judging(fate))
}

/// Red's message goes its way.
fn attack(cx: &mut Context<'_>, mut round: Box<Round>, text: String) -> Phase {
    round.turns.push(Turn { said: (cx.record.seq, text.clone()), seen: Vec::new(), withheld: false });
    round.n_steps = 0;
    let request = match &round.plan {
        Plan::Attack { request, .. } => request.clone(),
        Plan::Benign { .. } => None,
    };
    let input = match &cx.game.spec.scenario.channel {
        Channel::Chat => text,
        Channel::Indirect { plant, .. } => {
            round.world.apply(&Change::Set { path: plant.clone(), value: text.into() });
            request.unwrap_or_default()
        }
    };
    guarding::guard(cx, round, Subject::Input(input))
}
