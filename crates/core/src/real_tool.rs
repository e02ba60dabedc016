//! Tools that really run, outside of the rules: in a sandbox, through a gate. What they answer is in the record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::ToolSpec;

/// A real tool as a match knows it: what the model is told, and which arguments fit. Recorded with the match, so that
/// a later arena with other words for the same tool reads the record as it was played.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "ToolSpec", into = "ToolSpec")]
pub struct RealTool {
    spec: ToolSpec,
    schema: Arc<jsonschema::Validator>,
}

/// The parameters of a tool are no JSON Schema of an object.
#[derive(Debug, thiserror::Error)]
#[error("the parameters of tool {tool:?} are no JSON Schema of an object{}", why.as_deref().map(|why| format!(": {why}")).unwrap_or_default())]
pub struct NoSchema {
    /// Which tool.
    pub tool: String,
    /// What is wrong, if it is not the type.
    pub why: Option<String>,
}

impl RealTool {
    /// What a model is told of it.
    pub fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    /// Checks arguments.
    pub fn schema(&self) -> &jsonschema::Validator {
        &self.schema
    }
}

impl TryFrom<ToolSpec> for RealTool {
    type Error = NoSchema;

    fn try_from(spec: ToolSpec) -> Result<Self, NoSchema> {
        let no_schema = |why| NoSchema { tool: spec.name.to_string(), why };
        if spec.parameters.get("type") != Some(&Value::from("object")) {
            return Err(no_schema(None));
        }
        let schema = jsonschema::validator_for(&spec.parameters).map_err(|error| no_schema(Some(error.to_string())))?;
        Ok(Self { schema: Arc::new(schema), spec })
    }
}

impl From<RealTool> for ToolSpec {
    fn from(tool: RealTool) -> Self {
        tool.spec
    }
}

impl PartialEq for RealTool {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}
