//! The bench of one match: its permissions, and the cell in which its tools work in this round.

use std::sync::Arc;
use std::time::Instant;

use arena_core::engine::Match;
use arena_core::execution::Execution;
use arena_core::files;
use arena_core::message::ToolCall;
use arena_core::ruling::Permission;
use arena_core::tool::ToolOutcome;
use arena_core::world::{Change, World};
use arena_sandbox::Cell;
use arena_store::Store;

use super::contents::Contents;
use super::execute_command::EXECUTE_COMMAND;
use super::layout::{Changed, Layout};
use super::output::{Told, tell};
use super::{Failure, Job, Workshop};
use crate::causes::in_one_line;
use crate::policy::{Effect, Policy};

/// Where the real tools of one match work. One call at a time.
pub struct Bench {
    pub(super) workshop: Arc<Workshop>,
    pub(super) contents: Contents,
    /// Why no call may run, if the permissions cannot be read.
    pub(super) policy: Result<Policy, String>,
    pub(super) laid: Option<Laid>,
    /// The round and the requests that went out in it.
    pub(super) requests: (u32, u32),
}

/// A workspace that is laid out.
pub(super) struct Laid {
    /// The round it is laid out for: each starts clean, in a cell of its own.
    round: u32,
    pub(super) cell: Box<dyn Cell>,
    layout: Layout,
}

impl Bench {
    /// The bench of `game`. Nothing is opened before a tool needs it.
    pub fn new(workshop: Arc<Workshop>, store: Arc<dyn Store>, game: &Match) -> Self {
        Self::with(workshop, Contents::Store(store), game)
    }

    /// One that keeps contents wherever it is.
    pub(super) fn with(workshop: Arc<Workshop>, contents: Contents, game: &Match) -> Self {
        let policy = Policy::of(game.id, &game.spec).map_err(|error| in_one_line(&error));
        Self { workshop, contents, policy, laid: None, requests: (0, 0) }
    }

    /// Whether a call may run, by the permissions of the Target.
    pub fn rule(&self, call: &ToolCall) -> Permission {
        let ToolCall { tool: name, arguments, .. } = call;
        let policy = match &self.policy {
            Ok(policy) => policy,
            Err(why) => return Permission::denied(format!("the permissions cannot be read: {why}")),
        };
        let Some(tool) = self.workshop.toolbox().get(name) else {
            return Permission::denied(format!("this arena has no tool {name:?}"));
        };
        let accesses = match tool.accesses(arguments) {
            Ok(accesses) => accesses,
            Err(reason) => return Permission::denied(reason),
        };
        let decision = policy.decide(name, &accesses, tool.wants_approval(arguments));
        let rules = decision.rules.join(", ");
        match decision.effect {
            Effect::Allow => Permission::Allowed { rule: Some(rules) },
            Effect::Ask => Permission::Asked { rule: rules },
            Effect::Deny => {
                Permission::Denied { reason: decision.reason, rule: Some(rules).filter(|rules| !rules.is_empty()) }
            }
        }
    }

    /// Runs a call that may run, in `round`, whose world is `world` until then. What it names in its changes is kept.
    pub async fn run(&mut self, round: u32, world: &World, call: &ToolCall) -> (ToolOutcome, Execution) {
        let begun = Instant::now();
        let mut execution = Execution::default();
        let ran = self.carry_out(round, world, call, &mut execution).await;
        // What broke is not worked with again.
        if ran.is_err() {
            self.laid = None;
        }
        execution.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        (ran.unwrap_or_else(|reason| ToolOutcome::Unavailable { reason }), execution)
    }

    /// The outcome, or why the arena could not bring one about.
    async fn carry_out(
        &mut self,
        round: u32,
        world: &World,
        call: &ToolCall,
        execution: &mut Execution,
    ) -> Result<ToolOutcome, String> {
        let Some(tool) = self.workshop.toolbox().get(&call.tool) else {
            return Ok(ToolOutcome::Failed { message: format!("this arena has no tool {:?}", call.tool) });
        };
        let mut job = Job { bench: self, round, world, execution };
        let said = match tool.run(&call.arguments, &mut job).await {
            Ok(said) => Ok(said),
            Err(Failure::Told(reason)) => Err(reason),
            Err(Failure::Broken(reason)) => return Err(reason),
        };
        let Changed { mut changes, mut blobs } = self.changed().map_err(Failure::into_reason)?;
        let said = match self.kept(call, &changes) {
            Ok(()) => said,
            Err(reason) => {
                // The record has no such files, and the next tool finds what the record has.
                self.laid = None;
                changes.clear();
                blobs.clear();
                let said = said.unwrap_or_else(|reason| reason);
                Err(format!("{said}\n{reason}: the files are as they were before the command"))
            }
        };
        let Told { text, artifact } = tell(match &said {
            Ok(said) => said.clone(),
            Err(reason) => reason.clone(),
        });
        if let Some(artifact) = artifact {
            execution.artifact = Some(artifact.hash().to_owned());
            blobs.push(artifact);
        }
        self.contents.keep(blobs).await.map_err(|error| in_one_line(&error))?;
        Ok(match said {
            Ok(_) => ToolOutcome::Done { output: text, changes },
            // A command that failed to start may have changed something before; then it did something.
            Err(_) if !changes.is_empty() => ToolOutcome::Done { output: format!("error: {text}"), changes },
            Err(_) => ToolOutcome::Failed { message: text },
        })
    }

    /// Whether what a command changed may stay changed. What else a tool may write was ruled before it ran.
    fn kept(&self, call: &ToolCall, changes: &[Change]) -> Result<(), String> {
        if call.tool != EXECUTE_COMMAND {
            return Ok(());
        }
        let policy = self.policy.as_ref().map_err(Clone::clone)?;
        changes.iter().filter_map(files::changed).try_for_each(|name| policy.writable_by_commands(&name))
    }

    /// What the last tool did to the workspace, if one is laid out.
    fn changed(&mut self) -> Result<Changed, Failure> {
        match &mut self.laid {
            Some(laid) => laid.layout.look(laid.cell.files()),
            None => Ok(Changed::default()),
        }
    }

    /// The workspace of `round`, laid out if it is not yet.
    pub(super) async fn laid(&mut self, round: u32, world: &World) -> Result<&mut Laid, Failure> {
        if self.laid.as_ref().is_none_or(|laid| laid.round != round) {
            // The cell of the round before goes first: its memory is the machine's.
            self.laid = None;
            let policy = self.policy.as_ref().map_err(|why| Failure::Broken(why.clone()))?;
            let cell = self.workshop.open_cell(policy).await?;
            let may_be_read = |path: &str| policy.readable(path);
            let layout = Layout::of(world, cell.files(), &self.contents, may_be_read).await?;
            self.laid = Some(Laid { round, cell, layout });
        }
        self.laid.as_mut().ok_or_else(|| Failure::Broken("the workspace is gone".to_owned()))
    }
}
