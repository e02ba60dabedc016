//! The models that can be named as things are, with prices and windows.

use arena_core::budget::Price;
use arena_core::model::ModelSpec;
use arena_models::catalog;
use serde::Serialize;

use super::Roster;
use crate::config::{Kind, Provider};

/// A model that can be named.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Offer {
    /// Its name.
    pub model: ModelSpec,
    /// Whether it can be asked as things are.
    pub ready: bool,
    /// US dollars a million tokens read; nothing if that is not known.
    pub input_usd_per_million: Option<f64>,
    /// The same for tokens that the provider has cached.
    pub cached_usd_per_million: Option<f64>,
    /// The same for tokens written.
    pub output_usd_per_million: Option<f64>,
    /// Tokens that it can take in.
    pub window_tokens: Option<u64>,
    /// Tokens of its longest answer.
    pub max_output_tokens: Option<u64>,
}

impl Roster {
    /// The mock, the chains, and the models of every provider that can be asked.
    pub fn offered(&self) -> Vec<Offer> {
        let config = self.config();
        let mut offered = vec![self.offer(ModelSpec::MOCK, None)];
        offered.extend(config.chains.keys().map(|name| self.offer(ModelSpec::Chain(name.clone()), None)));
        offered.extend(config.ready().flat_map(|provider| self.offered_by(provider)));
        offered
    }

    /// The models of a provider's vendor, and those that the file has a price of. A user's own agent is a model without a name.
    pub fn offered_by(&self, provider: &Provider) -> Vec<Offer> {
        let spec = |name: &str| ModelSpec::Of { provider: provider.name.clone(), model: name.to_owned() };
        let known = provider.vendor().into_iter().flat_map(|vendor| catalog::known_of(vendor.name));
        let mut offered: Vec<Offer> =
            known.map(|known| self.offer(spec(known.name), Some((provider, known.max_output_tokens)))).collect();
        if let Kind::Http(_) = provider.kind.value {
            offered.push(self.offer(spec(""), Some((provider, None))));
        }
        for (model, _) in &self.config().terms {
            let is_of = matches!(model, ModelSpec::Of { provider: of, .. } if *of == provider.name);
            if is_of && !offered.iter().any(|offer| offer.model == *model) {
                offered.push(self.offer(model.clone(), Some((provider, None))));
            }
        }
        offered
    }

    fn offer(&self, model: ModelSpec, of: Option<(&Provider, Option<u64>)>) -> Offer {
        let price = self.price(&model);
        let usd = |picousd: fn(Price) -> u64| price.map(|price| usd_per_million(picousd(price)));
        Offer {
            ready: self.chain_for_somebody(&model).is_ok(),
            input_usd_per_million: usd(|price| price.input_picousd),
            cached_usd_per_million: usd(|price| price.cached_picousd),
            output_usd_per_million: usd(|price| price.output_picousd),
            window_tokens: of.and_then(|(provider, _)| self.config().terms_of(provider, &model).window_tokens),
            max_output_tokens: of.and_then(|(_, max_output_tokens)| max_output_tokens),
            model,
        }
    }
}

/// A trillionth of a dollar a token is a millionth of a dollar a million tokens.
#[expect(clippy::cast_precision_loss, reason = "prices have few digits")]
fn usd_per_million(picousd: u64) -> f64 {
    picousd as f64 / 1e6
}
