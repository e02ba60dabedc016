//! Which model answers: a provider and the provider's name for the model.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::nearest;

/// A model as written in files and flags: `mock`, `mock:250ms`, `openai:gpt-5-mini`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ModelSpec {
    /// The arena's own scripted-by-seed player.
    Mock {
        /// How long each answer takes, milliseconds.
        latency_ms: u64,
    },
    /// Whatever speaks the OpenAI chat completions API at the configured base URL.
    OpenAi {
        /// The provider's name of the model.
        model: String,
    },
}

impl ModelSpec {
    /// Words that may stand before the colon.
    pub const PROVIDERS: [&str; 2] = ["mock", "openai"];

    /// The mock, answering at once.
    pub const MOCK: Self = Self::Mock { latency_ms: 0 };

    /// Whether answers must be labelled as the mock's.
    pub fn is_mock(&self) -> bool {
        match self {
            Self::Mock { .. } => true,
            Self::OpenAi { .. } => false,
        }
    }
}

/// The text names no model.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAModel {
    /// Nothing by this name makes models.
    #[error(
        "there is no provider {provider:?}{}; write PROVIDER:MODEL with one of: {}",
        nearest(provider, ModelSpec::PROVIDERS).map(|near| format!(", did you mean {near:?}?")).unwrap_or_default(),
        ModelSpec::PROVIDERS.join(", ")
    )]
    UnknownProvider {
        /// What was written.
        provider: String,
    },
    /// A provider without a model.
    #[error("{provider:?} needs a model: write {provider}:MODEL, for example {provider}:gpt-5-mini")]
    NoModel {
        /// The provider.
        provider: String,
    },
    /// A name that no provider gives, and that a terminal would obey.
    #[error("{given:?} is not the name of a model: it has white space or control characters")]
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
        let (provider, model) = text.split_once(':').unwrap_or((text, ""));
        match provider {
            "mock" if !text.contains(':') => Ok(Self::MOCK),
            "mock" => model
                .strip_suffix("ms")
                .and_then(|ms| ms.parse().ok())
                .filter(|ms| *ms <= 60_000)
                .map(|latency_ms| Self::Mock { latency_ms })
                .ok_or_else(|| NotAModel::NotALatency { given: model.to_owned() }),
            "openai" if model.chars().any(|c| c.is_control() || c.is_whitespace()) => {
                Err(NotAModel::NotAName { given: model.to_owned() })
            }
            "openai" if model.is_empty() => Err(NotAModel::NoModel { provider: provider.to_owned() }),
            "openai" => Ok(Self::OpenAi { model: model.to_owned() }),
            _ => Err(NotAModel::UnknownProvider { provider: provider.to_owned() }),
        }
    }
}

impl fmt::Display for ModelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mock { latency_ms: 0 } => f.pad("mock"),
            Self::Mock { latency_ms } => f.pad(&format!("mock:{latency_ms}ms")),
            Self::OpenAi { model } => f.pad(&format!("openai:{model}")),
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
        for text in ["mock", "mock:250ms", "openai:gpt-5-mini", "openai:org/model:free"] {
            assert_eq!(text.parse::<ModelSpec>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_model_is_told_why() {
        for (text, message) in [
            (
                "opnai:x",
                "there is no provider \"opnai\", did you mean \"openai\"?; write PROVIDER:MODEL with one of: mock, openai",
            ),
            ("", "there is no provider \"\"; write PROVIDER:MODEL with one of: mock, openai"),
            ("openai", "\"openai\" needs a model: write openai:MODEL, for example openai:gpt-5-mini"),
            ("mock:", "\"\" is not a latency of the mock: write mock or mock:250ms (at most 60000ms)"),
            ("mock:9h", "\"9h\" is not a latency of the mock: write mock or mock:250ms (at most 60000ms)"),
        ] {
            assert_eq!(text.parse::<ModelSpec>().unwrap_err().to_string(), message);
        }
    }
}
