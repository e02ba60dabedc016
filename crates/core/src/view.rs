//! What each audience may see of a match. An event that is hidden keeps its number, so that nobody sees a hole.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::engine::{Illegal, Match, open, step};
use crate::event::{Answer, Event, Plan, Record};
use crate::id::{Seat, Seq};
use crate::json::map_texts;
use crate::predicate::all_hold;
use crate::referee;
use crate::ruling::Approval;
use crate::scenario::Channel;
use crate::spec::Contestant;
use crate::tool::ToolOutcome;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The attacker: its objective, its own words, and what came back to it.
    Red,
    /// The defender: its own rulings.
    Blue,
    /// The agent under test: its own words.
    Target,
    /// Anybody: the match as it is played, without secrets, prompts and the guard's reasons.
    Spectator,
    /// Who runs the arena: everything.
    Operator,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Red, Self::Blue, Self::Target, Self::Spectator, Self::Operator];

    /// The word in flags and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Blue => "blue",
            Self::Target => "target",
            Self::Spectator => "spectator",
            Self::Operator => "operator",
        }
    }
}

/// An event as an audience sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// Its number.
    pub seq: Seq,
    /// Its moment.
    pub at: Timestamp,
    /// What may be seen of it: an object with a `type`. `None` is hidden.
    #[serde(flatten)]
    pub event: Option<Value>,
}

/// A match going by in front of an audience, from its first record on.
#[derive(Clone, Debug)]
pub struct Screen {
    audience: Audience,
    game: Option<Match>,
}

impl Screen {
    /// Nothing has been shown yet.
    pub fn new(audience: Audience) -> Self {
        Self { audience, game: None }
    }

    /// A match that has gone so far already.
    pub fn of(audience: Audience, game: Match) -> Self {
        Self { audience, game: Some(game) }
    }

    /// Takes the match one record further, and shows of it what the audience may see.
    ///
    /// # Errors
    /// [`Illegal`] if the record does not fit; nothing has changed then.
    pub fn take(&mut self, record: &Record) -> Result<Shown, Illegal> {
        let in_attack = self.game.as_ref().is_some_and(is_in_attack);
        let audience = self.audience;
        Ok(show(audience, in_attack, self.skip(record)?, record))
    }

    /// Takes the match one record further, and shows nothing of it: that is the greater part of the work.
    ///
    /// # Errors
    /// [`Illegal`] if the record does not fit; nothing has changed then.
    pub fn skip(&mut self, record: &Record) -> Result<&Match, Illegal> {
        Ok(match &mut self.game {
            Some(game) => {
                step(game, record)?;
                game
            }
            none => none.insert(open(record)?),
        })
    }

    /// The match so far; `None` before the first record.
    pub fn game(&self) -> Option<&Match> {
        self.game.as_ref()
    }
}

/// Whether a round is played in which Red attacks.
fn is_in_attack(game: &Match) -> bool {
    game.round().is_some_and(|round| matches!(round.plan, Plan::Attack { .. }))
}

/// What `audience` sees of `record`. `game` is the match after it; whether an attack was played before it, Red's view has
/// to know.
fn show(audience: Audience, in_attack: bool, game: &Match, record: &Record) -> Shown {
    let event = match audience {
        Audience::Operator => serde_json::to_value(&record.event).ok(),
        Audience::Spectator => spectator(game, &record.event),
        Audience::Red => red(in_attack, game, &record.event),
        Audience::Blue => match &record.event {
            // Its own words; but a guard that quotes a secret must not be the way out for it.
            Event::GuardRuled { .. } | Event::PatchDecided { .. } => redacted(game, &record.event),
            event => common(event),
        },
        Audience::Target => match &record.event {
            Event::ModelReplied { seat: Seat::Target, .. } => serde_json::to_value(&record.event).ok(),
            event => common(event),
        },
    };
    Shown { seq: record.seq, at: record.at, event }
}

/// What everybody at the table sees: that the match goes on or ends, and not why.
fn common(event: &Event) -> Option<Value> {
    match event {
        Event::Started
        | Event::Paused
        | Event::Resumed
        | Event::Stopped { .. }
        | Event::Failed { .. }
        | Event::Completed { .. } => Some(json!({"type": event.word()})),
        Event::Created { .. }
        | Event::RoundOpened { .. }
        | Event::ModelReplied { .. }
        | Event::AttackSent { .. }
        | Event::PatchDecided { .. }
        | Event::ModelFailed { .. }
        | Event::GuardRuled { .. }
        | Event::CallRuled { .. }
        | Event::PersonDecided { .. }
        | Event::ToolStarted { .. }
        | Event::ToolReturned { .. }
        | Event::AnswerReleased { .. }
        | Event::FlagSubmitted { .. }
        | Event::RoundJudged { .. } => None,
    }
}

