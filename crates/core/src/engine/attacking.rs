//! Red's turn: its model writes a message, or its strategy makes one, perhaps with questions to the model on the way.

use super::lifecycle::Context;
use super::{Fate, Match, Phase, Round, Step, Subject, Turn, guarding, judging};
use crate::converter::{Along, Converter, convert_along};
use crate::event::{Event, Plan};
use crate::id::{CallId, Seat};
use crate::message::{FailureClass, ModelFailure, Reply};
use crate::name::Name;
use crate::scenario::{Channel, Objective};
use crate::strategy::escalation::{self, Escalation};
use crate::strategy::tree::{self, Tree};
use crate::strategy::{self, Pack, Question, Strategy};
use crate::world::Change;

/// A message that a strategy made.
#[derive(Clone, Debug, PartialEq)]
pub struct Attack {
    /// What is said.
    pub text: String,
    /// The scenario's attack that it is.
    pub attack: Option<Name>,
    /// What it was converted by.
    pub converters: Vec<Converter>,
    /// Whether the last exchange is taken back before.
    pub takes_back: bool,
}

/// What Red does next in this round.
pub(super) fn attack(cx: &mut Context<'_>, mut round: Box<Round>) -> Phase {
    let spec = std::sync::Arc::clone(&cx.game.spec);
    let Some(objective) = cx.game.objective(&round) else { return silent(cx, round) };
    let goal = objective.goal.clone();
    match &spec.red.agent.strategy {
        Strategy::Model => cx.ask(round, Seat::Red, Step::Attacking),
        Strategy::Pack(_) => match cx.game.packed(&round) {
            Some(Packed::Text(attack)) => Phase::Playing(round, Step::Sending(attack)),
            Some(Packed::AskModel { .. }) => cx.ask(round, Seat::Red, Step::Attacking),
            None => silent(cx, round),
        },
        Strategy::Search(search) => {
            let id = objective.id.clone();
            let tree = cx.game.trees.entry(id).or_insert_with(|| Tree::new(*search, &goal));
            match tree.next() {
                tree::Move::Send { text } => {
                    let attack = Attack::made(text, false);
                    Phase::Playing(round, Step::Sending(attack))
                }
                tree::Move::Assess | tree::Move::Propose { .. } | tree::Move::CheckTopic { .. } => {
                    cx.ask(round, Seat::Red, Step::Attacking)
                }
            }
        }
        Strategy::Crescendo(settings) => {
            let max_turns = spec.scenario.red.max_turns as usize;
            let escalation = round.escalation.get_or_insert_with(|| Escalation::new(*settings, &goal, max_turns));
            match escalation.next() {
                escalation::Move::Ask => cx.ask(round, Seat::Red, Step::Attacking),
                escalation::Move::Send { text, takes_back } => {
                    let attack = Attack::made(text, takes_back);
                    Phase::Playing(round, Step::Sending(attack))
                }
                escalation::Move::End => silent(cx, round),
            }
        }
    }
}

/// Red's model answered.
pub(super) fn answered(cx: &mut Context<'_>, mut round: Box<Round>, call: CallId) -> Result<Phase, Phase> {
    let reply = match &cx.record.event {
        Event::ModelReplied { call: answered, seat: Seat::Red, reply } if *answered == call => reply,
        _ => return Err(Phase::Playing(round, Step::Attacking(call))),
    };
    cx.charge(Seat::Red, reply);
    let spec = std::sync::Arc::clone(&cx.game.spec);
    Ok(match &spec.red.agent.strategy {
        Strategy::Model if reply.text.trim().is_empty() => silent(cx, round),
        Strategy::Model => said(cx, round, reply.text.clone()),
        Strategy::Pack(_) => match cx.game.packed(&round) {
            Some(Packed::AskModel { attack, rest, .. }) => converted(cx, round, attack, &rest, reply),
            Some(Packed::Text(_)) | None => silent(cx, round),
        },
        Strategy::Search(_) => {
            let tree = cx.game.objective(&round).map(|objective| objective.id.clone());
            if let Some(tree) = tree.and_then(|id| cx.game.trees.get_mut(&id)) {
                tree.heard(&reply.text);
            }
            attack(cx, round)
        }
        Strategy::Crescendo(_) => {
            if let Some(escalation) = &mut round.escalation {
                escalation.heard(&reply.text);
            }
            attack(cx, round)
        }
    })
}

/// A model converted an attack; what is left of the chain follows.
fn converted(cx: &mut Context<'_>, round: Box<Round>, attack: Attack, rest: &[Converter], reply: &Reply) -> Phase {
    match convert_along(rest, reply.text.trim(), &cx.game.spec.seed) {
        Along::Done(text) if !text.trim().is_empty() => Phase::Playing(round, Step::Sending(Attack { text, ..attack })),
        // A chain has one converter that asks; see the check of agents.
        Along::Done(_) | Along::AskModel { .. } => silent(cx, round),
    }
}

