//! Players that keep to a script of the scenario: the reference attack, and the Target that an ideal attack took over.

use super::{Match, Round};
use crate::event::{Event, Plan};
use crate::id::{CallId, Seat};
use crate::message::{Finish, Reply, ToolCall, Usage};
use crate::model::ModelSpec;
use crate::scenario::ScriptedReply;

/// What the script has `seat` say now; `None` if it has no words for it.
pub(super) fn plays(game: &Match, round: &Round, call: CallId, seat: Seat) -> Option<Event> {
    match seat {
        Seat::Red => {
            // It says one thing and is done; a flag that it was to capture it leaves to others.
            let attack = &game.objective(round)?.control.attack;
            let text = if round.turns.is_empty() { attack.as_str() } else { "" };
            Some(said(call, seat, text, vec![]))
        }
        Seat::Target => {
            let script = match &round.plan {
                Plan::Attack { objective, .. } => &game.spec.scenario.objective(objective.as_str())?.control.replies,
                Plan::Benign { task, .. } => &game.spec.scenario.task(task.as_str())?.solution,
            };
            let nothing = ScriptedReply { text: String::new(), calls: vec![] };
            let nth = round.n_steps.saturating_sub(1) as usize;
            Some(acted(game, call, script.get(nth).unwrap_or(&nothing)))
        }
        Seat::Blue | Seat::Judge => None,
    }
}

/// The Target's words and calls as a script has them, flags filled in.
pub(super) fn acted(game: &Match, call: CallId, script: &ScriptedReply) -> Event {
    let calls = script.calls.iter().enumerate().map(|(i, (tool, arguments))| {
        let filled = game.flags.fill(&arguments.to_string());
        let arguments = serde_json::from_str(&filled).unwrap_or_else(|_| arguments.clone());
        ToolCall { id: format!("{call}.{i}"), tool: tool.to_string(), arguments }
    });
    said(call, Seat::Target, &game.flags.fill(&script.text), calls.collect())
}

fn said(call: CallId, seat: Seat, text: &str, calls: Vec<ToolCall>) -> Event {
    let reply = Reply::new(ModelSpec::Script, text, calls, Finish::Stop, Usage::default());
    Event::ModelReplied { call, seat, reply }
}
