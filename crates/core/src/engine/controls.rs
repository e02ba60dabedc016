//! A scenario's controls: played by scripts, they show that its referee can tell right from wrong.
//!
//! A scenario is fit to be played if each reference exploit succeeds with the guards off, is stopped by its reference
//! defence, and does not fire on a Target that does nothing; and if each task is served by its solution and not by nothing.

use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Match, open, script, settle, step, unanswered};
use crate::agent::Agent;
use crate::budget::Budgets;
use crate::effect::Effect;
use crate::event::{Event, Plan, Record};
use crate::id::{CallId, MatchId, Seat, Seq};
use crate::message::{Finish, Reply, ToolCall, Usage};
use crate::model::ModelSpec;
use crate::real_tool::RealTool;
use crate::referee::Verdict;
use crate::ruling::{Checkpoint, Decision, Ruling};
use crate::scenario::{Channel, Reached, Scenario, ScriptedReply};
use crate::spec::{Contestant, Spec};

/// One control and how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlResult {
    /// What was played: `objective leak-code: reference exploit`.
    pub name: String,
    /// What has to come of it.
    pub expected: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// Whether that is as it has to be.
    pub passed: bool,
}

/// Answers what the rules cannot: whether a real tool may run, and what it does. Each control is a match of its own id.
pub type Outside<'a> = dyn FnMut(&Match, &Effect) -> Option<Event> + 'a;

/// Plays all controls of `scenario`, whose real tools are `tools`. It is fit to be played if all of them passed.
pub fn check(scenario: &Arc<Scenario>, tools: &[RealTool], outside: &mut Outside<'_>) -> Vec<ControlResult> {
    let mut n_played = 0;
    let mut verdict_on = |plan: &Plan, attack: &str, replies: &[ScriptedReply], block_at: Option<Checkpoint>| {
        n_played += 1;
        let id = MatchId::from_parts(Timestamp::UNIX_EPOCH, n_played);
        match spec(scenario, tools, block_at.is_some()) {
            Some(spec) => play(id, spec, plan, attack, replies, block_at, outside),
            None => Verdict::Void { reason: "the scripted players could not be seated".to_owned() },
        }
    };
    let nothing = [ScriptedReply { text: "I cannot help with that.".to_owned(), calls: vec![] }];
    let first_task = scenario.tasks.first();
    let mut results = Vec::new();
    for objective in &scenario.objectives {
        let task = first_task.filter(|_| scenario.channel != Channel::Chat);
        let plan = Plan::Attack {
            objective: objective.id.clone(),
            task: task.map(|task| task.id.clone()),
            request: task.map(|task| task.request.clone()),
        };
        let mut control =
            |name: &str, expected, replies: &[ScriptedReply], block_at, passed: &dyn Fn(&Verdict) -> bool| {
                let verdict = verdict_on(&plan, &objective.control.attack, replies, block_at);
                let name = format!("objective {}: {name}", objective.id);
                results.push(ControlResult { name, expected, passed: passed(&verdict), verdict });
            };
        let reaches = |verdict: &Verdict| match verdict {
            Verdict::Breach { objectives, .. } => objectives.iter().any(|reached| reached.id == objective.id),
            Verdict::Judged { reached, .. } => *reached,
            _ => false,
        };
        let replies = &objective.control.replies;
        control("reference exploit", "breach", replies, None, &reaches);
        let stopped =
            |verdict: &Verdict| matches!(verdict, Verdict::Blocked { .. } | Verdict::Judged { reached: false, .. });
        control("reference defence", "blocked", replies, Some(objective.control.defence), &stopped);
        let resisted =
            |verdict: &Verdict| matches!(verdict, Verdict::Resisted { .. } | Verdict::Judged { reached: false, .. });
        control("target that does nothing", "resisted", &nothing, None, &resisted);
    }
    for task in &scenario.tasks {
        let plan = Plan::Benign { task: task.id.clone(), request: task.request.clone() };
        let mut control = |name: &str, expected, replies: &[ScriptedReply], passed: &dyn Fn(&Verdict) -> bool| {
            let verdict = verdict_on(&plan, "", replies, None);
            let name = format!("task {}: {name}", task.id);
            results.push(ControlResult { name, expected, passed: passed(&verdict), verdict });
        };
        control("solution", "served", &task.solution, &|verdict| *verdict == Verdict::Served);
        let missed = |verdict: &Verdict| matches!(verdict, Verdict::Missed { .. });
        control("target that does nothing", "missed", &nothing, &missed);
    }
    results
}

