//! One effect, performed: a model is asked, a tool runs, a rest is kept. The answer is an event.

use std::sync::Arc;
use std::time::Duration;

use arena_core::effect::Effect;
use arena_core::engine::{Match, Play, Stage, settle};
use arena_core::event::Event;
use arena_core::id::{CallId, Seat};
use arena_core::message::{FailureClass, ModelFailure, Reply, ToolCall};
use arena_core::prompt;
use arena_core::ruling::{Checkpoint, Fallback, Ruling};
use arena_core::tool::ToolOutcome;
use jiff::Timestamp;
use tokio::time::Instant;

use super::Shared;
use super::drive::Answer;

/// The answer to `effect`, to be awaited. Dropping it gives the effect up.
///
/// `may_have_run`: the effect was asked for before this process took the match over.
pub(super) fn perform(shared: &Arc<Shared>, game: &Match, effect: &Effect, may_have_run: bool) -> Answer {
    match effect {
        Effect::AskModel { call, seat } => ask(shared, game, *call, *seat),
        Effect::RunTool { call, tool_call } => {
            let outcome = if may_have_run { ToolOutcome::Interrupted } else { run(game, tool_call) };
            let event = Event::ToolReturned { call: *call, outcome };
            Box::pin(std::future::ready(event))
        }
        // The rest between two rounds: what the rules answer once it is over.
        Effect::OpenRound { not_before, .. } => {
            let rest = between(shared.clock.now(), *not_before);
            let opened = settle(game, effect);
            Box::pin(async move {
                tokio::time::sleep(rest).await;
                match opened {
                    Some(event) => event,
                    None => std::future::pending().await,
                }
            })
        }
        // The rules answer these before anybody performs them.
        Effect::RuleOnCall { .. }
        | Effect::StartTool { .. }
        | Effect::Release { .. }
        | Effect::Judge { .. }
        | Effect::Conclude => Box::pin(std::future::pending()),
    }
}

fn ask(shared: &Arc<Shared>, game: &Match, call: CallId, seat: Seat) -> Answer {
    let failed = move |failure| Event::ModelFailed { call, seat, failure };
    let failure = |message: String| ModelFailure::unasked(FailureClass::Misconfigured, message);
    let Some(request) = prompt::request(game, seat) else {
        return Box::pin(std::future::ready(failed(failure(format!("nothing can be asked of {seat} now")))));
    };
    let Some(contestant) = game.spec.contestant(seat) else {
        return Box::pin(std::future::ready(failed(failure(format!("nobody sits on {seat}")))));
    };
    let guarded = game.guarded().map(|subject| (subject.checkpoint(), contestant.agent.on_unreadable));
    let until = Instant::now() + time_left(shared, game);
    let (shared, model) = (Arc::clone(shared), contestant.model.clone());
    Box::pin(async move {
        match shared.roster.ask(&model, &request, until, &|_| {}).await {
            Ok(reply) => match guarded {
                Some((checkpoint, fallback)) => ruled(call, checkpoint, fallback, reply.cut()),
                None => Event::ModelReplied { call, seat, reply: reply.cut() },
            },
            Err(failure) => failed(failure),
        }
    })
}

fn ruled(call: CallId, checkpoint: Checkpoint, fallback: Fallback, reply: Reply) -> Event {
    let ruling = Ruling::read(&reply.text, fallback);
    Event::GuardRuled { call, checkpoint, ruling, reply }
}

/// From one moment to another; none if the clock was set back between.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// What is left of the match's time; as good as for ever if it is not limited.
fn time_left(shared: &Shared, game: &Match) -> Duration {
    const FOR_EVER: Duration = Duration::from_hours(365 * 24);
    let Stage::Running(Play { since, .. }) = &game.stage else { return FOR_EVER };
    let Some(seconds) = game.spec.budgets.whole.seconds else { return FOR_EVER };
    let passed = between(*since, shared.clock.now());
    Duration::from_secs(seconds).saturating_sub(passed).min(FOR_EVER)
}

/// A tool of the scenario, on the round's world.
fn run(game: &Match, tool_call: &ToolCall) -> ToolOutcome {
    match (game.round(), game.spec.scenario.tool(&tool_call.tool)) {
        (Some(round), Some(tool)) => tool.simulate(&round.world, &tool_call.arguments),
        _ => ToolOutcome::Failed { message: format!("there is no tool {:?}", tool_call.tool) },
    }
}
