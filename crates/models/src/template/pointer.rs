//! A JSON pointer (RFC 6901) of a template: where something stands in what an agent answers. Pure.

use serde_json::Value;

/// A pointer, checked. The empty one is the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer(String);

impl Pointer {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let is_escaped_well = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if (text.is_empty() || text.starts_with('/')) && is_escaped_well {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("{text:?} is no JSON pointer: write for example \"/reply/text\" or \"/choices/0/text\""))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is there; null is nothing.
    pub(super) fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        value.pointer(&self.0).filter(|found| !found.is_null())
    }
}

/// A value as the text that it is, or else as its JSON.
pub(super) fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
