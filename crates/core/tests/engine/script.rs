//! A script is a match, one line an event: what happens, `=>`, and what the match then waits for that it did not before.
//!
//! | line | event |
//! | --- | --- |
//! | `start`, `pause`, `resume`, `stop` | somebody runs the match |
//! | `attack OBJECTIVE`, `benign TASK` | the round that is awaited opens |
//! | `red 1 TEXT`, `target 3 TEXT`, `target 3 call TOOL JSON & call ...` | a model answers call 1, 3 |
//! | `blue 2 allow`, `block`, `rewrite TEXT`, `babble`; `blue@output 2 ...` | Blue rules where it is asked, or elsewhere |
//! | `fail red 1 unavailable` | a model does not answer |
//! | `tool 4`, `tool 4 lost` | the tool ran (simulated), or was interrupted |
//! | `ruled 4 allow`, `ask`, `deny REASON` | the permissions speak on the call of a real tool |
//! | `person 4 grant`, `refuse REASON`, `away` | a person speaks on it, or nobody |
//! | `ran 4 OUTPUT`, `broke 4` | the real tool ran, and wrote its output into the file `out`; or could not be run |
//! | `settle` | whatever the rules themselves answer |
//! | `#9 LINE` | the same with another seq |
//! | `wait 5` | no event; 5 seconds go by |
//! | `told`, `heard`, `stage` | no event; the last the Target was told, its whole conversation, the match's stage |

use arena_core::effect::Effect;
use arena_core::engine::{Match, Subject, fold, open, settle, step, unanswered};
use arena_core::event::{Answer, Event, Plan, Record};
use arena_core::execution::Execution;
use arena_core::files::{self, Entry};
use arena_core::id::{CallId, Seat, Seq};
use arena_core::message::{FailureClass, Message, ModelFailure};
use arena_core::ruling::{Approval, Checkpoint, Decision, Permission, Ruling};
use arena_core::tool::ToolOutcome;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::table::{Table, reply};

/// Plays the left side of each line and compares the whole script with what came of it.
#[track_caller]
pub(crate) fn check(table: &Table, script: &str) {
    let script: Vec<&str> = script.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let first = table.created();
    let mut play = Play { game: open(&first).unwrap(), records: vec![first], now: Timestamp::UNIX_EPOCH };
    let played: Vec<String> = script
        .iter()
        .map(|line| {
            let (does, then) = line.split_once(" =>").map_or((*line, ""), |(does, _)| (does, " => "));
            format!("{does}{then}{}", play.line(does)).trim_end().to_owned()
        })
        .collect();
    assert!(played == script, "played:\n{}\n\nbut the script says:\n{}\n", played.join("\n"), script.join("\n"));
    assert_eq!(fold(&play.records).unwrap(), Some(play.game), "the records give another match");
}

struct Play {
    game: Match,
    records: Vec<Record>,
    now: Timestamp,
}

impl Play {
    fn line(&mut self, line: &str) -> String {
        let (seq, line) = match line.strip_prefix('#').and_then(|line| line.split_once(' ')) {
            Some((seq, line)) => (Seq(seq.parse().unwrap()), line),
            None => (self.game.last.next(), line),
        };
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let event = match word {
            "wait" => {
                self.now += SignedDuration::from_secs(rest.parse().unwrap());
                return String::new();
            }
            "heard" => {
                let round = self.game.round().expect("a round is played");
                let texts = round.thread.iter().map(|message| match message {
                    Message::System { text }
                    | Message::User { text }
                    | Message::Assistant { text, .. }
                    | Message::Tool { text, .. } => text.as_str(),
                });
                return texts.collect::<Vec<_>>().join(" | ");
            }
            "stage" => return self.game.stage.word().to_owned(),
            "told" => {
                return match self.game.round().and_then(|round| round.thread.last()) {
                    Some(Message::User { text } | Message::Tool { text, .. }) => text.clone(),
                    other => panic!("the Target was not told anything: {other:?}"),
                };
            }
            _ => event(&self.game, word, rest),
        };
        let settled = if word == "settle" { facts(&event) } else { String::new() };
        let record = Record { seq, at: self.now, event };
        let before = self.game.clone();
        let Ok(effects) = step(&mut self.game, &record) else {
            assert_eq!(self.game, before, "an illegal event changed the match");
            return "illegal".to_owned();
        };
        // A runner that takes over asks for exactly what a runner that was there asks for.
        let waits = unanswered(&self.game);
        assert!(waits.len() <= 1 && effects.iter().all(|effect| waits.contains(effect)), "{effects:?} of {waits:?}");
        self.records.push(record);
        let shown = effects.iter().map(show).collect::<Vec<_>>().join(", ");
        format!("{settled}{shown}")
    }
}

