//! Blue at a checkpoint: what passes, what passes changed, what does not pass.

use serde_json::Value;

use super::lifecycle::Context;
use super::{Match, Phase, Round, Step, Subject, acting};
use crate::event::{Answer, Event};
use crate::guard::Inspected;
use crate::id::{CallId, Seat};
use crate::message::{Message, ToolCall};
use crate::prompt;
use crate::ruling::{Decision, Fallback};

/// Shows `subject` to Blue's guards that look there, one after the other; then it passes.
pub(super) fn guard(cx: &mut Context<'_>, round: Box<Round>, subject: Subject) -> Phase {
    guard_from(cx, round, 0, subject)
}

fn guard_from(cx: &mut Context<'_>, round: Box<Round>, first: usize, subject: Subject) -> Phase {
    let checkpoint = subject.checkpoint();
    let guards = cx.game.spec.blue.iter().flat_map(|blue| &blue.agent.guards).enumerate().skip(first);
    let next = guards
        .filter(|(_, guard)| guard.checkpoints.contains(&checkpoint))
        .map(|(nth, guard)| (nth, guard.rules().is_some()))
        .next();
    match next {
        // Rules cost nothing: they are there also when Blue's purse is empty.
        Some((nth, true)) => Phase::Playing(round, Step::Guarding(cx.game.new_call(), nth, subject)),
        Some((nth, false)) => cx.ask(round, Seat::Blue, |call| Step::Guarding(call, nth, subject)),
        None => pass(cx, round, subject),
    }
}

pub(super) fn ruled(
    cx: &mut Context<'_>,
    mut round: Box<Round>,
    call: CallId,
    nth: usize,
    subject: Subject,
) -> Result<Phase, Phase> {
    let (ruling, reply) = match &cx.record.event {
        Event::GuardRuled { call: answered, checkpoint, ruling, reply, .. }
            if *answered == call && *checkpoint == subject.checkpoint() =>
        {
            (ruling, reply)
        }
        _ => return Err(Phase::Playing(round, Step::Guarding(call, nth, subject))),
    };
    if let Some(reply) = reply {
        let own_model = cx.game.spec.blue.as_ref().and_then(|blue| blue.agent.guards.get(nth)?.own_model());
        cx.charge_at(Seat::Blue, reply, own_model.is_none());
    }
    let changed = match &ruling.decision {
        Decision::Rewrite { text } | Decision::Mark { text } => rewritten(&subject, text),
        Decision::Allow | Decision::Block | Decision::Unreadable { .. } => None,
    };
    // A rewrite to the same is no intervention, whatever it is called.
    if ruling.intervenes() && changed.as_ref() != Some(&subject) {
        round.interventions.push((cx.record.seq, subject.checkpoint()));
    }
    Ok(match &ruling.decision {
        Decision::Allow | Decision::Unreadable { taken_as: Fallback::Allow } => guard_from(cx, round, nth + 1, subject),
        Decision::Block | Decision::Unreadable { taken_as: Fallback::Block } => block(cx, round, subject),
        Decision::Rewrite { .. } | Decision::Mark { .. } => match changed {
            Some(subject) => guard_from(cx, round, nth + 1, subject),
            None => block(cx, round, subject),
        },
    })
}

/// What a guard of rules says; `None` if the guard that is awaited asks somebody.
pub(super) fn by_rules(game: &Match, round: &Round, call: CallId, subject: &Subject) -> Option<Event> {
    let guard = game.guard()?;
    let (tool, text) = match subject {
        Subject::Input(text) | Subject::Output(text) => (None, text.clone()),
        Subject::ToolCall(call) => (Some(call.tool.as_str()), call.arguments.to_string()),
        Subject::ToolResult(call, text) => (Some(call.tool.as_str()), text.clone()),
    };
    let secrets: Vec<&str> = game.flags.values().collect();
    let mark = prompt::mark(game, round);
    let inspected = Inspected { checkpoint: subject.checkpoint(), tool, text: &text, mark: &mark, secrets: &secrets };
    let ruling = guard.rules()?.rule(&inspected);
    Some(Event::GuardRuled {
        call,
        checkpoint: subject.checkpoint(),
        guard: Some(guard.name.clone()),
        ruling,
        reply: None,
    })
}

fn pass(cx: &mut Context<'_>, mut round: Box<Round>, subject: Subject) -> Phase {
    match subject {
        Subject::Input(text) => {
            round.thread.push(Message::User { text });
            acting::think(cx, round)
        }
        Subject::ToolCall(tool_call) => Phase::Playing(round, Step::Ruling(cx.game.new_call(), tool_call)),
        Subject::ToolResult(ToolCall { id, .. }, text) => {
            round.thread.push(Message::Tool { id, text });
            acting::go_on(cx, round)
        }
        Subject::Output(text) => Phase::Playing(round, Step::Releasing(Answer::Given { text })),
    }
}

fn block(cx: &mut Context<'_>, mut round: Box<Round>, subject: Subject) -> Phase {
    let at = subject.checkpoint();
    // The Target is not told the guard's reason: what it knows, it may tell Red.
    let mut tell = |id: String, text: &str| round.thread.push(Message::Tool { id, text: text.to_owned() });
    match subject {
        Subject::Input(_) | Subject::Output(_) => {
            return Phase::Playing(round, Step::Releasing(Answer::Withheld { at }));
        }
        Subject::ToolCall(call) => tell(call.id, "error: this call was stopped by policy and did not run"),
        Subject::ToolResult(call, _) => tell(call.id, "error: this result is withheld by policy"),
    }
    acting::go_on(cx, round)
}

/// The subject with the guard's text in its place; `None` if the text cannot stand there.
fn rewritten(subject: &Subject, text: &str) -> Option<Subject> {
    let text = text.to_owned();
    Some(match subject {
        Subject::Input(_) => Subject::Input(text),
        Subject::Output(_) => Subject::Output(text),
        Subject::ToolResult(call, _) => Subject::ToolResult(call.clone(), text),
        Subject::ToolCall(call) => {
            let arguments = ToolCall::read_arguments(&text).filter(Value::is_object)?;
            Subject::ToolCall(ToolCall { arguments, ..call.clone() })
        }
    })
}
