//! A round opens: a clean world, and somebody speaks. In an attack round that is Red.

use std::collections::VecDeque;

use super::lifecycle::Context;
use super::{Phase, Round, Subject, attacking, guarding};
use crate::event::Plan;
use crate::world::World;

pub(super) fn opened(cx: &mut Context<'_>, number: u32, plan: &Plan) -> Phase {
    let round = Box::new(Round {
        number,
        plan: plan.clone(),
        world: World::plant(&cx.game.spec.scenario.fixtures, &cx.game.flags),
        turns: Vec::new(),
        escalation: None,
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
        Plan::Attack { .. } => attacking::attack(cx, round),
        Plan::Benign { request, .. } => guarding::guard(cx, round, Subject::Input(request.clone())),
    }
}
