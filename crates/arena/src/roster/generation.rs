//! The models of one configuration: each built once, under one lock. That is cheap: nothing connects before it is asked,
//! and the cache's folder is opened before the first match is played.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arena_core::budget::Price;
use arena_core::id::Seat;
use arena_core::model::ModelSpec;
use arena_models::cache::Stats;
use arena_models::{
    Anthropic, CacheFolder, Cached, Chain, Endpoint, Gemini, Http, HttpAgent, Identity, Key, Mock, Model, OpenAi,
    Rules, Target, Template, Terms,
};

use super::error::Error;
use crate::config::{self, Cache, Config, Kind, Provider};

/// One configuration and what was built of it so far.
#[derive(Debug)]
pub(super) struct Generation {
    config: Arc<Config>,
    built: Mutex<Built>,
}

#[derive(Debug, Default)]
struct Built {
    chains: HashMap<(ModelSpec, Option<Seat>), Arc<Chain>>,
    /// One for each model and key, whoever asks: what is known of its limits holds for all. The provider's name stands in
    /// the model, and within one configuration it means one base URL.
    targets: HashMap<(ModelSpec, Option<Key>), One>,
    shared: Shared,
}

/// What outlives a configuration that does not change it.
#[derive(Clone, Debug, Default)]
struct Shared {
    /// One client for all, so that they share its connections.
    http: Option<Http>,
    /// One folder for all, so that equal questions wait for each other.
    cache: Option<Arc<CacheFolder>>,
}

/// A model, and the target that it is in chains.
#[derive(Clone, Debug)]
struct One {
    model: Arc<dyn Model>,
    target: Arc<Target>,
}

