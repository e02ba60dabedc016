//! Controls of a scenario whose tools are real: they run, in cells of their own, as in a match.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use arena_core::effect::Effect;
use arena_core::engine::{ControlResult, Match, controls};
use arena_core::event::Event;
use arena_core::id::MatchId;
use arena_core::message::ToolCall;
use arena_core::ruling::Approval;
use arena_core::scenario::Scenario;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::contents::Contents;
use super::{Bench, Error, Workshop};

/// Scenarios whose results are remembered; each takes some kilobytes.
const MAX_KNOWN: usize = 1_000;

impl Workshop {
    /// Plays the controls of `scenario`, and says how each went. Needs a runtime of several threads, one of which it
    /// holds meanwhile.
    ///
    /// # Errors
    /// [`Error`], if the tools of the scenario are not to be had.
    pub async fn controls(self: &Arc<Self>, scenario: &Arc<Scenario>) -> Result<Vec<ControlResult>, Error> {
        let tools = self.tools(scenario).await?;
        if tools.is_empty() {
            return Ok(self.simulated(scenario));
        }
        self.check_tools(scenario, &tools).await?;
        let handle = Handle::current();
        Ok(block_in_place(|| {
            let mut benches: HashMap<MatchId, Bench> = HashMap::new();
            controls::check(scenario, &tools, &mut |game, effect| {
                let contents = || Contents::Memory(Arc::default());
                // One cell at a time: controls are played one after the other.
                benches.retain(|id, _| *id == game.id);
                let bench = benches.entry(game.id).or_insert_with(|| Bench::with(Arc::clone(self), contents(), game));
                handle.block_on(answer(bench, game, effect))
            })
        }))
    }

    /// The controls of a scenario without real tools. They are played once: a match costs less than they do.
    fn simulated(&self, scenario: &Arc<Scenario>) -> Vec<ControlResult> {
        let hash = blake3::hash(scenario.source().as_bytes());
        // Nothing panics while it is held.
        let known = || self.controls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(results) = known().get(&hash) {
            return results.clone();
        }
        let results = controls::check(scenario, &[], &mut |_, _| None);
        let mut known = known();
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(hash, results.clone());
        results
    }
}

/// What a match would be answered. Nobody is there to be asked.
async fn answer(bench: &mut Bench, game: &Match, effect: &Effect) -> Option<Event> {
    match effect {
        Effect::RuleOnCall { call, tool_call } => {
            let permission = bench.rule(tool_call);
            let ToolCall { tool, arguments, .. } = tool_call.clone();
            Some(Event::CallRuled { call: *call, tool, arguments, permission })
        }
        Effect::AskPerson { call, .. } => {
            let reason = "a person has to allow it, and nobody is there to decide".to_owned();
            Some(Event::PersonDecided { call: *call, approval: Approval::Unanswered { reason } })
        }
        Effect::RunTool { call, tool_call } => {
            let round = game.round()?;
            let (outcome, execution) = bench.run(round.number, &round.world, tool_call).await;
            Some(Event::ToolReturned { call: *call, outcome, execution: Some(execution) })
        }
        _ => None,
    }
}
