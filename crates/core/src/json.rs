//! JSON that others wrote, walked text by text.

use serde_json::Value;

/// `value` with every text and every key in it changed by `change`.
pub fn map_texts(value: Value, change: &dyn Fn(String) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.into_iter().map(|item| map_texts(item, change)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(key, field)| (change(key), map_texts(field, change))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