impl Generation {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self { config, built: Mutex::default() }
    }

    /// The generation after this one.
    pub(super) fn succeeded_by(&self, config: Config) -> Self {
        let shared = self.built().shared.clone();
        let http = shared.http.filter(|_| config.limits.of_a_call() == self.config.limits.of_a_call());
        let cache = shared.cache.filter(|_| config.cache == self.config.cache);
        let built = Built { shared: Shared { http, cache }, ..Built::default() };
        Self { config: Arc::new(config), built: Mutex::new(built) }
    }

    pub(super) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    pub(super) fn chain(&self, spec: &ModelSpec, seat: Option<Seat>) -> Result<Arc<Chain>, Error> {
        let mut built = self.built();
        if let Some(chain) = built.chains.get(&(spec.clone(), seat)) {
            return Ok(Arc::clone(chain));
        }
        let mut rules = Rules { turn: self.config.limits.turn.value, ..Rules::default() };
        let targets = match spec {
            ModelSpec::Chain(name) => {
                let chain = self.config.chains.get(name).ok_or_else(|| Error::no_chain(name, &self.config))?;
                rules.attempts_per_target = chain.value.attempts;
                chain
                    .value
                    .candidates()
                    .map(|model| self.one(&mut built, model, seat))
                    .collect::<Result<Vec<_>, _>>()?
            }
            ModelSpec::Mock { .. } | ModelSpec::Of { .. } | ModelSpec::Script => {
                vec![self.one(&mut built, spec, seat)?]
            }
        };
        let targets = targets.into_iter().map(|one| one.target).collect();
        let chain = Arc::new(Chain::new(spec.clone(), targets, rules));
        built.chains.insert((spec.clone(), seat), Arc::clone(&chain));
        Ok(chain)
    }

    pub(super) fn model(&self, spec: &ModelSpec, seat: Option<Seat>) -> Result<Arc<dyn Model>, Error> {
        Ok(self.one(&mut self.built(), spec, seat)?.model)
    }

    /// One model, which is not a chain.
    fn one(&self, built: &mut Built, spec: &ModelSpec, seat: Option<Seat>) -> Result<One, Error> {
        let (provider, name) = match spec {
            ModelSpec::Mock { latency_ms } => {
                let of = (spec.clone(), None);
                return Ok(built.targets.entry(of).or_insert_with(|| mock(*latency_ms)).clone());
            }
            ModelSpec::Chain(name) => return Err(Error::no_chain(name, &self.config)),
            ModelSpec::Script => return Err(Error::Script),
            ModelSpec::Of { provider, model } => (provider, model),
        };
        let known = self.config.providers.get(provider);
        let provider = known.ok_or_else(|| Error::no_provider(spec, provider, &self.config))?;
        if name.is_empty() && !matches!(provider.kind.value, Kind::Http(_)) {
            return Err(Error::NoName { provider: provider.name.clone() });
        }
        let endpoint = provider.endpoint(seat).map_err(|cause| Error::Unready { model: spec.clone(), cause })?;
        let of = (spec.clone(), provider.keys.of(seat).and_then(|key| key.value.clone().ok()));
        if let Some(one) = built.targets.get(&of) {
            return Ok(one.clone());
        }
        let http = built.shared.http(&self.config)?;
        let base_url = endpoint.to_string();
        let model = speaks(provider, spec, name, endpoint, of.1.clone(), http);
        let asked = match built.shared.cache(&self.config) {
            Some(folder) => {
                let identity = Identity { provider: provider.name.to_string(), base_url, model: name.clone() };
                Arc::new(Cached::new(Arc::clone(&model), identity, folder))
            }
            None => Arc::clone(&model),
        };
        let one = One { model, target: Arc::new(Target::new(asked, self.terms(provider, spec))) };
        built.targets.insert(of, one.clone());
        Ok(one)
    }

    fn terms(&self, provider: &Provider, spec: &ModelSpec) -> Terms {
        let config::Terms { price, window_tokens } = self.config.terms_of(provider, spec);
        let max_concurrent = provider.max_concurrent.value.and_then(|count| NonZeroUsize::new(count as usize));
        Terms { price, window_tokens, max_concurrent: max_concurrent.unwrap_or(NonZeroUsize::MAX) }
    }

    pub(super) fn price(&self, spec: &ModelSpec) -> Option<Price> {
        match spec {
            ModelSpec::Mock { .. } | ModelSpec::Script => Some(Price::FREE),
            ModelSpec::Of { provider, .. } => self.config.terms_of(self.config.providers.get(provider)?, spec).price,
            ModelSpec::Chain(name) => {
                let prices = self.config.chains.get(name)?.value.candidates().map(|model| self.price(model));
                let prices = prices.collect::<Option<Vec<_>>>()?;
                prices.into_iter().reduce(dearer)
            }
        }
    }

    pub(super) fn unpriced(&self, spec: &ModelSpec) -> Vec<ModelSpec> {
        let may_answer = match spec {
            ModelSpec::Mock { .. } | ModelSpec::Of { .. } | ModelSpec::Script => vec![spec],
            ModelSpec::Chain(name) => {
                self.config.chains.get(name).map(|chain| chain.value.candidates().collect()).unwrap_or_default()
            }
        };
        may_answer.into_iter().filter(|model| self.price(model).is_none()).cloned().collect()
    }

    pub(super) fn cache_stats(&self) -> Option<Stats> {
        self.built().shared.cache.as_ref().map(|folder| folder.stats())
    }

    fn built(&self) -> MutexGuard<'_, Built> {
        // Nothing panics while it is held, and its maps are whole in any case.
        self.built.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn http(&mut self, config: &Config) -> Result<Http, Error> {
        Ok(match &self.http {
            Some(http) => http.clone(),
            None => self.http.insert(Http::new(config.limits.of_a_call()).map_err(Error::Http)?).clone(),
        })
    }

    /// The folder of answers, if there is to be one.
    fn cache(&mut self, config: &Config) -> Option<Arc<CacheFolder>> {
        let Cache { enabled, folder, ttl_hours } = &config.cache;
        if !enabled.value {
            return None;
        }
        let open = || Arc::new(CacheFolder::open(&folder.value, Duration::from_hours(ttl_hours.value)));
        Some(Arc::clone(self.cache.get_or_insert_with(open)))
    }
}

/// The mock: free, of any length, for as many as ask.
fn mock(latency_ms: u64) -> One {
    let model = Arc::new(Mock::new(latency_ms));
    let terms = Terms { price: Some(Price::FREE), window_tokens: None, max_concurrent: NonZeroUsize::MAX };
    One { model: Arc::clone(&model) as _, target: Arc::new(Target::new(model, terms)) }
}

/// A model of `provider`: the one place that knows who speaks which API.
fn speaks(
    provider: &Provider,
    spec: &ModelSpec,
    name: &str,
    endpoint: Endpoint,
    key: Option<Key>,
    http: Http,
) -> Arc<dyn Model> {
    let (spec, stream, schema) = (spec.clone(), provider.stream.value, provider.json_schema.value);
    match &provider.kind.value {
        Kind::OpenAi => Arc::new(OpenAi::new(spec, name, endpoint, http, stream).with_schema(schema)),
        Kind::Anthropic => Arc::new(Anthropic::new(spec, name, endpoint, http, stream).with_schema(schema)),
        Kind::Gemini => Arc::new(Gemini::new(spec, name, endpoint, http, stream).with_schema(schema)),
        Kind::Http(template) => Arc::new(HttpAgent::new(spec, name, Template::clone(template), key, http)),
    }
}

/// The higher of both in each part.
fn dearer(one: Price, other: Price) -> Price {
    Price {
        input_picousd: one.input_picousd.max(other.input_picousd),
        cached_picousd: one.cached_picousd.max(other.cached_picousd),
        output_picousd: one.output_picousd.max(other.output_picousd),
    }
}
