//! The tools and parameters that tags can name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::tag;
use super::value::Kinds;
use crate::message::ToolSpec;

/// The tools a model was told of.
pub(super) struct Vocabulary {
    tools: BTreeMap<Arc<str>, Arc<Tool>>,
    /// Every name of a tool or a parameter.
    words: BTreeSet<Arc<str>>,
}

/// A tool, as far as reading its calls goes.
pub(super) struct Tool {
    pub(super) name: Arc<str>,
    pub(super) parameters: BTreeMap<Arc<str>, Kinds>,
}

impl Vocabulary {
    /// A parameter whose name is no name of a tag cannot be given.
    pub(super) fn of(tools: &[ToolSpec]) -> Self {
        let tools: BTreeMap<Arc<str>, Arc<Tool>> = tools.iter().map(Tool::of).map(|t| (t.name.clone(), t)).collect();
        let parameters = tools.values().flat_map(|tool| tool.parameters.keys());
        let words = tools.keys().chain(parameters).cloned().collect();
        Self { tools, words }
    }

    /// The name, if it means something.
    pub(super) fn word(&self, name: &str) -> Option<Arc<str>> {
        self.words.get(name).cloned()
    }

    pub(super) fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.tools.get(name)
    }
}

impl Tool {
    fn of(spec: &ToolSpec) -> Arc<Self> {
        let parameters = parameters(spec)
            .filter(|(name, _)| tag::is_name(name))
            .map(|(name, schema)| (Arc::from(name.as_str()), Kinds::of(schema)))
            .collect();
        Arc::new(Self { name: Arc::from(spec.name.as_str()), parameters })
    }
}

/// The parameters of a tool with their schemas.
pub(super) fn parameters(spec: &ToolSpec) -> impl Iterator<Item = (&String, &Value)> {
    spec.parameters.get("properties").and_then(Value::as_object).into_iter().flatten()
}
