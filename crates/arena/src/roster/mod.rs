//! The models that can be asked, built from the configuration when somebody first asks for them, and then shared.
//!
//! `generation` has the models of one configuration. A new configuration is a new generation: calls under way finish on
//! the old one, which goes with the last of them.

mod error;
mod generation;
mod offer;
mod tape;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena_core::agent::Guard;
use arena_core::budget::Price;
use arena_core::id::Seat;
use arena_core::message::{FailureClass, ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::spec::Spec;
use arena_models::cache::Stats;
use arena_models::{Cassette, Chain, Hears, Key, Model, Recorder};
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
    now: Mutex<Now>,
    tape: Tape,
}

/// What holds now.
#[derive(Debug)]
struct Now {
    generation: Arc<Generation>,
    /// Keys that were given while the program runs. They are nowhere else, and outlive a configuration.
    given: BTreeMap<Name, Key>,
}

/// A key was not given or taken away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGiven {
    /// No provider of this name.
    #[error("there is no provider {0}")]
    NoProvider(Name),
    /// It would go nowhere.
    #[error("provider {0} takes no key: its table in arena.toml names no variable for one with key_env")]
    TakesNone(Name),
    /// None was given to it.
    #[error("no key was given to provider {0} over the API")]
    NoKey(Name),
}

impl Roster {
    /// The models that `config` has.
    pub fn new(config: Config) -> Self {
        let generation = Arc::new(Generation::new(Arc::new(config)));
        Self { now: Mutex::new(Now { generation, given: BTreeMap::new() }), tape: Tape::Absent }
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
    /// with the old models: they may have been another key's. Connections stay, if the time limits are the same; so do keys
    /// that were given.
    pub fn reload(&self, config: Config) {
        self.now().reload(config);
    }

    /// Gives a provider a key for all that is asked from now on, whatever key it has from elsewhere.
    ///
    /// # Errors
    /// [`NotGiven`] if there is no such provider, or it takes no key.
    pub fn give_key(&self, provider: Name, key: Key) -> Result<(), NotGiven> {
        let mut now = self.now();
        let config = Config::clone(now.generation.config());
        match config.providers.get(&provider) {
            None => return Err(NotGiven::NoProvider(provider)),
            Some(known) if !known.keys.are_taken() => return Err(NotGiven::TakesNone(provider)),
            Some(_) => now.given.insert(provider, key),
        };
        now.reload(config);
        Ok(())
    }

    /// Takes away the key that was given to a provider: what is asked from now on goes with that of the environment.
    ///
    /// # Errors
    /// [`NotGiven`] if there is no such provider, or no key was given to it.
    pub fn take_key(&self, provider: Name) -> Result<(), NotGiven> {
        let mut now = self.now();
        let config = Config::clone(now.generation.config());
        // One whose provider left the configuration meanwhile goes, too.
        match (now.given.remove(&provider), config.providers.contains_key(&provider)) {
            (Some(_), _) => now.reload(config),
            (None, true) => return Err(NotGiven::NoKey(provider)),
            (None, false) => return Err(NotGiven::NoProvider(provider)),
        }
        Ok(())
    }

    /// The configuration that holds.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(self.generation().config())
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
        self.generation().chain(spec, seat)
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
        self.generation().model(spec, seat)
    }

    /// What a model costs; of a chain, the dearest of all who may answer. `None` if the price of one is not known.
    pub fn price(&self, spec: &ModelSpec) -> Option<Price> {
        self.generation().price(spec)
    }

    /// Of the models that may answer for `spec`, those whose price is not known; none if there is no such chain.
    pub fn unpriced(&self, spec: &ModelSpec) -> Vec<ModelSpec> {
        self.generation().unpriced(spec)
    }

    /// What became of the folder of kept answers, if there is one and somebody was asked.
    pub fn cache_stats(&self) -> Option<Stats> {
        self.generation().cache_stats()
    }

    fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.now().generation)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        // What is swapped is whole before and after.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn reload(&mut self, config: Config) {
        let next = self.generation.succeeded_by(config.with_keys(&self.given));
        self.generation = Arc::new(next);
    }
}
