//! One effect, performed: a model or a person is asked, a tool runs, a rest is kept. The answer is an event.

use std::sync::Arc;
use std::time::Duration;

use arena_core::agent::Guard;
use arena_core::effect::Effect;
use arena_core::engine::{Match, Play, Stage, decided, settle};
use arena_core::event::Event;
use arena_core::id::{CallId, Seat};
use arena_core::message::{FailureClass, ModelFailure, Reply, ToolCall};
use arena_core::prompt;
use arena_core::ruling::{Approval, Checkpoint};
use arena_core::tool::{Tool, ToolOutcome};
use arena_models::Heard;
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Shared;
use super::drive::Answer;
use crate::tools::Bench;

/// The answer to `effect`, to be awaited. Dropping it gives the effect up.
///
/// `may_have_run`: the effect was asked for before this process took the match over. `bench` is the match's own.
pub(super) fn perform(
    shared: &Arc<Shared>,
    bench: &Arc<Mutex<Bench>>,
    game: &Match,
    effect: &Effect,
    may_have_run: bool,
) -> Answer {
    match effect {
        Effect::AskModel { call, seat } => ask(shared, game, *call, *seat),
        Effect::RuleOnCall { call, tool_call } => rule(bench, *call, tool_call.clone()),
        Effect::AskPerson { call, .. } => {
            let call = *call;
            wait_for_person(shared, move |approval| Event::PersonDecided { call, approval })
        }
        Effect::DecidePatch { call, patch } => {
            // What it is decided on stands as it is until then: the match waits.
            let (game, call, patch) = (game.clone(), *call, patch.clone());
            wait_for_person(shared, move |approval| decided(&game, call, &patch, approval))
        }
        Effect::RunTool { call, .. } if may_have_run => {
            ready(Event::ToolReturned { call: *call, outcome: ToolOutcome::Interrupted, execution: None })
        }
        Effect::RunTool { call, tool_call } => match game.spec.scenario.tool(&tool_call.tool) {
            Some(tool) => {
                ready(Event::ToolReturned { call: *call, outcome: simulate(game, tool, tool_call), execution: None })
            }
            None => run(bench, game, *call, tool_call.clone()),
        },
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
        Effect::StartTool { .. }
        | Effect::Release { .. }
        | Effect::SendAttack
        | Effect::CheckGuess { .. }
        | Effect::Judge { .. }
        | Effect::Conclude => Box::pin(std::future::pending()),
    }
}

fn ask(shared: &Arc<Shared>, game: &Match, call: CallId, seat: Seat) -> Answer {
    let failed = move |failure| Event::ModelFailed { call, seat, failure };
    let failure = |message: String| ModelFailure::unasked(FailureClass::Misconfigured, message);
    let Some(request) = prompt::request(game, seat) else {
        return ready(failed(failure(format!("nothing can be asked of {seat} now"))));
    };
    let Some(model) = game.model(seat).cloned() else {
        return ready(failed(failure(format!("nobody sits on {seat}"))));
    };
    let guarded = game.guarded().zip(game.guard()).map(|(subject, guard)| (subject.checkpoint(), guard.clone()));
    let until = Instant::now() + time_left(shared, game);
    let (shared, spec, id) = (Arc::clone(shared), Arc::clone(&game.spec), game.id);
    Box::pin(async move {
        let writing = shared.drafts.write(id, call, seat);
        let hears = |heard: Heard<'_>| writing.hear(heard);
        let answered = tokio::select! {
            answered = shared.roster.ask(&model, &request, until, &hears) => answered,
            never = writing.tell() => match never {},
        };
        match answered {
            Ok(reply) => {
                let reply = prompt::heard(&spec, seat, reply);
                match guarded {
                    Some((checkpoint, guard)) => ruled(call, checkpoint, &guard, reply),
                    None => Event::ModelReplied { call, seat, reply },
                }
            }
            Err(failure) => failed(failure),
        }
    })
}

fn ruled(call: CallId, checkpoint: Checkpoint, guard: &Guard, reply: Reply) -> Event {
    let ruling = guard.read(&reply.text);
    Event::GuardRuled { call, checkpoint, guard: Some(guard.name.clone()), ruling, reply: Some(reply) }
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

/// What the permissions say on the call of a real tool.
fn rule(bench: &Arc<Mutex<Bench>>, call: CallId, tool_call: ToolCall) -> Answer {
    let bench = Arc::clone(bench);
    Box::pin(async move {
        let permission = bench.lock().await.rule(&tool_call);
        let ToolCall { tool, arguments, .. } = tool_call;
        Event::CallRuled { call, tool, arguments, permission }
    })
}

/// What comes of asking a person if none answers: whoever does answers by an order to the match, and this is dropped.
fn wait_for_person(shared: &Shared, event: impl FnOnce(Approval) -> Event + Send + 'static) -> Answer {
    let patience = shared.workshop.patience();
    Box::pin(async move {
        tokio::time::sleep(patience).await;
        let reason = if patience.is_zero() {
            "a person has to allow it, and nobody is there to decide".to_owned()
        } else {
            format!("a person has to allow it, and nobody did within {} s", patience.as_secs())
        };
        event(Approval::Unanswered { reason })
    })
}

/// A tool of the scenario, on the round's world.
fn simulate(game: &Match, tool: &Tool, tool_call: &ToolCall) -> ToolOutcome {
    match game.round() {
        Some(round) => tool.simulate(&round.world, &tool_call.arguments),
        None => ToolOutcome::Failed { message: "no round is played".to_owned() },
    }
}

/// A real tool, on the match's bench.
fn run(bench: &Arc<Mutex<Bench>>, game: &Match, call: CallId, tool_call: ToolCall) -> Answer {
    let Some(round) = game.round() else {
        let outcome = ToolOutcome::Failed { message: "no round is played".to_owned() };
        return ready(Event::ToolReturned { call, outcome, execution: None });
    };
    let (bench, number, world) = (Arc::clone(bench), round.number, round.world.clone());
    Box::pin(async move {
        let (outcome, execution) = bench.lock().await.run(number, &world, &tool_call).await;
        Event::ToolReturned { call, outcome, execution: Some(execution) }
    })
}

fn ready(event: Event) -> Answer {
    Box::pin(std::future::ready(event))
}