fn event(game: &Match, word: &str, rest: &str) -> Event {
    let (call, words) = rest.split_once(' ').unwrap_or((rest, ""));
    let call = || CallId(call.parse().unwrap());
    let scenario = &game.spec.scenario;
    match word {
        "start" => Event::Started,
        "pause" => Event::Paused,
        "resume" => Event::Resumed,
        "stop" => Event::Stopped { reason: "enough".to_owned() },
        "attack" => {
            let plan = Plan::Attack { objective: rest.parse().unwrap(), task: None, request: None };
            Event::RoundOpened { round: awaited_round(game), plan }
        }
        "benign" => {
            let task = scenario.task(rest).unwrap();
            let plan = Plan::Benign { task: task.id.clone(), request: task.request.clone() };
            Event::RoundOpened { round: awaited_round(game), plan }
        }
        "red" => Event::ModelReplied { call: call(), seat: Seat::Red, reply: reply(game, words) },
        "target" => Event::ModelReplied { call: call(), seat: Seat::Target, reply: reply(game, words) },
        "judge" => Event::ModelReplied { call: call(), seat: Seat::Judge, reply: reply(game, words) },
        "patch" => {
            let Some(Effect::DecidePatch { call, patch }) = unanswered(game).pop() else { panic!("no patch is there") };
            let approval = Approval::Granted { by: rest.to_owned() };
            arena_core::engine::decided(game, call, &patch, approval)
        }
        "blue-as-model" => Event::ModelReplied { call: call(), seat: Seat::Blue, reply: reply(game, words) },
        "fail" => {
            let words: Vec<&str> = rest.split(' ').collect();
            let failure = ModelFailure::unasked(read::<FailureClass>(words[2]), words[2]);
            Event::ModelFailed { call: CallId(words[1].parse().unwrap()), seat: read::<Seat>(words[0]), failure }
        }
        "ruled" => {
            let permission = match words.split_once(' ').unwrap_or((words, "")) {
                ("allow", _) => Permission::Allowed { rule: Some("safe(*)".to_owned()) },
                ("ask", _) => Permission::Asked { rule: "safe(*)".to_owned() },
                ("deny", reason) => Permission::denied(reason),
                other => panic!("no such permission: {other:?}"),
            };
            Event::CallRuled { call: call(), tool: "safe".to_owned(), arguments: Value::Null, permission }
        }
        "person" => {
            let by = || "the night watch".to_owned();
            let approval = match words.split_once(' ').unwrap_or((words, "")) {
                ("grant", _) => Approval::Granted { by: by() },
                ("refuse", reason) => Approval::Refused { by: by(), reason: reason.to_owned() },
                _ => Approval::Unanswered { reason: "nobody is there to decide".to_owned() },
            };
            Event::PersonDecided { call: call(), approval }
        }
        "ran" => {
            let changes = vec![files::written("out", &Entry::Text(words.to_owned()))];
            let outcome = ToolOutcome::Done { output: words.to_owned(), changes };
            Event::ToolReturned { call: call(), outcome, execution: Some(Execution::default()) }
        }
        "broke" => {
            let outcome = ToolOutcome::Unavailable { reason: "there is no sandbox".to_owned() };
            Event::ToolReturned { call: call(), outcome, execution: None }
        }
        "started" => Event::ToolStarted { call: call() },
        "tool" => {
            let Some(Effect::RunTool { tool_call, .. }) = unanswered(game).pop().filter(|_| words != "lost") else {
                return Event::ToolReturned { call: call(), outcome: ToolOutcome::Interrupted, execution: None };
            };
            let tool = scenario.tool(&tool_call.tool).unwrap();
            let outcome = tool.simulate(&game.round().unwrap().world, &tool_call.arguments);
            Event::ToolReturned { call: call(), outcome, execution: None }
        }
        "settle" => {
            unanswered(game).first().and_then(|effect| settle(game, effect)).expect("the rules settle what is awaited")
        }
        _ => {
            let here = game.guarded().map_or(Checkpoint::Input, Subject::checkpoint);
            let checkpoint = match word.split_once('@') {
                Some(("blue", at)) => read::<Checkpoint>(at),
                None if word == "blue" => here,
                other => panic!("no such event: {word} {other:?}"),
            };
            Event::GuardRuled {
                call: call(),
                checkpoint,
                guard: None,
                ruling: ruling(game, words),
                reply: Some(reply(game, words)),
            }
        }
    }
}

