//! A round opens: a clean world, and somebody speaks. In an attack round that is Red.

use std::collections::VecDeque;

use super::lifecycle::Context;
use super::{Fate, Phase, Round, Step, Subject, guarding};
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
        attack: String::new(),
        thread: Vec::new(),
        n_steps: 0,
        queue: VecDeque::new(),
        ran: Vec::new(),
        denied: Vec::new(),
        interventions: Vec::new(),
        seen: Vec::new(),
        sent: Vec::new(),
    });
    match plan {
        Plan::Attack { .. } => cx.ask(round, Seat::Red, Step::Attacking),
        Plan::Benign { request, .. } => guarding::guard(cx, round, Subject::Input(request.clone())),
    }
}

pub(super) fn attacked(cx: &mut Context<'_>, mut round: Box<Round>, call: CallId) -> Result<Phase, Phase> {
    let reply = match &cx.record.event {
        Event::ModelReplied { call: answered, seat: Seat::Red, reply } if *answered == call => reply,
        _ => return Err(Phase::Playing(round, Step::Attacking(call))),
    };
    cx.charge(Seat::Red, reply);
    if reply.text.trim().is_empty() {
        // Nothing was attempted, so nothing can be counted for or against anyone.
        let message = "red said nothing".to_owned();
        let failure = ModelFailure::unasked(FailureClass::Rejected, message.clone());
        let fate = Fate::Void { reason: message, failure: Some(failure) };
        return Ok(Phase::Playing(round, Step::Judging(fate)));
    }
    round.attack.clone_from(&reply.text);
    let request = match &round.plan {
        Plan::Attack { request, .. } => request.clone(),
        Plan::Benign { .. } => None,
    };
    let input = match &cx.game.spec.scenario.channel {
        Channel::Chat => reply.text.clone(),
        Channel::Indirect { plant, .. } => {
            let value = reply.text.clone().into();
            round.world.apply(&Change::Set { path: plant.clone(), value });
            request.unwrap_or_default()
        }
    };
    Ok(guarding::guard(cx, round, Subject::Input(input)))
}
