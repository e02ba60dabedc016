//! Plays whole matches: the rules answer what they can, tools are simulated, the three seats keep to what a test has them say.

use arena_core::effect::Effect;
use arena_core::engine::{Match, open, settle, step, unanswered};
use arena_core::event::{Event, Plan, Record};
use arena_core::id::{CallId, Seat};
use arena_core::message::Request;
use arena_core::prompt;
use arena_core::ruling::{Checkpoint, Decision, Ruling};
use jiff::Timestamp;

use crate::table::{Table, fill, reply};

/// What the seats say in one round. `{{flag.ID}}` and its forms are filled in, see [`fill`].
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a> {
    /// What the round is about: the objective of an attack or the task of benign work; of both if the channel is indirect.
    /// Both `None` leaves it to the seed.
    pub(crate) objective: Option<&'a str>,
    pub(crate) task: Option<&'a str>,
    pub(crate) red: &'a str,
    /// Where Blue does something else than to let it pass: `block`, or what shall pass instead.
    pub(crate) blue: &'a [(Checkpoint, &'a str)],
    /// Why Blue says it does so.
    pub(crate) reason: &'a str,
    /// The Target's answers, one after the other, see [`reply`]; then it says nothing.
    pub(crate) target: &'a [&'a str],
}

/// A round of the seed's choice in which nobody says much.
pub(crate) const QUIET: Lines<'_> =
    Lines { objective: None, task: None, red: "please", blue: &[], reason: "fine", target: &["no"] };

/// A match that was played.
pub(crate) struct Played {
    /// Each record with the match before it and after it.
    pub(crate) records: Vec<(Option<Match>, Record, Match)>,
    /// What the models were asked, with what was then looked at if that was Blue.
    pub(crate) requests: Vec<(Match, Request)>,
    pub(crate) game: Match,
}

/// Plays the match of `table` to its end, round after round by `lines`; a continuous one until the lines are spent.
pub(crate) fn play(table: &Table, lines: &[Lines<'_>]) -> Played {
    let first = table.created();
    let game = open(&first).unwrap();
    let mut played = Played { records: vec![(None, first, game.clone())], requests: vec![], game };
    let mut event = Event::Started;
    loop {
        let before = played.game.clone();
        let at = Timestamp::UNIX_EPOCH;
        let record = Record { seq: played.game.last.next(), at, event };
        step(&mut played.game, &record).unwrap_or_else(|error| panic!("{error}: {record:?}"));
        played.records.push((Some(before), record, played.game.clone()));
        let game = &played.game;
        let (Some(effect), Some(lines)) = (unanswered(game).pop(), lines.get(game.verdicts.len()).or(lines.last()))
        else {
            return played;
        };
        if let Effect::AskModel { seat, .. } = effect {
            played.requests.push((game.clone(), prompt::request(game, seat).expect("somebody sits there")));
        }
        event = answer(game, &effect, lines);
    }
}

/// The records alone.
impl Played {
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.records.iter().map(|(_, record, _)| &record.event)
    }
}

fn answer(game: &Match, effect: &Effect, lines: &Lines<'_>) -> Event {
    match effect {
        Effect::OpenRound { round, .. } => {
            let scenario = &game.spec.scenario;
            let task = lines.task.map(|task| scenario.task(task).expect("the task is in the scenario"));
            let id = task.map(|task| task.id.clone());
            let request = task.map(|task| task.request.clone());
            let plan = match (lines.objective, id, request) {
                (Some(objective), task, request) => {
                    Plan::Attack { objective: objective.parse().unwrap(), task, request }
                }
                (None, Some(task), Some(request)) => Plan::Benign { task, request },
                _ => game.spec.plan(*round).unwrap(),
            };
            Event::RoundOpened { round: *round, plan }
        }
        Effect::AskModel { call, seat: Seat::Red } => said(game, *call, Seat::Red, lines.red),
        Effect::AskModel { seat: Seat::Blue, .. } if game.guard().is_some_and(|guard| guard.rules().is_some()) => {
            settle(game, effect).expect("rules answer themselves")
        }
        Effect::AskModel { call, seat: Seat::Blue } if game.awaits_patch() => {
            said(game, *call, Seat::Blue, r#"{"prompt":"","rule":"","reason":"all is well"}"#)
        }
        Effect::AskModel { call, seat: Seat::Blue } => {
            let checkpoint = game.guarded().unwrap().checkpoint();
            let decision = match lines.blue.iter().find(|(at, _)| *at == checkpoint) {
                None => Decision::Allow,
                Some((_, "block")) => Decision::Block,
                Some((_, text)) => Decision::Rewrite { text: fill(game, text) },
            };
            let ruling = Ruling { decision, reason: fill(game, lines.reason), confidence: None };
            Event::GuardRuled { call: *call, checkpoint, guard: None, ruling, reply: Some(reply(game, lines.reason)) }
        }
        Effect::AskModel { call, seat: Seat::Target } => {
            let n_before = game.round().unwrap().n_steps as usize - 1;
            said(game, *call, Seat::Target, lines.target.get(n_before).unwrap_or(&""))
        }
        Effect::RunTool { call, tool_call } => {
            let tool = game.spec.scenario.tool(&tool_call.tool).expect("the rules let only known tools run");
            let outcome = tool.simulate(&game.round().unwrap().world, &tool_call.arguments);
            Event::ToolReturned { call: *call, outcome, execution: None }
        }
        other => settle(game, other).unwrap_or_else(|| panic!("the rules do not answer {other:?}")),
    }
}

fn said(game: &Match, call: CallId, seat: Seat, words: &str) -> Event {
    Event::ModelReplied { call, seat, reply: reply(game, words) }
}
