//! Folds a record again and derives once more what the rules and the simulated tools said in it: plans, rulings, tool
//! answers, releases, verdicts, the end.

use arena_core::effect::Effect;
use arena_core::engine::{Match, Stage, open, settle, step, unanswered};
use arena_core::event::{Event, Record};
use arena_core::id::{CallId, Seq};
use arena_core::tool::ToolOutcome;

/// What a record shows when it is played again.
#[derive(Debug)]
pub struct Verified {
    /// The match at its last event; `None` of an empty record, or one that does not fold.
    pub game: Option<Match>,
    /// Events looked at.
    pub n_events: usize,
    /// Events that the rules had to give, given again.
    pub n_derived: usize,
    /// Where the record and the rules differ. Empty is good.
    pub differences: Vec<Difference>,
}

/// An event that the rules do not give.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which event.
    pub seq: Seq,
    /// What is wrong with it.
    pub what: String,
}

/// Plays `records` again.
pub fn verify(records: &[Record]) -> Verified {
    let mut verified = Verified { game: None, n_events: records.len(), n_derived: 0, differences: vec![] };
    let Some((first, rest)) = records.split_first() else {
        return Verified::unreadable("there are no events".to_owned());
    };
    let mut game = match open(first) {
        Ok(game) => game,
        Err(illegal) => {
            verified.differences.push(Difference { seq: first.seq, what: illegal.to_string() });
            return verified;
        }
    };
    for record in rest {
        let derived = unanswered(&game).first().and_then(|effect| settle(&game, effect));
        match (&record.event, derived) {
            // Commands come from people, at any time.
            (Event::Paused | Event::Resumed | Event::Stopped { .. } | Event::Started, _) => {}
            (Event::GuardRuled { ruling, reply: Some(reply), .. }, _) => {
                verified.n_derived += 1;
                if game.guard().map(|guard| guard.read(&reply.text)).as_ref() != Some(ruling) {
                    let what = "the ruling is not what the guard answered".to_owned();
                    verified.differences.push(Difference { seq: record.seq, what });
                }
            }
            // What a real tool answered cannot be derived: it is in the record, and in the audit trail.
            (Event::ToolReturned { call, outcome, .. }, _)
                if *outcome != ToolOutcome::Interrupted && !awaits_real_tool(&game) =>
            {
                verified.n_derived += 1;
                if simulated(&game, *call).as_ref() != Some(outcome) {
                    let what = "the tool's answer is not what it gives".to_owned();
                    verified.differences.push(Difference { seq: record.seq, what });
                }
            }
            (recorded, Some(derived)) => {
                verified.n_derived += 1;
                if *recorded != derived {
                    let what = format!("the record has {}, the rules give {}", json(recorded), json(&derived));
                    verified.differences.push(Difference { seq: record.seq, what });
                }
            }
            (_, None) => {}
        }
        if let Err(illegal) = step(&mut game, record) {
            verified.differences.push(Difference { seq: record.seq, what: illegal.to_string() });
            return verified;
        }
    }
    verified.game = Some(game);
    verified
}

impl Verified {
    /// A record of which nothing can be said but why.
    pub fn unreadable(why: String) -> Self {
        let difference = Difference { seq: Seq::ZERO, what: why };
        Self { game: None, n_events: 0, n_derived: 0, differences: vec![difference] }
    }

    /// Whether the record is the record of a match by these rules.
    pub fn is_good(&self) -> bool {
        self.game.is_some() && self.differences.is_empty()
    }

    /// The word for how the match stands.
    pub fn state(&self) -> &'static str {
        self.game.as_ref().map_or("unknown", |game| Stage::word(&game.stage))
    }
}

/// Whether the match waits for a tool that ran outside of the rules.
fn awaits_real_tool(game: &Match) -> bool {
    match unanswered(game).first() {
        Some(Effect::RunTool { tool_call, .. }) => game.spec.real_tool(&tool_call.tool).is_some(),
        _ => false,
    }
}

/// What the scenario's tool gives that the match waits for.
fn simulated(game: &Match, answered: CallId) -> Option<ToolOutcome> {
    match unanswered(game).into_iter().next()? {
        Effect::RunTool { call, tool_call } if call == answered => {
            let tool = game.spec.scenario.tool(&tool_call.tool)?;
            Some(tool.simulate(&game.round()?.world, &tool_call.arguments))
        }
        _ => None,
    }
}

fn json(event: &Event) -> String {
    serde_json::to_string(event).unwrap_or_else(|error| error.to_string())
}