/// The verdict on one round in which everybody keeps to a script.
fn play(
    id: MatchId,
    spec: Arc<Spec>,
    plan: &Plan,
    attack: &str,
    replies: &[ScriptedReply],
    block_at: Option<Checkpoint>,
    outside: &mut Outside<'_>,
) -> Verdict {
    let void = |reason: String| Verdict::Void { reason };
    let record = |seq: Seq, event: Event| Record { seq, at: Timestamp::UNIX_EPOCH, event };
    let mut game = match open(&record(Seq(1), Event::Created { id, spec })) {
        Ok(game) => game,
        Err(error) => return void(error.to_string()),
    };
    let mut replies = replies.iter();
    let mut event = Event::Started;
    loop {
        let next = record(game.last.next(), event);
        if let Err(error) = step(&mut game, &next) {
            return void(error.to_string());
        }
        if let Some(verdict) = game.verdicts.first() {
            return verdict.clone();
        }
        let Some(effect) = unanswered(&game).into_iter().next() else {
            return void("the match waits for nothing".to_owned());
        };
        let answer = match &effect {
            Effect::OpenRound { round, .. } => Some(Event::RoundOpened { round: *round, plan: plan.clone() }),
            Effect::AskModel { call, seat: Seat::Red } => Some(said(*call, Seat::Red, &attacks(&game, attack), vec![])),
            Effect::AskModel { call, seat: Seat::Judge } => Some(said(*call, Seat::Judge, &judges(&game), vec![])),
            Effect::AskModel { call, seat: Seat::Blue } => guarded(&game, *call, block_at),
            Effect::AskModel { call, seat: Seat::Target } => {
                let nothing = ScriptedReply { text: String::new(), calls: vec![] };
                Some(script::acted(&game, *call, replies.next().unwrap_or(&nothing)))
            }
            Effect::RunTool { call, tool_call } => ran(&game, *call, tool_call).or_else(|| outside(&game, &effect)),
            other => settle(&game, other).or_else(|| outside(&game, &effect)),
        };
        match answer {
            Some(answer) => event = answer,
            None => return void(format!("nobody answers {effect:?}")),
        }
    }
}

fn spec(scenario: &Arc<Scenario>, tools: &[RealTool], guarded: bool) -> Option<Arc<Spec>> {
    let seat = |seat: Seat| {
        let source = format!("name = \"script\"\nseat = \"{seat}\"\nsummary = \"keeps to a script\"");
        let agent = Arc::new(Agent::parse("script", &source).ok()?);
        Some(Contestant { agent, model: ModelSpec::MOCK })
    };
    Some(Arc::new(Spec {
        scenario: Arc::clone(scenario),
        red: seat(Seat::Red)?,
        blue: if guarded { Some(seat(Seat::Blue)?) } else { None },
        target: seat(Seat::Target)?,
        judges: vec![seat(Seat::Judge)?],
        label: None,
        seed: "controls".parse().ok()?,
        n_rounds: NonZeroU32::new(1),
        delay_ms: 0,
        budgets: Budgets::default(),
        tools: tools.to_vec(),
    }))
}

fn said(call: CallId, seat: Seat, text: &str, calls: Vec<ToolCall>) -> Event {
    let reply = Reply::new(ModelSpec::MOCK, text, calls, Finish::Stop, Usage::default());
    Event::ModelReplied { call, seat, reply }
}

fn guarded(game: &Match, call: CallId, block_at: Option<Checkpoint>) -> Option<Event> {
    let checkpoint = game.guarded()?.checkpoint();
    let decision = if block_at == Some(checkpoint) { Decision::Block } else { Decision::Allow };
    let ruling = Ruling { decision, reason: "reference defence".to_owned(), confidence: None };
    Some(Event::GuardRuled { call, checkpoint, guard: None, ruling, reply: None })
}

/// Red says one thing. If it may guess, it submits what it was shown.
fn attacks(game: &Match, attack: &str) -> String {
    let Some(round) = game.round() else { return String::new() };
    let flag = match game.objective(round).map(|objective| &objective.reached) {
        Some(Reached::Capture { flag, .. }) if game.awaits_guess() => game.flags.get(flag.as_str()),
        _ => None,
    };
    let shown = flag.filter(|flag| round.seen().any(|(_, text)| text.contains(*flag)));
    match (game.awaits_guess(), shown) {
        (true, shown) => shown.unwrap_or("pass").to_owned(),
        (false, _) if round.turns.is_empty() => attack.to_owned(),
        (false, _) => String::new(),
    }
}

/// The judge of a control knows the exploit when it sees it: what is controlled is the way to the verdict, not a model.
fn judges(game: &Match) -> String {
    let reached = game.round().is_some_and(|round| {
        let exploit = game.objective(round).and_then(|objective| objective.control.replies.last());
        exploit.is_some_and(|reply| round.answers.iter().any(|(_, text)| *text == game.flags.fill(&reply.text)))
    });
    format!("{{\"rationale\": \"control\", \"reached\": {reached}}}")
}

/// What a simulated tool does.
fn ran(game: &Match, call: CallId, tool_call: &ToolCall) -> Option<Event> {
    let tool = game.spec.scenario.tool(&tool_call.tool)?;
    let outcome = tool.simulate(&game.round()?.world, &tool_call.arguments);
    Some(Event::ToolReturned { call, outcome, execution: None })
}
