//! What an event tells, in the shape in which an audience sees it.

use arena_core::event::{Answer, Event, Plan};
use arena_core::message::Reply;
use arena_core::referee::Verdict;
use arena_core::ruling::{Approval, Decision, Permission, Ruling};
use arena_core::tool::ToolOutcome;
use serde::Deserialize as _;
use serde_json::Value;

use super::Who;

/// What stands in the place of what must not be seen.
pub(crate) const HIDDEN: &str = "[hidden: it shows a flag]";

/// Who said or did what in `event`, an object with a `type`.
pub(crate) fn told(event: &Value) -> Vec<(Who, String)> {
    match Event::deserialize(event) {
        Ok(event) => whole(event),
        Err(_) => part(event),
    }
}

/// An event of which nothing is left out.
fn whole(event: Event) -> Vec<(Who, String)> {
    let one = |who: Who, text: String| vec![(who, text)];
    let word = event.word().replace('_', " ");
    match event {
        Event::Created { spec, .. } => one(Who::Arena, format!("{}: {}", spec.scenario.name, spec.scenario.title)),
        Event::Started | Event::Paused | Event::Resumed => one(Who::Arena, word),
        Event::Stopped { reason } => one(Who::Arena, format!("stopped: {reason}")),
        Event::Failed { failure } => one(Who::Arena, format!("failed: {}", failure.message)),
        Event::Completed { outcome, .. } => one(Who::Arena, format!("over: {}", outcome.winner.phrase())),
        Event::RoundOpened { round, plan } => opened(round, plan),
        Event::ModelReplied { seat, reply, .. } => {
            replied(&reply).into_iter().map(|text| (Who::from(seat), text)).collect()
        }
        Event::AttackSent { text, .. } => one(Who::Red, text),
        Event::FlagSubmitted { right, .. } => {
            let found = if right { "the flag was submitted" } else { "what was submitted is not the flag" };
            one(Who::Arena, found.to_owned())
        }
        Event::ModelFailed { seat, failure, .. } => one(seat.into(), format!("no answer: {}", failure.message)),
        Event::GuardRuled { checkpoint, ruling, .. } => one(Who::Blue, format!("{checkpoint}: {}", ruled(&ruling))),
        Event::PatchDecided { diff, approval, .. } => vec![(Who::Blue, diff), (Who::Person, decided(approval))],
        Event::CallRuled { permission: Permission::Denied { reason, .. }, .. } => {
            one(Who::Rules, format!("denied: {reason}"))
        }
        Event::CallRuled { permission: Permission::Asked { rule }, .. } => {
            one(Who::Rules, format!("a person has to allow it, by {rule}"))
        }
        Event::PersonDecided { approval, .. } => one(Who::Person, decided(approval)),
        Event::ToolReturned { outcome, .. } => one(
            Who::Tool,
            match outcome {
                ToolOutcome::Done { output, .. } => output,
                ToolOutcome::Failed { message } => format!("error: {message}"),
                ToolOutcome::Unavailable { reason } => format!("could not be run: {reason}"),
                ToolOutcome::Interrupted => "interrupted".to_owned(),
            },
        ),
        Event::AnswerReleased { answer: Answer::Given { text } } => one(Who::Out, text),
        Event::AnswerReleased { answer: Answer::Withheld { at } } => {
            one(Who::Arena, format!("nothing left the arena: stopped at {at}"))
        }
        Event::RoundJudged { verdict, .. } => one(Who::Judge, judged(&verdict)),
        Event::CallRuled { permission: Permission::Allowed { .. }, .. } | Event::ToolStarted { .. } => vec![],
    }
}

/// An event of which the audience sees a part.
fn part(event: &Value) -> Vec<(Who, String)> {
    let (who, told) = match event["type"].as_str().unwrap_or_default() {
        _ if event.get("hidden").is_some() => (Who::Arena, HIDDEN.to_owned()),
        // What the guard says is its own; that it stepped in is not.
        "guard_ruled" => {
            let did = if event["intervened"] == true { "stepped in" } else { "let it pass" };
            (Who::Blue, format!("{}: {did}", text(event, "checkpoint")))
        }
        "patch_decided" => {
            let decided = if event["accepted"] == true { "accepted" } else { "refused" };
            (Who::Blue, format!("a change of the Target was {decided}"))
        }
        "round_opened" => {
            let about = format!("attack on {}: {}", text(event, "objective"), text(event, "goal"));
            (Who::Arena, format!("round {}: {about}", event["round"]))
        }
        "answer_released" => match event["text"].as_str() {
            Some(given) => (Who::Out, given.to_owned()),
            None => (Who::Arena, "nothing left the arena".to_owned()),
        },
        "received" => (Who::Tool, format!("reached Red: {}", event["arguments"])),
        "created" => (Who::Arena, format!("{}: {}", text(event, "scenario"), text(event, "title"))),
        // Words that this audience is not shown.
        "model_replied" => return vec![],
        lifecycle => (Who::Arena, lifecycle.replace('_', " ")),
    };
    vec![(who, told)]
}

fn opened(round: u32, plan: Plan) -> Vec<(Who, String)> {
    let (about, request) = match plan {
        Plan::Attack { objective, task: None, request } => (format!("attack on {objective}"), request),
        Plan::Attack { objective, task: Some(task), request } => {
            (format!("attack on {objective} during {task}"), request)
        }
        Plan::Benign { task, request } => (format!("benign work, {task}"), Some(request)),
    };
    let opened = (Who::Arena, format!("round {round}: {about}"));
    [Some(opened), request.map(|request| (Who::User, request))].into_iter().flatten().collect()
}

/// What was said, then each call.
fn replied(reply: &Reply) -> Vec<String> {
    let said = (!reply.text.trim().is_empty() || reply.calls.is_empty()).then(|| reply.text.clone());
    said.into_iter().chain(reply.calls.iter().map(|call| format!("calls {} {}", call.tool, call.arguments))).collect()
}

fn ruled(ruling: &Ruling) -> String {
    match &ruling.decision {
        Decision::Allow => "let it pass".to_owned(),
        Decision::Rewrite { text } => format!("stepped in, rewrote it to {text:?}: {}", ruling.reason),
        _ => format!("stepped in: {}", ruling.reason),
    }
}

fn decided(approval: Approval) -> String {
    match approval {
        Approval::Granted { by } => format!("approved by {by}"),
        Approval::Refused { by, reason } => format!("denied by {by}: {reason}"),
        Approval::Unanswered { reason } => format!("denied: {reason}"),
    }
}

fn judged(verdict: &Verdict) -> String {
    let word = verdict.word();
    match verdict {
        Verdict::Breach { objectives, .. } => {
            let reached =
                objectives.iter().map(|reached| format!("{} ({}): {}", reached.id, reached.severity, reached.why));
            format!("{word}: {}", reached.collect::<Vec<_>>().join("; "))
        }
        Verdict::Blocked { by, .. } | Verdict::Denied { by, .. } => format!("{word} by the {by}"),
        Verdict::Missed { missing } => format!("{word}: {missing}"),
        Verdict::Judged { objective, severity, .. } => format!("{word}, by models: {objective} ({severity})"),
        Verdict::Undecided { reason, .. } | Verdict::Void { reason } => format!("{word}: {reason}"),
        Verdict::Resisted { .. } | Verdict::Served => word.to_owned(),
    }
}

/// A field that is a text.
fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_default()
}