fn red(in_attack: bool, game: &Match, event: &Event) -> Option<Value> {
    match event {
        Event::RoundOpened { round, plan: Plan::Attack { objective, .. } } => {
            let goal = &game.spec.scenario.objective(objective.as_str())?.goal;
            Some(json!({"type": event.word(), "round": round, "objective": objective, "goal": goal}))
        }
        Event::ModelReplied { seat: Seat::Red, .. } | Event::AttackSent { .. } | Event::FlagSubmitted { .. } => {
            serde_json::to_value(event).ok()
        }
        Event::AnswerReleased { answer } if in_attack && game.spec.scenario.channel == Channel::Chat => {
            Some(match answer {
                Answer::Given { text } => json!({"type": event.word(), "answer": "given", "text": text}),
                Answer::Withheld { .. } => json!({"type": event.word(), "answer": "withheld"}),
            })
        }
        Event::ToolReturned { outcome: ToolOutcome::Done { .. }, .. } if in_attack => {
            // What reached Red is in the round after the return: its last call, if the tool reaches Red with it.
            let ran = game.round()?.ran.last()?;
            let when = game.spec.scenario.tool(&ran.tool)?.reaches_red.as_ref()?;
            let reached = all_hold(when, &ran.arguments, &game.flags);
            reached.then(|| json!({"type": "received", "arguments": ran.arguments}))
        }
        event => common(event),
    }
}

/// What a spectator sees of an event. `game` is the match after it, or further on.
pub fn spectator(game: &Match, event: &Event) -> Option<Value> {
    match event {
        Event::Created { .. } => Some(overview(game)),
        // The reason and the guard's words describe what the guard knows: Red must not learn it by watching.
        Event::GuardRuled { call, checkpoint, guard, ruling, reply } => Some(json!({
            "type": event.word(), "call": call, "checkpoint": checkpoint, "guard": guard,
            "intervened": ruling.intervenes(),
            "answered_by": reply.as_ref().map(|reply| &reply.answered_by),
            "elapsed_ms": reply.as_ref().map(|reply| reply.elapsed_ms),
        })),
        // What the Target is told, spectators are not shown.
        Event::PatchDecided { call, approval, .. } => {
            Some(json!({"type": event.word(), "call": call, "accepted": matches!(approval, Approval::Granted { .. })}))
        }
        // Nor what Blue proposes; its rulings are events of their own.
        Event::ModelReplied { call, seat: Seat::Blue, reply } => Some(json!({
            "type": event.word(), "call": call, "seat": Seat::Blue,
            "answered_by": reply.answered_by, "elapsed_ms": reply.elapsed_ms,
        })),
        event => redacted(game, event),
    }
}

/// The event without any flag in it; hidden, if a flag is spread over its texts.
fn redacted(game: &Match, event: &Event) -> Option<Value> {
    let mut shown = map_texts(serde_json::to_value(event).ok()?, &|text| redact_text(text, game));
    let whole = texts(&shown);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let spread = game.flags.values().any(|flag| referee::find(flag, &whole).is_some());
    if spread {
        shown = json!({"type": event.word(), "hidden": "it shows a flag"});
    }
    Some(shown)
}

/// The public half of a match's set-up.
fn overview(game: &Match) -> Value {
    let spec = &game.spec;
    let contestant = |contestant: &Contestant| json!({"agent": contestant.agent.name, "model": contestant.model});
    json!({
        "type": "created",
        "scenario": spec.scenario.name,
        "title": spec.scenario.title,
        "red": contestant(&spec.red),
        "blue": spec.blue.as_ref().map(contestant),
        "target": contestant(&spec.target),
        "n_rounds": spec.n_rounds,
        "mock": game.has_mock(),
    })
}

/// `text` with every planted flag, or a good part of one, taken out.
fn redact_text(mut text: String, game: &Match) -> String {
    for spec in &game.spec.scenario.flags {
        let Some(flag) = game.flags.get(spec.id.as_str()) else { continue };
        if text.contains(flag) {
            text = text.replace(flag, &format!("[flag {}]", spec.id));
        }
        if referee::shows_part(flag, &text) {
            text = format!("[hidden: it shows flag {}]", spec.id);
        }
    }
    text
}

/// Every text and key in `value`, in order.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => {
            fields.iter().flat_map(|(key, field)| [vec![key.clone()], texts(field)].concat()).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}
