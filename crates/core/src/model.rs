//! Which model answers: a provider and the provider's name for the model, or a chain of such.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::Name;

/// A model as written in files and flags: `mock`, `mock:250ms`, `openai:gpt-5-mini`, `chain:careful`.
///
/// Which providers and chains there are is a matter of configuration; a match that names one that is not configured
/// can be read all the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ModelSpec {
    /// The arena's own scripted-by-seed player.
    Mock {
        /// How long each answer takes, milliseconds.
        latency_ms: u64,
    },
    /// A model of a provider.
    Of {
        /// Who serves it.
        provider: Name,
        /// The provider's name of it; empty where the provider is a single agent.
        model: String,
    },
    /// The first model of a configured chain that answers.
    Chain(Name),
    /// No model: the scenario's own script. On Red it says the reference attack. On the Target it is the agent that an
    /// ideal attack took over: it plays the objective's ground truth, and honest work as its solution has it.
    Script,
}

impl ModelSpec {
    /// The mock, answering at once.
    pub const MOCK: Self = Self::Mock { latency_ms: 0 };

    /// Whether answers must be labelled as the mock's: they say nothing about a model.
    pub fn is_mock(&self) -> bool {
        match self {
            Self::Mock { .. } | Self::Script => true,
            Self::Of { .. } | Self::Chain(_) => false,
        }
    }
}

/// The text names no model.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAModel {
    /// What stands before the colon cannot be a provider.
    #[error("{given:?} names no provider: write PROVIDER:MODEL, for example openai:gpt-5-mini, or chain:NAME, or mock")]
    NotAProvider {
        /// What was written.
        given: String,
    },
    /// `chain:` and no name.
    #[error("{given:?} is not the name of a chain: write chain:NAME, as in [chains.NAME] of arena.toml")]
    NotAChain {
        /// What was written after the colon.
        given: String,
    },
    /// A name that no provider gives, and that a terminal would obey.
    #[error("{given:?} is not the name of a model: it is empty, too long, or has white space or control characters")]
    NotAName {
        /// What was written after the colon.
        given: String,
    },
    /// The mock takes a latency and nothing else.
    #[error("{given:?} is not a latency of the mock: write mock or mock:250ms (at most 60000ms)")]
    NotALatency {
        /// What was written after the colon.
        given: String,
    },
}

impl FromStr for ModelSpec {
    type Err = NotAModel;

    fn from_str(text: &str) -> Result<Self, NotAModel> {
        let (provider, model) = match text.split_once(':') {
            Some((provider, model)) => (provider, Some(model)),
            None => (text, None),
        };
        match (provider, model) {
            ("mock", None) => Ok(Self::MOCK),
            ("script", None) => Ok(Self::Script),
            ("mock", Some(latency)) => latency
                .strip_suffix("ms")
                .and_then(|ms| ms.parse().ok())
                .filter(|ms| *ms <= 60_000)
                .map(|latency_ms| Self::Mock { latency_ms })
                .ok_or_else(|| NotAModel::NotALatency { given: latency.to_owned() }),
            ("chain", name) => {
                let name = name.unwrap_or_default();
                name.parse().map(Self::Chain).map_err(|_| NotAModel::NotAChain { given: name.to_owned() })
            }
            (provider, model) => {
                let named = provider.parse();
                let provider = named.map_err(|_| NotAModel::NotAProvider { given: provider.to_owned() })?;
                match model {
                    Some(model) if !is_name(model) => Err(NotAModel::NotAName { given: model.to_owned() }),
                    model => Ok(Self::Of { provider, model: model.unwrap_or_default().to_owned() }),
                }
            }
        }
    }
}

/// Whether a provider could call a model so.
fn is_name(model: &str) -> bool {
    /// Longer than any provider's, with an organisation and a revision in it.
    const MAX_CHARS: usize = 256;
    !model.is_empty() && model.len() <= MAX_CHARS && !model.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl fmt::Display for ModelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mock { latency_ms: 0 } => f.pad("mock"),
            Self::Mock { latency_ms } => f.pad(&format!("mock:{latency_ms}ms")),
            Self::Of { provider, model } if model.is_empty() => f.pad(provider.as_str()),
            Self::Of { provider, model } => f.pad(&format!("{provider}:{model}")),
            Self::Chain(name) => f.pad(&format!("chain:{name}")),
            Self::Script => f.pad("script"),
        }
    }
}

impl Serialize for ModelSpec {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelSpec {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_reads_back_as_it_is_written() {
        for text in
            ["mock", "mock:250ms", "openai:gpt-5-mini", "openai:org/model:free", "my-bot", "chain:careful", "script"]
        {
            assert_eq!(text.parse::<ModelSpec>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_model_is_told_why() {
        let no_name = "is not the name of a model: it is empty, too long, or has white space or control characters";
        for (text, message) in [
            (
                "",
                "\"\" names no provider: write PROVIDER:MODEL, for example openai:gpt-5-mini, or chain:NAME, or mock"
                    .to_owned(),
            ),
            (
                "Open AI:x",
                "\"Open AI\" names no provider: write PROVIDER:MODEL, for example openai:gpt-5-mini, or chain:NAME, or mock"
                    .to_owned(),
            ),
            ("openai:", format!("\"\" {no_name}")),
            ("openai:a b", format!("\"a b\" {no_name}")),
            ("chain", "\"\" is not the name of a chain: write chain:NAME, as in [chains.NAME] of arena.toml".to_owned()),
            ("mock:", "\"\" is not a latency of the mock: write mock or mock:250ms (at most 60000ms)".to_owned()),
            ("mock:9h", "\"9h\" is not a latency of the mock: write mock or mock:250ms (at most 60000ms)".to_owned()),
        ] {
            assert_eq!(text.parse::<ModelSpec>().unwrap_err().to_string(), message);
        }
    }
}
