//! A match as people read it, an event after the other.

use std::fmt::Write as _;
use std::num::NonZeroU32;

use anstyle::{AnsiColor, Style};
use arena_core::converter::Converter;
use arena_core::event::{Answer, Event, Plan};
use arena_core::id::Seat;
use arena_core::message::Reply;
use arena_core::name::Name;
use arena_core::referee::{Verdict, Work};
use arena_core::ruling::{Approval, Decision, Fallback, Permission, Ruling};
use arena_core::spec::{Contestant, Spec};
use arena_core::tool::ToolOutcome;
use arena_core::world::Change;

use super::visible::visible;

const RED: Style = AnsiColor::Red.on_default();
const BLUE: Style = AnsiColor::Blue.on_default();
const TARGET: Style = AnsiColor::Cyan.on_default();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
/// Where the world keeps the files of the workspace.
const WORKSPACE: &str = "/files/";
const ODD: Style = AnsiColor::Yellow.on_default().bold();

/// What is printed for an event; empty for events that only tell a machine something.
pub(super) fn lines(event: &Event) -> String {
    match event {
        Event::Created { spec, .. } => head(spec),
        Event::Started
        | Event::CallRuled { permission: Permission::Allowed { .. }, .. }
        | Event::ToolStarted { .. } => String::new(),
        Event::Paused => said("arena", DIM, "paused"),
        Event::Resumed => said("arena", DIM, "resumed"),
        Event::Stopped { reason } => said("arena", ODD, &format!("stopped: {reason}")),
        Event::Failed { failure } => said("arena", BAD, &format!("failed: {}", failure.message)),
        Event::Completed { outcome, exhausted } => {
            let why = exhausted.as_ref().map(|exhausted| format!(" ({exhausted})")).unwrap_or_default();
            said("arena", BOLD, &format!("over{why}: {}", outcome.winner.phrase()))
        }
        Event::RoundOpened { round, plan } => opened(*round, plan),
        Event::AttackSent { text, attack, converters, takes_back } => {
            sent(text, attack.as_ref(), converters, *takes_back)
        }
        Event::PatchDecided { patch, diff, approval, .. } => {
            let decided = match approval {
                Approval::Granted { by } => said("arena", GOOD, &format!("patch accepted by {by}: {}", patch.reason)),
                Approval::Refused { by, reason } => said("arena", ODD, &format!("patch refused by {by}: {reason}")),
                Approval::Unanswered { reason } => said("arena", ODD, &format!("patch refused: {reason}")),
            };
            format!("\n{}{decided}", said("blue", BLUE, diff))
        }
        Event::ModelReplied { seat, reply, .. } => replied(*seat, reply),
        Event::ModelFailed { seat, failure, .. } => said(seat.word(), ODD, &format!("no answer: {}", failure.message)),
        Event::GuardRuled { checkpoint, guard, ruling, reply, .. } => {
            let who = guard.as_ref().map(|guard| format!("{guard} at ")).unwrap_or_default();
            let ruled = format!("{}{who}{checkpoint}: {}{}", mark(ruling), decision(ruling), reason(ruling));
            reply.as_ref().map(|reply| took(Seat::Blue, reply)).unwrap_or_default() + &said("blue", BLUE, &ruled)
        }
        Event::CallRuled { permission: Permission::Denied { reason, .. }, .. } => {
            said("rules", ODD, &format!("denied: {reason}"))
        }
        Event::CallRuled { permission: Permission::Asked { rule }, .. } => {
            said("rules", ODD, &format!("a person has to allow it, by {rule}: arena approve"))
        }
        Event::PersonDecided { approval, .. } => match approval {
            Approval::Granted { by } => said("person", GOOD, &format!("approved by {by}")),
            Approval::Refused { by, reason } => said("person", ODD, &format!("denied by {by}: {reason}")),
            Approval::Unanswered { reason } => said("person", ODD, &format!("denied: {reason}")),
        },
        Event::ToolReturned { outcome, .. } => match outcome {
            ToolOutcome::Done { output, changes } => said("tool", DIM, &format!("→ {output}")) + &files(changes),
            ToolOutcome::Failed { message } => said("tool", DIM, &format!("→ error: {message}")),
            ToolOutcome::Unavailable { reason } => said("tool", ODD, &format!("→ could not be run: {reason}")),
            ToolOutcome::Interrupted => said("tool", ODD, "→ interrupted; it is not run again"),
        },
        Event::AnswerReleased { answer } => match answer {
            // The Target's own words stand right above.
            Answer::Given { .. } => String::new(),
            Answer::Withheld { at } => said("out", DIM, &format!("(nothing: stopped at {at})")),
        },
        Event::FlagSubmitted { guess, right, .. } => {
            let (style, found) = if *right { (BAD, "the flag") } else { (DIM, "not the flag") };
            said("arena", style, &format!("guess {guess}: {found}"))
        }
        Event::RoundJudged { verdict, disclosed, .. } => {
            let known = disclosed.iter().filter(|_| !matches!(verdict, Verdict::Breach { .. }));
            let known = known.map(|(flag, bits)| format!("{bits} of 128 bits of flag {flag} are out"));
            let known: Vec<String> = known.collect();
            let known = if known.is_empty() { String::new() } else { said("judge", ODD, &known.join("; ")) };
            judged(verdict) + &known
        }
    }
}

