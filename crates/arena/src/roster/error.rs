//! Why a model is not to be had as things are configured, and what to set where.

use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::problem::unknown;
use arena_models::NoClient;

use crate::config::{Config, Unready};

/// A model cannot be asked as things are configured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No provider of this name.
    #[error(
        "{model}: {}; one of your own goes under [providers.{provider}] of arena.toml",
        unknown("provider", provider.as_str(), known.iter().map(Name::as_str))
    )]
    NoProvider {
        /// The model.
        model: ModelSpec,
        /// The provider it names.
        provider: Name,
        /// Those there are.
        known: Vec<Name>,
    },
    /// Not a model.
    #[error("a script is no model: it says what the scenario has written down, on red and target alone")]
    Script,
    /// No chain of this name.
    #[error(
        "{}; a chain goes under [chains.{chain}] of arena.toml",
        unknown("chain", chain.as_str(), known.iter().map(Name::as_str))
    )]
    NoChain {
        /// The chain.
        chain: Name,
        /// Those there are.
        known: Vec<Name>,
    },
    /// A provider alone is no model.
    #[error(
        "{provider} is a provider, not a model: write {provider}:MODEL; arena models --provider {provider} lists what is known"
    )]
    NoName {
        /// The provider.
        provider: Name,
    },
    /// The provider lacks something.
    #[error("{model} cannot be asked")]
    Unready {
        /// The model.
        model: ModelSpec,
        /// What.
        #[source]
        cause: Unready,
    },
    /// HTTP is not to be had.
    #[error("no HTTP client could be built")]
    Http(#[source] NoClient),
}

impl Error {
    pub(super) fn no_provider(model: &ModelSpec, provider: &Name, config: &Config) -> Self {
        let known = config.providers.keys().cloned().collect();
        Self::NoProvider { model: model.clone(), provider: provider.clone(), known }
    }

    pub(super) fn no_chain(chain: &Name, config: &Config) -> Self {
        Self::NoChain { chain: chain.clone(), known: config.chains.keys().cloned().collect() }
    }
}