/// The strategy's message was sent.
pub(super) fn sent(cx: &mut Context<'_>, mut round: Box<Round>, attack: Attack) -> Result<Phase, Phase> {
    match &cx.record.event {
        Event::AttackSent { text, attack: id, converters, takes_back }
            if (text, id, converters, *takes_back)
                == (&attack.text, &attack.attack, &attack.converters, attack.takes_back) => {}
        _ => return Err(Phase::Playing(round, Step::Sending(attack))),
    }
    if let (true, Some(last)) = (attack.takes_back, round.turns.last()) {
        let n_before = last.n_before;
        round.thread.truncate(n_before);
    }
    Ok(said(cx, round, attack.text))
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
fn said(cx: &mut Context<'_>, mut round: Box<Round>, text: String) -> Phase {
    let n_before = round.thread.len();
    round.turns.push(Turn { said: (cx.record.seq, text.clone()), n_before, seen: Vec::new(), withheld: false });
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

/// What a pack has for a turn.
enum Packed {
    /// This is said.
    Text(Attack),
    /// Red's model converts it first, then follow the converters of `rest`.
    AskModel { instruction: String, attack: Attack, rest: Vec<Converter> },
}

impl Match {
    /// What Red's strategy asks its model now; `None` if it is asked for a message, as it is.
    pub fn question(&self, round: &Round) -> Option<Question> {
        match &self.spec.red.agent.strategy {
            Strategy::Model | Strategy::Pack(_) => None,
            Strategy::Search(_) => self.trees.get(&self.objective(round)?.id)?.question(),
            Strategy::Crescendo(_) => round.escalation.as_ref()?.question(),
        }
    }

    /// What Red's model is to convert, if its strategy wants that.
    pub fn conversion(&self, round: &Round) -> Option<String> {
        match self.packed(round)? {
            Packed::AskModel { instruction, .. } => Some(instruction),
            Packed::Text(_) => None,
        }
    }

    /// How many messages Red may send in a round. How long an escalation is, it says itself.
    pub(super) fn max_turns(&self, round: &Round) -> usize {
        match &self.spec.red.agent.strategy {
            Strategy::Model => self.spec.scenario.red.max_turns as usize,
            Strategy::Pack(pack) => match self.picked(pack, round) {
                Some((_, strategy::Attack::Scenario(nth), attacks)) => attacks.get(nth).map_or(1, |a| a.turns.len()),
                Some((_, strategy::Attack::Own(_), _)) | None => 1,
            },
            Strategy::Search(_) => 1,
            Strategy::Crescendo(_) => usize::MAX,
        }
    }

    /// The message of a pack for the turn that is next.
    fn packed(&self, round: &Round) -> Option<Packed> {
        let Strategy::Pack(pack) = &self.spec.red.agent.strategy else { return None };
        let objective = self.objective(round)?;
        let (chain, picked, attacks) = self.picked(pack, round)?;
        let (id, text) = match picked {
            strategy::Attack::Scenario(nth) => {
                let attack = attacks.get(nth)?;
                (Some(attack.id.clone()), attack.turns.get(round.turns.len())?.clone())
            }
            strategy::Attack::Own(text) if round.turns.is_empty() => (None, Pack::filled(text, &objective.goal)),
            strategy::Attack::Own(_) => return None,
        };
        let made = |text| Attack { text, attack: id, converters: chain.to_vec(), takes_back: false };
        Some(match convert_along(chain, &text, &self.spec.seed) {
            Along::Done(text) => Packed::Text(made(text)),
            Along::AskModel { instruction, rest } => {
                Packed::AskModel { instruction, attack: made(text), rest: rest.to_vec() }
            }
        })
    }

    /// What a pack plays in this round, of the scenario's attacks on the objective and its own.
    fn picked<'a>(
        &'a self,
        pack: &'a Pack,
        round: &Round,
    ) -> Option<(&'a [Converter], strategy::Attack<'a>, Vec<&'a crate::scenario::Attack>)> {
        let objective: &Objective = self.objective(round)?;
        let attacks: Vec<_> =
            self.spec.scenario.attacks.iter().filter(|attack| attack.objective == objective.id).collect();
        let ids: Vec<&str> = attacks.iter().map(|attack| attack.id.as_str()).collect();
        let nth = self.spec.nth_on_objective(round.number);
        let strategy::Pick { attack, chain } = pack.pick(&self.spec.seed, objective.id.as_str(), &ids, nth)?;
        Some((chain, attack, attacks))
    }
}

impl Attack {
    fn made(text: &str, takes_back: bool) -> Self {
        Self { text: text.to_owned(), attack: None, converters: Vec::new(), takes_back }
    }
}
