//! Tool calls that are stopped, by their arguments.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::Inspected;
use crate::flag::{Flags, placeholders};
use crate::message::ToolCall;
use crate::predicate::{Condition, DraftCondition, all_hold};
use crate::world::escape;

/// A call that is stopped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoppedCall {
    tool: String,
    when: Vec<Condition>,
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftCall {
    tool: String,
    #[serde(rename = "where", default)]
    when: Vec<Spanned<DraftCondition>>,
}

impl StoppedCall {
    /// Whether this call is one. An argument that is not there satisfies no condition.
    pub(super) fn is(&self, inspected: &Inspected<'_>) -> bool {
        inspected.tool == Some(self.tool.as_str())
            && ToolCall::read_arguments(inspected.text)
                .map_or(self.when.is_empty(), |arguments: Value| all_hold(&self.when, &arguments, &Flags::none()))
    }

    pub(super) fn tool(&self) -> &str {
        &self.tool
    }
}

impl DraftCall {
    /// The call, or what is wrong with it.
    pub(super) fn checked(self) -> Result<StoppedCall, String> {
        if self.tool.trim().is_empty() {
            return Err("tool must name a tool".to_owned());
        }
        let when = self.when.iter().map(|draft| condition(draft.get_ref())).collect::<Result<_, _>>()?;
        Ok(StoppedCall { tool: self.tool, when })
    }
}

fn condition(draft: &DraftCondition) -> Result<Condition, String> {
    let (Some(field), None) = (&draft.field, &draft.path) else {
        return Err("a condition on a call names its argument: { field = \"...\", ... }".to_owned());
    };
    let path = format!("/{}", escape(field.get_ref()));
    let test = draft.test().map_err(|error| error.to_string())?;
    // A rule belongs to an agent, which knows no scenario and so no flag.
    match test.texts().into_iter().find_map(|text| placeholders(text).first().copied().map(str::to_owned)) {
        Some(flag) => Err(format!("a rule cannot name a flag ({flag}); canaries = \"any-form\" finds all of them")),
        None => Ok(Condition { path, test }),
    }
}
