//! What a library keeps: an agent, a scenario. Each is a file of TOML with a name in it.

use std::sync::Arc;

use arena_core::agent::Agent;
use arena_core::name::Name;
use arena_core::problem;
use arena_core::scenario::Scenario;
use arena_store::Kind;

use crate::catalog;

/// Something that has a file, a name in it, and perhaps a place in the program.
pub trait Kept: Sized {
    /// The documents that keep it.
    const KIND: Kind;

    /// Reads it.
    ///
    /// # Errors
    /// Every mistake in `source`.
    fn parse(source: &str) -> Result<Arc<Self>, problem::Error>;

    /// What it was read from.
    fn source(&self) -> &str;

    /// How it calls itself.
    fn name(&self) -> &Name;

    /// The built-in one of this name.
    ///
    /// # Errors
    /// If its file has mistakes.
    fn built_in(name: &Name) -> Result<Option<Arc<Self>>, catalog::Error>;

    /// The names of those that are built in, sorted.
    fn built_in_names() -> Vec<Name>;
}

impl Kept for Agent {
    const KIND: Kind = Kind::Agent;

    fn parse(source: &str) -> Result<Arc<Self>, problem::Error> {
        Self::interned("agent.toml", source)
    }

    fn source(&self) -> &str {
        self.source()
    }

    fn name(&self) -> &Name {
        &self.name
    }

    fn built_in(name: &Name) -> Result<Option<Arc<Self>>, catalog::Error> {
        catalog::built_in_agent(name.as_str())
    }

    fn built_in_names() -> Vec<Name> {
        sorted(catalog::agent_names())
    }
}

impl Kept for Scenario {
    const KIND: Kind = Kind::Scenario;

    fn parse(source: &str) -> Result<Arc<Self>, problem::Error> {
        Self::interned("scenario.toml", source)
    }

    fn source(&self) -> &str {
        self.source()
    }

    fn name(&self) -> &Name {
        &self.name
    }

    fn built_in(name: &Name) -> Result<Option<Arc<Self>>, catalog::Error> {
        catalog::built_in_scenario(name.as_str())
    }

    fn built_in_names() -> Vec<Name> {
        // Names differ over all suites, and an address has no room for a suite.
        sorted(catalog::scenario_names())
    }
}

fn sorted(paths: Vec<String>) -> Vec<Name> {
    let last = |path: String| path.rsplit('/').next().and_then(|name| name.parse().ok());
    let mut names: Vec<Name> = paths.into_iter().filter_map(last).collect();
    names.sort();
    names
}
