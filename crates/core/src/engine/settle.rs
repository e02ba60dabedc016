//! The effects that the rules answer themselves, without the outside.

use serde_json::Value;

use super::{Attack, Conclusion, Match, Phase, Play, Round, Stage, Step, guarding, hardening, script};
use crate::effect::Effect;
use crate::event::Event;
use crate::id::{CallId, Seat};
use crate::message::{ToolCall, cut};
use crate::model::ModelSpec;
use crate::real_tool::RealTool;
use crate::referee;
use crate::ruling::Permission;
use crate::scenario::Reached;
use crate::score::Outcome;

/// The answer to `effect`, if the rules know it: rulings, starts, releases, verdicts, ends, and the plan of a round.
///
/// `None` for what only the outside can answer (a model, a person, a real tool and whether it may run), and for an effect that `game` does not wait for.
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
        (Effect::AskModel { call, seat: Seat::Blue }, Phase::Playing(round, Step::Guarding(_, _, subject))) => {
            guarding::by_rules(game, round, *call, subject)
        }
        (Effect::AskModel { call, seat }, Phase::Playing(round, _)) => {
            let is_scripted = game.model(*seat) == Some(&ModelSpec::Script);
            is_scripted.then(|| script::plays(game, round, *call, *seat)).flatten()
        }
        (Effect::DecidePatch { call, patch }, _) => hardening::decides(game, *call, patch),
        (Effect::SendAttack, Phase::Playing(_, Step::Sending(attack))) => {
            let Attack { text, attack, converters, takes_back } = attack.clone();
            Some(Event::AttackSent { text, attack, converters, takes_back })
        }
        (Effect::RuleOnCall { call, tool_call }, _) => rule(game, *call, tool_call),
        (Effect::StartTool { call }, _) => Some(Event::ToolStarted { call: *call }),
        (Effect::Release { answer }, _) => Some(Event::AnswerReleased { answer: answer.clone() }),
        (Effect::CheckGuess { guess }, Phase::Playing(round, Step::Guessing(_))) => submitted(game, round, guess),
        (Effect::Judge { round: number }, Phase::Playing(round, Step::Judging(fate))) => {
            let verdict = referee::judge(game, round, fate);
            Some(Event::RoundJudged { round: *number, verdict, disclosed: referee::disclosed(game, round) })
        }
        (Effect::Conclude, Phase::Concluding(conclusion)) => Some(conclude(game, conclusion)),
        (
            // Only the outside answers these,
            Effect::AskModel { .. } | Effect::AskPerson { .. } | Effect::RunTool { .. }
            // and these are not what the match waits for.
            | Effect::SendAttack | Effect::OpenRound { .. } | Effect::CheckGuess { .. } | Effect::Judge { .. } | Effect::Conclude,
            _,
        ) => None,
    }
}

/// Only tools that the scenario gives the Target, only with arguments that fit their schema. That is enough for a
/// simulated tool; on a real one the permissions speak, and they are not in the rules: `None`.
fn rule(game: &Match, call: CallId, tool_call: &ToolCall) -> Option<Event> {
    /// A reason quotes what a model wrote.
    const MAX_REASON_BYTES: usize = 1 << 10;
    /// As much of arguments that cannot be read is told again.
    const MAX_QUOTED_BYTES: usize = 256;
    /// A model mends its call by the first few errors; hostile arguments may have thousands.
    const MAX_ERRORS: usize = 3;
    let ToolCall { tool: name, arguments, .. } = tool_call;
    let simulated = game.spec.scenario.tool(name).map(|tool| &tool.schema);
    let permission = match simulated.or_else(|| game.spec.real_tool(name).map(RealTool::schema)) {
        None => {
            let names: Vec<&str> = game.spec.tool_specs().map(|tool| tool.name.as_str()).collect();
            Permission::denied(format!("there is no tool {name:?}; there are: {}", names.join(", ")))
        }
        Some(schema) => {
            let errors: Vec<String> =
                schema.iter_errors(arguments).take(MAX_ERRORS).map(|error| misfit(&error)).collect();
            match (errors.is_empty(), simulated) {
                (true, Some(_)) => Permission::Allowed { rule: None },
                (true, None) => return None,
                (false, _) => {
                    let reason = match arguments {
                        // It holds what could not be read; a model that sees much of it again writes it again.
                        Value::String(text) => {
                            format!("the arguments are no JSON object: {}", cut(text.clone(), MAX_QUOTED_BYTES))
                        }
                        _ => format!("the arguments do not fit: {}", errors.join("; ")),
                    };
                    Permission::denied(cut(reason, MAX_REASON_BYTES))
                }
            }
        }
    };
    Some(Event::CallRuled { call, tool: name.clone(), arguments: arguments.clone(), permission })
}

/// Where the arguments do not fit and how, without repeating them: they stand beside it, and may be long.
fn misfit(error: &jsonschema::ValidationError<'_>) -> String {
    match error.instance_path().as_str() {
        "" => error.masked().to_string(),
        path => format!("{path}: {}", error.masked()),
    }
}

/// Whether Red's guess is the flag, letter by letter.
fn submitted(game: &Match, round: &Round, guess: &str) -> Option<Event> {
    let objective = game.objective(round)?;
    let Reached::Capture { flag, .. } = &objective.reached else { return None };
    let n_before = game.guesses.get(&objective.id).copied().unwrap_or(0);
    let right = game.flags.get(flag.as_str()) == Some(guess);
    Some(Event::FlagSubmitted { objective: objective.id.clone(), guess: n_before + 1, right })
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
