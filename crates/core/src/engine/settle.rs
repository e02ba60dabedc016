//! The effects that the rules answer themselves, without the outside.

use super::{Conclusion, Match, Phase, Play, Stage, Step};
use crate::effect::Effect;
use crate::event::Event;
use crate::id::CallId;
use crate::message::{ToolCall, cut};
use crate::referee;
use crate::ruling::Permission;
use crate::score::Outcome;

/// The answer to `effect`, if the rules know it: rulings, starts, releases, verdicts, ends, and the plan of a round.
///
/// `None` for what only the outside can answer (a model, a tool), and for an effect that `game` does not wait for.
/// The moment before which a round must not open is the caller's to wait for.
pub fn settle(game: &Match, effect: &Effect) -> Option<Event> {
    let Stage::Running(Play { phase, .. }) = &game.stage else { return None };
    if phase.awaits() != *effect {
        return None;
    }
    match (effect, phase) {
        (Effect::OpenRound { round, .. }, Phase::Opening { .. }) => {
            let plan = game.spec.plan(*round)?;
            Some(Event::RoundOpened { round: *round, plan })
        }
        (Effect::RuleOnCall { call, tool_call }, _) => Some(rule(game, *call, tool_call)),
        (Effect::StartTool { call }, _) => Some(Event::ToolStarted { call: *call }),
        (Effect::Release { answer }, _) => Some(Event::AnswerReleased { answer: answer.clone() }),
        (Effect::Judge { round: number }, Phase::Playing(round, Step::Judging(fate))) => {
            Some(Event::RoundJudged { round: *number, verdict: referee::judge(game, round, fate) })
        }
        (Effect::Conclude, Phase::Concluding(conclusion)) => Some(conclude(game, conclusion)),
        (
            // Only the outside answers these,
            Effect::AskModel { .. } | Effect::RunTool { .. }
            // and these are not what the match waits for.
            | Effect::OpenRound { .. } | Effect::Judge { .. } | Effect::Conclude,
            _,
        ) => None,
    }
}

/// Only tools that the scenario gives the Target, only with arguments that fit their schema.
fn rule(game: &Match, call: CallId, tool_call: &ToolCall) -> Event {
    /// A reason quotes what a model wrote.
    const MAX_REASON_BYTES: usize = 1 << 10;
    /// A model mends its call by the first few errors; hostile arguments may have thousands.
    const MAX_ERRORS: usize = 3;
    let ToolCall { tool: name, arguments, .. } = tool_call;
    let permission = match game.spec.scenario.tool(name) {
        None => {
            let names: Vec<&str> = game.spec.scenario.tools.iter().map(|tool| tool.spec.name.as_str()).collect();
            Permission::Denied { reason: format!("there is no tool {name:?}; there are: {}", names.join(", ")) }
        }
        Some(tool) => {
            let errors = tool.schema.iter_errors(arguments).take(MAX_ERRORS);
            let errors: Vec<String> = errors.map(|error| misfit(&error)).collect();
            if errors.is_empty() {
                Permission::Allowed
            } else {
                Permission::Denied {
                    reason: cut(format!("the arguments do not fit: {}", errors.join("; ")), MAX_REASON_BYTES),
                }
            }
        }
    };
    Event::CallRuled { call, tool: name.clone(), arguments: arguments.clone(), permission }
}

/// Where the arguments do not fit and how, without repeating them: they stand beside it, and may be long.
fn misfit(error: &jsonschema::ValidationError<'_>) -> String {
    match error.instance_path().as_str() {
        "" => error.masked().to_string(),
        path => format!("{path}: {}", error.masked()),
    }
}

fn conclude(game: &Match, conclusion: &Conclusion) -> Event {
    let exhausted = match conclusion {
        Conclusion::Broken(failure) => return Event::Failed { failure: failure.clone() },
        Conclusion::Exhausted(exhausted) => Some(exhausted.clone()),
        Conclusion::RoundsPlayed => None,
    };
    let score = game.score.clone();
    let winner = score.winner(game.spec.scenario.utility_floor);
    Event::Completed { outcome: Outcome { winner, score }, exhausted }
}
