//! What a model is asked: the match as one seat may know it, as messages.

mod blue;
mod hardener;
mod judge;
mod red;

pub(crate) use red::{came_back, quote};

use std::fmt::Write as _;

use crate::agent::ToolCalls;
use crate::engine::{Match, Round};
use crate::id::Seat;
use crate::message::{Message, Reply, Request, ToolSpec};
use crate::referee::Opinion;
use crate::ruling::Ruling;
use crate::spec::{Contestant, Spec};
use crate::xml_calls;

/// The question to the model of `seat`; `None` if no round is played or nobody sits there.
pub fn request(game: &Match, seat: Seat) -> Option<Request> {
    if seat == Seat::Blue && game.awaits_patch() {
        return hardener::request(game);
    }
    let round = game.round()?;
    let contestant = game.speaker(seat)?;
    let scenario = &*game.spec.scenario;
    let (messages, tools) = match seat {
        Seat::Red => (red::messages(game, round, contestant), vec![]),
        Seat::Blue => (blue::messages(game, round, game.guard()?, game.guarded()?, contestant), vec![]),
        Seat::Judge => (judge::messages(game, round, contestant)?, vec![]),
        Seat::Target => {
            let tools = if round.n_steps < scenario.target.max_steps {
                game.spec.tool_specs().cloned().collect()
            } else {
                vec![]
            };
            (target(game, round, contestant), tools)
        }
    };
    let seed = game.spec.seed.number("model", &[seat.word(), &round.number.to_string()]);
    let schema = match seat {
        Seat::Blue => Some(Ruling::schema()),
        Seat::Judge => Some(Opinion::schema()),
        Seat::Red if !game.awaits_guess() => game.question(round).map(|question| question.schema),
        Seat::Red | Seat::Target => None,
    };
    let request = Request { seat, messages, tools, schema, sampling: contestant.agent.sampling, seed };
    Some(match contestant.agent.tool_calls {
        ToolCalls::Native => request,
        ToolCalls::Tags => xml_calls::asked(request, &known_tools(&game.spec)),
    })
}

/// The answer of the model of `seat` as the match takes it: its calls read, its sizes within bounds.
pub fn heard(spec: &Spec, seat: Seat, reply: Reply) -> Reply {
    match spec.contestant(seat).map(|contestant| contestant.agent.tool_calls) {
        Some(ToolCalls::Tags) => xml_calls::heard(reply, &known_tools(spec)).cut(),
        Some(ToolCalls::Native) | None => reply.cut(),
    }
}

fn known_tools(spec: &Spec) -> Vec<ToolSpec> {
    spec.tool_specs().cloned().collect()
}

fn target(game: &Match, round: &Round, contestant: &Contestant) -> Vec<Message> {
    let mut system = game.flags.fill(game.target_prompt());
    push(&mut system, &contestant.agent.prompt);
    let guards = game.spec.blue.iter().flat_map(|blue| &blue.agent.guards);
    for note in guards.filter_map(|guard| guard.rules()?.prompt_note()) {
        push(&mut system, &note);
    }
    let mut messages = Vec::with_capacity(round.thread.len() + 1);
    messages.push(Message::System { text: system });
    messages.extend(round.thread.iter().cloned());
    messages
}

/// The text between marks. Text that knows the mark could pretend to end; so the mark is new for each match and round.
fn marked(game: &Match, round: &Round, text: &str) -> String {
    let mark = mark(game, round);
    format!("<<{mark}\n{text}\n{mark}>>")
}

/// The round's mark.
pub(crate) fn mark(game: &Match, round: &Round) -> String {
    let bits = game.spec.seed.bits("mark", &[&round.number.to_string()]);
    data_encoding::HEXLOWER.encode(&bits[..6])
}

/// What Blue protects: the scenario's policy, and what it added itself.
fn policy(game: &Match) -> String {
    let mut policy = game.spec.scenario.policy.trim_end().to_owned();
    for rule in &game.hardened.rules {
        let _ = write!(policy, "\n- {rule}");
    }
    policy
}

/// Adds a paragraph, if there is one.
fn push(text: &mut String, paragraph: &str) {
    if !paragraph.trim().is_empty() {
        let _ = writeln!(text, "\n{}", paragraph.trim());
    }
}
