//! The Target's turn: it is asked, it calls tools, it is asked again, until it answers.

use super::lifecycle::Context;
use super::{DeniedCall, Fate, Phase, RanCall, Round, Step, Subject, guarding};
use crate::closing;
use crate::event::Event;
use crate::id::{CallId, Seat};
use crate::message::{Message, ToolCall};
use crate::predicate::all_hold;
use crate::ruling::{Approval, Permission};
use crate::tool::ToolOutcome;

/// Asks the Target.
pub(super) fn think(cx: &mut Context<'_>, mut round: Box<Round>) -> Phase {
    round.n_steps += 1;
    cx.ask(round, Seat::Target, Step::Thinking)
}

/// The next call of the Target's last answer, or the Target again if there is none.
pub(super) fn go_on(cx: &mut Context<'_>, mut round: Box<Round>) -> Phase {
    match round.queue.pop_front() {
        Some(call) => guarding::guard(cx, round, Subject::ToolCall(call)),
        None => think(cx, round),
    }
}

pub(super) fn acted(cx: &mut Context<'_>, mut round: Box<Round>, step: Step) -> Result<Phase, Phase> {
    match (step, &cx.record.event) {
        (Step::Thinking(call), Event::ModelReplied { call: answered, seat: Seat::Target, reply })
            if call == *answered =>
        {
            cx.charge(Seat::Target, reply);
            let text = reply.text.clone();
            // At its last step the Target was offered no tools; calls it makes all the same do not count.
            let may_call = round.n_steps < cx.game.spec.scenario.target.max_steps;
            let calls: Vec<ToolCall> = reply.calls.iter().filter(|_| may_call).cloned().collect();
            if calls.is_empty() {
                return Ok(guarding::guard(cx, round, Subject::Output(text)));
            }
            round.queue = calls.iter().cloned().collect();
            round.thread.push(Message::Assistant { text, calls });
            Ok(go_on(cx, round))
        }
        (Step::Ruling(call, tool_call), Event::CallRuled { call: answered, permission, .. }) if call == *answered => {
            Ok(match permission {
                Permission::Allowed { .. } => allowed(cx, round, call, tool_call),
                Permission::Asked { .. } => Phase::Playing(round, Step::Asking(call, tool_call)),
                Permission::Denied { reason, .. } => denied(cx, round, tool_call, reason),
            })
        }
        (Step::Asking(call, tool_call), Event::PersonDecided { call: answered, approval }) if call == *answered => {
            Ok(match approval {
                Approval::Granted { .. } => allowed(cx, round, call, tool_call),
                Approval::Refused { reason, .. } | Approval::Unanswered { reason } => {
                    denied(cx, round, tool_call, reason)
                }
            })
        }
        (Step::Starting(call, tool_call), Event::ToolStarted { call: answered }) if call == *answered => {
            Ok(Phase::Playing(round, Step::Running(call, tool_call)))
        }
        (Step::Running(call, tool_call), Event::ToolReturned { call: answered, outcome, execution })
            if call == *answered =>
        {
            let exchanges = execution.iter().flat_map(|execution| &execution.exchanges);
            round.sent.extend(exchanges.map(|exchange| (cx.record.seq, exchange.sent())));
            Ok(match returned(cx, &mut round, &tool_call, outcome) {
                Ok(text) => guarding::guard(cx, round, Subject::ToolResult(tool_call, text)),
                Err(reason) => Phase::Playing(round, Step::Judging(Fate::Void { reason, failure: None })),
            })
        }
        (step, _) => Err(Phase::Playing(round, step)),
    }
}

/// A call that may run: it starts, or it is the Target's last word.
fn allowed(cx: &mut Context<'_>, round: Box<Round>, call: CallId, tool_call: ToolCall) -> Phase {
    let is_real = cx.game.spec.real_tool(&tool_call.tool).is_some();
    match closing::answer(&tool_call).filter(|_| is_real) {
        Some(text) => guarding::guard(cx, round, Subject::Output(text)),
        None => Phase::Playing(round, Step::Starting(call, tool_call)),
    }
}

/// A call that does not run: the Target is told why, and goes on.
fn denied(cx: &mut Context<'_>, mut round: Box<Round>, tool_call: ToolCall, reason: &str) -> Phase {
    let ToolCall { id, tool, arguments } = tool_call;
    round.thread.push(Message::Tool { id, text: format!("error: not permitted: {reason}") });
    round.denied.push(DeniedCall { seq: cx.record.seq, tool, arguments });
    go_on(cx, round)
}

/// Takes what a tool did into the round; what the Target is told of it, or why the round cannot be counted.
fn returned(
    cx: &Context<'_>,
    round: &mut Round,
    tool_call: &ToolCall,
    outcome: &ToolOutcome,
) -> Result<String, String> {
    let ToolCall { tool, arguments, .. } = tool_call;
    Ok(match outcome {
        ToolOutcome::Done { output, changes } => {
            for change in changes {
                round.world.apply(change);
            }
            let seq = cx.record.seq;
            round.ran.push(RanCall { seq, tool: tool.clone(), arguments: arguments.clone(), changes: changes.clone() });
            let reaches = cx.game.spec.scenario.tool(tool).and_then(|tool| tool.reaches_red.as_ref());
            if reaches.is_some_and(|when| all_hold(when, arguments, &cx.game.flags)) {
                round.reaches_red(seq, arguments.to_string());
            }
            output.clone()
        }
        ToolOutcome::Failed { message } => format!("error: {message}"),
        ToolOutcome::Unavailable { reason } => return Err(format!("{tool}: {reason}")),
        ToolOutcome::Interrupted => {
            "error: the tool was interrupted, and whether it took effect is not known".to_owned()
        }
    })
}