fn head(spec: &Spec) -> String {
    let who = |seat: Seat, contestant: Option<&Contestant>| match contestant {
        None => format!("{seat} nobody"),
        Some(Contestant { agent, model }) => format!("{seat} {} ({})", agent.name, visible(&model.to_string())),
    };
    let seats: Vec<String> = Seat::ALL.into_iter().map(|seat| who(seat, spec.contestant(seat))).collect();
    let rounds = match spec.n_rounds.map(NonZeroU32::get) {
        None => "until stopped".to_owned(),
        Some(1) => "1 round".to_owned(),
        Some(n) => format!("{n} rounds"),
    };
    let mock = if spec.has_mock() { format!("  {ODD}MOCK{ODD:#}") } else { String::new() };
    format!(
        "{BOLD}{}{BOLD:#} · {} · {rounds} · seed {}\n{DIM}{}{DIM:#}{mock}\n",
        spec.scenario.name,
        visible(&spec.scenario.title),
        spec.seed,
        seats.join(" · ")
    )
}

fn opened(round: u32, plan: &Plan) -> String {
    let (kind, request) = match plan {
        Plan::Attack { objective, task: None, .. } => (format!("{RED}attack{RED:#} · {objective}"), None),
        Plan::Attack { objective, task: Some(task), request } => {
            (format!("{RED}attack{RED:#} · {objective} · during {task}"), request.as_deref())
        }
        Plan::Benign { task, request } => (format!("benign · {task}"), Some(request.as_str())),
    };
    let mut lines = format!("\n{BOLD}round {round}{BOLD:#} · {kind}\n");
    if let Some(request) = request {
        lines += &said("user", DIM, request);
    }
    lines
}

/// What Red's strategy made, with what it is made of.
fn sent(text: &str, attack: Option<&Name>, converters: &[Converter], takes_back: bool) -> String {
    let back = if takes_back { said("red", DIM, "(takes the last exchange back)") } else { String::new() };
    let words = attack.map(ToString::to_string).into_iter().chain(converters.iter().map(ToString::to_string));
    let words = words.collect::<Vec<_>>().join(" · ");
    let made = if words.is_empty() { String::new() } else { said("red", DIM, &format!("({words})")) };
    back + &made + &said("red", RED, text)
}

fn replied(seat: Seat, reply: &Reply) -> String {
    let style = match seat {
        Seat::Red => RED,
        Seat::Blue => BLUE,
        Seat::Target => TARGET,
        Seat::Judge => DIM,
    };
    let mut lines = took(seat, reply);
    if !reply.text.trim().is_empty() || reply.calls.is_empty() {
        lines += &said(seat.word(), style, &reply.text);
    }
    for call in &reply.calls {
        lines += &said(seat.word(), style, &format!("calls {} {}", call.tool, call.arguments));
    }
    lines
}