fn ruling(game: &Match, words: &str) -> Ruling {
    let decision = match words.split_once(' ').unwrap_or((words, "")) {
        ("allow", _) => Decision::Allow,
        ("block", _) => Decision::Block,
        ("rewrite", text) => Decision::Rewrite { text: text.to_owned() },
        ("mark", text) => Decision::Mark { text: text.to_owned() },
        _ => return game.guard().unwrap().read(words),
    };
    Ruling { decision, reason: "the guard's reason".to_owned(), confidence: None }
}

/// The round that is awaited; 1 if none is.
fn awaited_round(game: &Match) -> u32 {
    match unanswered(game).first() {
        Some(Effect::OpenRound { round, .. }) => *round,
        _ => 1,
    }
}

fn read<T: serde::de::DeserializeOwned>(word: &str) -> T {
    serde_json::from_value(Value::from(word)).unwrap()
}

fn show(effect: &Effect) -> String {
    match effect {
        Effect::OpenRound { round, not_before } => format!("open {round} from {}s", not_before.as_second()),
        Effect::AskModel { call, seat } => format!("ask {seat} {}", call.0),
        Effect::RuleOnCall { call, tool_call } => format!("rule {} {} {}", call.0, tool_call.tool, tool_call.arguments),
        Effect::AskPerson { call, tool_call } => format!("ask a person {} {}", call.0, tool_call.tool),
        Effect::StartTool { call } => format!("start {}", call.0),
        Effect::RunTool { call, tool_call } => format!("run {} {} {}", call.0, tool_call.tool, tool_call.arguments),
        Effect::Release { answer: Answer::Given { text } } => format!("release {text:?}"),
        Effect::Release { answer: Answer::Withheld { at } } => format!("release nothing, stopped at {at}"),
        Effect::DecidePatch { call, .. } => format!("decide on patch {}", call.0),
        Effect::SendAttack => "send".to_owned(),
        Effect::CheckGuess { guess } => format!("check {guess}"),
        Effect::Judge { round } => format!("judge {round}"),
        Effect::Conclude => "conclude".to_owned(),
    }
}

/// What the rules found, where it is more than the next effect says.
fn facts(event: &Event) -> String {
    match event {
        Event::GuardRuled { guard: Some(guard), ruling, .. } => {
            format!("[{guard} {}] ", if ruling.intervenes() { "blocks" } else { "allows" })
        }
        Event::PatchDecided { approval: Approval::Granted { by }, .. } => format!("[accepted by {by}] "),
        Event::PatchDecided { approval: Approval::Refused { reason, .. }, .. } => format!("[refused: {reason}] "),
        Event::AttackSent { takes_back: true, .. } => "[takes back] ".to_owned(),
        Event::AttackSent { converters, .. } if converters.is_empty() => "[plain] ".to_owned(),
        Event::AttackSent { converters, .. } => {
            let words: Vec<String> = converters.iter().map(ToString::to_string).collect();
            format!("[{}] ", words.join(", "))
        }
        Event::CallRuled { permission: Permission::Denied { reason, .. }, .. } => format!("[denied: {reason}] "),
        Event::RoundJudged { verdict: arena_core::referee::Verdict::Void { reason }, .. } => {
            format!("[void: {reason}] ")
        }
        Event::RoundJudged { verdict, .. } => format!("[{}] ", verdict.word()),
        Event::Completed { outcome, exhausted: None } => format!("[{}] ", outcome.winner.word()),
        Event::Completed { outcome, exhausted: Some(spent) } => format!("[{}, {spent}] ", outcome.winner.word()),
        Event::Failed { failure } => format!("[{}] ", failure.message),
        _ => String::new(),
    }
}
