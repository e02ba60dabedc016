//! Plays the Target's calls of a round again in a clean world: a breach that does not come of them is none.

use super::{ReachedObjective, objective};
use crate::engine::{Match, Round};
use crate::scenario::Channel;
use crate::tool::ToolOutcome;
use crate::world::{Change, World};

/// Whether the record of the round gives these objectives again.
///
/// What simulated tools do is computed anew. What real tools did to the workspace is taken from the record, where the
/// arena saw it. What models said is recorded, too: they are not asked again.
///
/// # Errors
/// What went otherwise.
pub(super) fn replay(game: &Match, round: &Round, reached: &[ReachedObjective]) -> Result<(), String> {
    let mut world = World::plant(&game.spec.scenario.fixtures, &game.flags);
    if let Channel::Indirect { plant, .. } = &game.spec.scenario.channel {
        for turn in &round.turns {
            world.apply(&Change::Set { path: plant.clone(), value: turn.said.1.clone().into() });
        }
    }
    for call in &round.ran {
        if let Some(tool) = game.spec.scenario.tool(&call.tool) {
            match tool.simulate(&world, &call.arguments) {
                ToolOutcome::Done { changes, .. } if changes == call.changes => {}
                outcome => return Err(format!("event {}: {} gave something else: {outcome:?}", call.seq, call.tool)),
            }
        }
        for change in &call.changes {
            world.apply(change);
        }
    }
    let again = objective::reached(game, &Round { world, ..round.clone() });
    if again == reached { Ok(()) } else { Err(format!("it reaches {:?}", ids(&again))) }
}

fn ids(objectives: &[ReachedObjective]) -> Vec<&str> {
    objectives.iter().map(|objective| objective.id.as_str()).collect()
}
