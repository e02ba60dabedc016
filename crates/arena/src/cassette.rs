//! Whether a match is the one that a cassette recorded: every answer in its record is one that the cassette has to the
//! question that the rules asked then. Pure.

use std::collections::BTreeSet;

use arena_core::engine::{Match, open, step};
use arena_core::event::{Event, Record};
use arena_core::id::{Seat, Seq};
use arena_core::message::{ModelFailure, Reply};
use arena_core::prompt;
use arena_models::Cassette;

use crate::verify::Difference;

/// Where `records` have what `cassette` does not. Empty is good.
///
/// Each turn of the cassette stands for one event. Turns that no event shows are no difference: a match that was killed
/// between an answer and its record asked again. It does not matter what of the cassette was played before.
pub fn compare(records: &[Record], cassette: &Cassette) -> Vec<Difference> {
    let mut differences = Vec::new();
    let Some((first, rest)) = records.split_first() else {
        return vec![Difference { seq: Seq::ZERO, what: "there are no events".to_owned() }];
    };
    let mut game = match open(first) {
        Ok(game) => game,
        Err(illegal) => return vec![Difference { seq: first.seq, what: illegal.to_string() }],
    };
    // The lines that stand for an event already.
    let mut taken = BTreeSet::new();
    for record in rest {
        if let Some((seat, outcome)) = heard(&record.event)
            && let Err(what) = take(&game, seat, &outcome, cassette, &mut taken)
        {
            differences.push(Difference { seq: record.seq, what });
        }
        if let Err(illegal) = step(&mut game, record) {
            differences.push(Difference { seq: record.seq, what: illegal.to_string() });
            break;
        }
    }
    differences
}

/// What a seat's model said or failed with, if that is what happened.
fn heard(event: &Event) -> Option<(Seat, Result<Reply, ModelFailure>)> {
    match event {
        Event::ModelReplied { seat, reply, .. } => Some((*seat, Ok(reply.clone()))),
        Event::GuardRuled { reply, .. } => Some((Seat::Blue, Ok(reply.clone()?))),
        Event::ModelFailed { seat, failure, .. } => Some((*seat, Err(failure.clone()))),
        Event::Created { .. }
        | Event::Started
        | Event::Paused
        | Event::Resumed
        | Event::Stopped { .. }
        | Event::Failed { .. }
        | Event::Completed { .. }
        | Event::RoundOpened { .. }
        | Event::AttackSent { .. }
        | Event::PatchDecided { .. }
        | Event::FlagSubmitted { .. }
        | Event::CallRuled { .. }
        | Event::PersonDecided { .. }
        | Event::ToolStarted { .. }
        | Event::ToolReturned { .. }
        | Event::AnswerReleased { .. }
        | Event::RoundJudged { .. } => None,
    }
}

/// Takes the cassette's line with this outcome of what `seat` is asked now; why there is none.
fn take(
    game: &Match,
    seat: Seat,
    outcome: &Result<Reply, ModelFailure>,
    cassette: &Cassette,
    taken: &mut BTreeSet<usize>,
) -> Result<(), String> {
    let (Some(request), Some(contestant)) = (prompt::request(game, seat), game.spec.contestant(seat)) else {
        return Err(format!("the rules ask nothing of {seat} here"));
    };
    let requested = &contestant.model;
    let mut others = Vec::new();
    for (line, recorded) in cassette.outcomes(requested, &request).filter(|(line, _)| !taken.contains(line)) {
        // The record has an answer as the match took it, the cassette as it came.
        if recorded.map(|reply| prompt::heard(&game.spec, seat, reply)) == *outcome {
            taken.insert(line);
            return Ok(());
        }
        others.push(line.to_string());
    }
    Err(if others.is_empty() {
        format!("the cassette does not have this question of {seat} to {requested}, or not so often")
    } else {
        format!(
            "to this question of {seat} to {requested} the cassette has another answer, in line {}",
            others.join(", ")
        )
    })
}
