//! The matches that a command line asks for: each is made when its turn comes.

use std::sync::Arc;

use arena_core::budget::Budget;
use arena_core::id::Seat;
use arena_core::spec::Spec;

use super::args::Play;
use super::exit::Failure;
use crate::lineup::{self, Answers, Wanted};
use crate::roster::Roster;
use crate::tools::Workshop;
use crate::{catalog, chance};

/// The matches that somebody asked for. They differ by their seeds alone.
pub(super) struct Lineup {
    /// The first, with the seed as it was given.
    template: Spec,
    /// Whether the seed was given: then those of several matches are numbered.
    seeded: bool,
    pub(super) n_matches: u32,
    /// Whether nobody named a model for any seat: then the mock plays all of them.
    pub(super) names_no_model: bool,
}

impl Lineup {
    /// The matches that `play` asks for, with models of `roster` and tools of `workshop`.
    pub(super) async fn of(play: &Play, roster: &Roster, workshop: &Arc<Workshop>) -> Result<Self, Failure> {
        let answers = if play.tape.cassette.is_some() { Answers::Played } else { Answers::Asked };
        let template = lineup::spec(wanted(play)?, roster, workshop, answers).await?;
        let names_no_model = play.models.is_empty()
            && Seat::ALL.iter().filter_map(|seat| template.contestant(*seat)).all(|sits| sits.agent.model.is_none());
        let lineup = Self { template, seeded: play.seed.is_some(), n_matches: play.matches, names_no_model };
        // If the last seed can be written, all can.
        lineup.spec(lineup.n_matches)?;
        Ok(lineup)
    }

    /// The match of this number, from 1.
    pub(super) fn spec(&self, number: u32) -> Result<Arc<Spec>, Failure> {
        let seed = match (self.seeded, self.n_matches) {
            (_, 1) => self.template.seed.clone(),
            (false, _) => chance::seed()?,
            (true, _) => format!("{}-{number}", self.template.seed).parse().map_err(|error| {
                Failure::usage(format!("--seed is too long to number {} matches: {error}", self.n_matches))
            })?,
        };
        Ok(Arc::new(Spec { seed, ..self.template.clone() }))
    }
}

fn wanted(play: &Play) -> Result<Wanted, Failure> {
    Ok(Wanted {
        scenario: catalog::scenario(&play.scenario)?,
        red: catalog::agent(&play.red)?,
        blue: match play.blue.as_str() {
            "none" => None,
            name => Some(catalog::agent(name)?),
        },
        target: catalog::agent(&play.target)?,
        judges: play.judges.iter().map(|name| catalog::agent(name)).collect::<Result<_, _>>()?,
        models: play.models.clone(),
        label: play.label.clone(),
        seed: play.seed.clone(),
        n_rounds: play.rounds.or(play.mode.n_rounds()),
        delay_ms: delay_ms(play.delay),
        budget: Budget {
            calls: play.budget.calls,
            tokens: play.budget.tokens,
            cost_microusd: play.budget.cost,
            seconds: play.budget.seconds,
        },
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 86400 s")]
fn delay_ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}
