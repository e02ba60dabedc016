//! The models that can be asked, built from the configuration when somebody first asks for them, and then shared.
//!
//! `generation` has the models of one configuration. A new configuration is a new generation: calls under way finish on
//! the old one, which goes with the last of them.

mod error;
mod generation;
mod offer;
mod tape;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena_core::agent::Guard;
use arena_core::budget::Price;
use arena_core::id::Seat;
use arena_core::message::{FailureClass, ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use arena_core::spec::Spec;
use arena_models::cache::Stats;
use arena_models::{Cassette, Chain, Hears, Model, Recorder};
use tokio::time::Instant;

pub use self::error::Error;
use self::generation::Generation;
pub use self::offer::Offer;
use self::tape::Tape;
use crate::causes::in_one_line;
use crate::config::Config;

/// Models by spec.
#[derive(Debug)]
pub struct Roster {
    now: Mutex<Arc<Generation>>,
    tape: Tape,
}

impl Roster {
    /// The models that `config` has.
    pub fn new(config: Config) -> Self {
        Self { now: Mutex::new(Arc::new(Generation::new(Arc::new(config)))), tape: Tape::Absent }
    }

    /// The same, with every turn written down.
    pub fn recorded_by(self, recorder: Recorder) -> Self {
        Self { tape: Tape::Recording(recorder), ..self }
    }

    /// Answers from a cassette in place of all models: none of them is asked, or needs to be configured.
    pub fn played_from(self, cassette: Cassette) -> Self {
        Self { tape: Tape::Played(cassette), ..self }
    }

    /// Takes a new configuration for all that is asked from now on. What was learnt of limits and failures is forgotten
    /// with the old models: they may have been another key's. Connections stay, if the time limits are the same.
    pub fn reload(&self, config: Config) {
        let mut now = self.now();
        let next = now.succeeded_by(config);
        *now = Arc::new(next);
    }

    /// The configuration that holds.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(self.now().config())
    }

    /// Whether every model of a match is to be had.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self, spec: &Spec) -> Result<(), Error> {
        if let Tape::Played(_) = self.tape {
            return Ok(());
        }
        let contestants = Seat::ALL.into_iter().filter_map(|seat| Some((seat, spec.contestant(seat)?)));
        for (seat, contestant) in contestants.chain(spec.judges.iter().map(|judge| (Seat::Judge, judge))) {
            let guards = contestant.agent.guards.iter().filter_map(Guard::own_model);
            for model in guards.chain([&contestant.model]).filter(|model| **model != ModelSpec::Script) {
                self.chain(model, Some(seat))?;
            }
        }
        Ok(())
    }

    /// Asks `spec` for the seat of `request`, until there is an answer, nobody left to ask, or `until` is over.
    ///
    /// # Errors
    /// Why there is no answer, with every attempt.
    pub async fn ask(
        &self,
        spec: &ModelSpec,
        request: &Request,
        until: Instant,
        hears: Hears<'_>,
    ) -> Result<Reply, ModelFailure> {
        if let Tape::Played(cassette) = &self.tape {
            return tape::play(cassette, spec, request);
        }
        let outcome = match self.chain(spec, Some(request.seat)) {
            Ok(chain) => chain.ask(request, until, hears).await,
            Err(error) => Err(ModelFailure::unasked(FailureClass::Misconfigured, in_one_line(&error))),
        };
        if let Tape::Recording(recorder) = &self.tape {
            tape::record(recorder, spec, request, &outcome)?;
        }
        outcome
    }

    /// Who answers for `spec`, with the key of `seat`; `None` is nobody's, and gets the key of all. A model alone is a
    /// chain of one. Its models share connections, cooldowns and places with all others of the same name and key.
    ///
    /// # Errors
    /// [`Error`] if it, or one of its models, is not configured.
    pub fn chain(&self, spec: &ModelSpec, seat: Option<Seat>) -> Result<Arc<Chain>, Error> {
        let generation = Arc::clone(&self.now());
        generation.chain(spec, seat)
    }

    /// Who answers for `spec` with the key of all, or else with that of the first seat for which everything is there.
    ///
    /// # Errors
    /// [`Error`] if nobody has what it takes: what is missing for all.
    pub fn chain_for_somebody(&self, spec: &ModelSpec) -> Result<Arc<Chain>, Error> {
        let for_all = self.chain(spec, None);
        for_all.or_else(|error| Seat::ALL.iter().find_map(|seat| self.chain(spec, Some(*seat)).ok()).ok_or(error))
    }

    /// One model, which is asked once and has no cache before it: to find out whether it answers.
    ///
    /// # Errors
    /// [`Error`] if it is not configured, or a chain.
    pub fn model(&self, spec: &ModelSpec, seat: Option<Seat>) -> Result<Arc<dyn Model>, Error> {
        let generation = Arc::clone(&self.now());
        generation.model(spec, seat)
    }

    /// What a model costs; of a chain, the dearest of all who may answer. `None` if the price of one is not known.
    pub fn price(&self, spec: &ModelSpec) -> Option<Price> {
        self.now().price(spec)
    }

    /// Of the models that may answer for `spec`, those whose price is not known; none if there is no such chain.
    pub fn unpriced(&self, spec: &ModelSpec) -> Vec<ModelSpec> {
        self.now().unpriced(spec)
    }

    /// What became of the folder of kept answers, if there is one and somebody was asked.
    pub fn cache_stats(&self) -> Option<Stats> {
        self.now().cache_stats()
    }

    fn now(&self) -> MutexGuard<'_, Arc<Generation>> {
        // What is swapped is whole before and after.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