/// What it took to get an answer, if it was not the first attempt, or if somebody else than usual gave it.
fn took(seat: Seat, reply: &Reply) -> String {
    let failed: Vec<String> =
        reply.attempts.iter().map(|attempt| format!("{}: {}", attempt.model, attempt.class.word())).collect();
    let took = match (failed.is_empty(), reply.cached) {
        (true, false) => String::new(),
        (true, true) => said(seat.word(), DIM, "(from the response cache)"),
        (false, _) => said(seat.word(), DIM, &format!("({}; answered by {})", failed.join(", "), reply.answered_by)),
    };
    // Who sits there is no mock by name, so that the head of the match could not say it.
    let is_stand_in = reply.answered_by.is_mock() && reply.requested.is_some();
    if is_stand_in {
        took + &said("arena", ODD, "MOCK stands in: the figures of this match say nothing about a model")
    } else {
        took
    }
}

/// Which files a tool wrote and removed.
fn files(changes: &[Change]) -> String {
    /// More than this nobody reads in a transcript.
    const MAX_SHOWN: usize = 5;
    let touched: Vec<String> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Set { path, .. } => Some(format!("wrote {}", path.strip_prefix(WORKSPACE)?)),
            Change::Remove { path } => Some(format!("removed {}", path.strip_prefix(WORKSPACE)?)),
            Change::Append { .. } => None,
        })
        .collect();
    if touched.is_empty() {
        return String::new();
    }
    let more = touched.len().saturating_sub(MAX_SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown = touched[..touched.len().min(MAX_SHOWN)].join(", ").replace("~1", "/").replace("~0", "~");
    said("files", DIM, &(shown + &more))
}

fn judged(verdict: &Verdict) -> String {
    let (style, text) = match verdict {
        Verdict::Breach { objectives, work } => {
            let reached: Vec<String> = objectives
                .iter()
                .map(|objective| format!("{} ({}): {}", objective.id, objective.severity, objective.why))
                .collect();
            (BAD, format!("▲ breach · {}{}", reached.join("; "), worked(work.as_ref())))
        }
        Verdict::Blocked { by, work, .. } => (GOOD, format!("■ blocked · by the {by}{}", worked(work.as_ref()))),
        Verdict::Resisted { work } => (GOOD, format!("● resisted{}", worked(work.as_ref()))),
        Verdict::Served => (GOOD, "● served".to_owned()),
        Verdict::Denied { by, .. } => (ODD, format!("■ denied · by the {by}")),
        Verdict::Missed { missing } => (ODD, format!("○ missed · {missing}")),
        Verdict::Judged { reached, objective, severity, .. } => {
            if *reached {
                (BAD, format!("▲ judged a breach, by models · {objective} ({severity})"))
            } else {
                (GOOD, "● judged resisted, by models".to_owned())
            }
        }
        Verdict::Undecided { reason, .. } => (ODD, format!("? undecided · {reason}")),
        Verdict::Void { reason } => (ODD, format!("? void · {reason}")),
    };
    said("judge", style, &text)
}

fn worked(work: Option<&Work>) -> String {
    match work {
        None => String::new(),
        Some(Work::Served) => " · task served".to_owned(),
        Some(Work::Denied { by, .. }) => format!(" · task denied by the {by}"),
        Some(Work::Missed { missing }) => format!(" · task missed: {missing}"),
    }
}

fn decision(ruling: &Ruling) -> String {
    match &ruling.decision {
        Decision::Allow => "allow".to_owned(),
        Decision::Block => "block".to_owned(),
        Decision::Rewrite { text } => format!("rewrite to {text:?}"),
        Decision::Mark { .. } => "allow, marked as data".to_owned(),
        Decision::Unreadable { taken_as: Fallback::Allow } => "unreadable, taken as allow".to_owned(),
        Decision::Unreadable { taken_as: Fallback::Block } => "unreadable, taken as block".to_owned(),
    }
}

fn mark(ruling: &Ruling) -> &'static str {
    if ruling.intervenes() { "■ " } else { "" }
}

fn reason(ruling: &Ruling) -> String {
    if ruling.intervenes() { format!(" · {}", ruling.reason) } else { String::new() }
}

/// Who, then the text, its further lines set in. The text is an agent's: whatever is in it, it is shown as text.
fn said(who: &str, style: Style, text: &str) -> String {
    let text = visible(text);
    let mut lines = text.lines();
    let mut out = format!("  {style}{who:<7}{style:#} {}\n", lines.next().unwrap_or_default());
    for line in lines {
        let _ = writeln!(out, "          {line}");
    }
    out
}
