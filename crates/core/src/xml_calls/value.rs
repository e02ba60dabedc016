//! A value between two tags, as text and as JSON.

use serde_json::Value;

use crate::message::ToolCall;

/// The kinds of JSON that a parameter takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(Vec<String>);

impl Kinds {
    /// Those of a JSON Schema: its `type`, or the types it may choose from; none if it does not say.
    pub(super) fn of(schema: &Value) -> Self {
        let alternatives = ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let types = std::iter::once(schema).chain(alternatives).filter_map(|schema| schema.get("type"));
        let words = types.flat_map(|kind| match kind {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect::<Vec<_>>(),
        });
        Self(words.map(ToOwned::to_owned).collect())
    }

    /// What `text` says. A text that is none of the kinds stays text, for the schema to refuse; so does every text where
    /// text is one of them.
    pub(super) fn read(&self, text: &str) -> Value {
        let takes = |kind: &str| self.0.iter().any(|known| known == kind);
        let text = unwrapped(text);
        if self.0.is_empty() || takes("string") {
            return Value::String(text.to_owned());
        }
        let lower = text.trim().to_ascii_lowercase();
        if takes("boolean")
            && let Ok(bool) = lower.parse()
        {
            return Value::Bool(bool);
        }
        let value = ToolCall::read_arguments(text.trim()).filter(|value| match value {
            Value::Null => takes("null"),
            Value::Number(number) => takes("number") || (takes("integer") && !number.is_f64()),
            Value::Array(_) => takes("array"),
            Value::Object(_) => takes("object"),
            Value::Bool(_) | Value::String(_) => false,
        });
        value.unwrap_or_else(|| Value::String(text.to_owned()))
    }

    /// The kinds as one word; empty if any.
    pub(super) fn words(&self) -> String {
        self.0.join(" or ")
    }
}

/// The text between the tags without the one line break after the first and before the second.
fn unwrapped(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix("\r\n") {
        return rest.strip_suffix("\r\n").or_else(|| rest.strip_suffix('\n')).unwrap_or(rest);
    }
    match text.strip_prefix('\n') {
        Some(rest) => rest.strip_suffix('\n').unwrap_or(rest),
        None => text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text),
    }
}

/// What stands between the tags for `value`.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains('\n') => format!("\n{text}\n"),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_read_as_its_schema_says() {
        let check = |schema: Value, text: &str, expected: Value| {
            assert_eq!(Kinds::of(&schema).read(text), expected, "{schema} {text:?}");
        };
        check(json!({}), "\n 5 \n", json!(" 5 "));
        check(json!({"type": "string"}), "true", json!("true"));
        check(json!({"type": "string"}), "\n\na\n\n", json!("\na\n"));
        check(json!({"type": "string"}), "\r\na\r\n", json!("a"));
        check(json!({"type": "integer"}), "\n 5 \n", json!(5));
        check(json!({"type": "integer"}), "5.5", json!("5.5"));
        check(json!({"type": "number"}), "5.5", json!(5.5));
        check(json!({"type": "number"}), "five", json!("five"));
        check(json!({"type": "boolean"}), " True", json!(true));
        check(json!({"type": "boolean"}), "yes", json!("yes"));
        check(json!({"type": "array"}), "[1, \"a\"]", json!([1, "a"]));
        check(json!({"type": "array"}), "[1, \"a", json!("[1, \"a"));
        check(json!({"type": "object"}), "{\"a\": {}}", json!({"a": {}}));
        check(json!({"type": "object"}), "[]", json!("[]"));
        check(json!({"type": ["integer", "null"]}), "null", json!(null));
        check(json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}), "7", json!(7));
        check(json!({"type": ["integer", "string"]}), "7", json!("7"));
    }

    proptest! {
        #[test]
        fn text_that_is_written_is_read_back(text in "[ab\r\n ]{0,8}") {
            let text = Value::String(text);
            prop_assert_eq!(Kinds::default().read(&written(&text)), text);
        }
    }
}
