//! JSON that others wrote: found in a model's answer, walked text by text, in one form.

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

/// The JSON objects that start at some brace of `text`, in order, not looking into one that was read.
pub(crate) fn objects(text: &str) -> impl Iterator<Item = Value> {
    /// A model is asked for one object; text full of braces must not cost a parse for each of them.
    const MAX_STARTS: usize = 64;
    let mut rest = text;
    let mut starts = 0;
    std::iter::from_fn(move || {
        while starts < MAX_STARTS {
            let start = rest.find('{')?;
            starts += 1;
            let mut stream = serde_json::Deserializer::from_str(&rest[start..]).into_iter::<Value>();
            match stream.next() {
                Some(Ok(object)) => {
                    let end = start + stream.byte_offset();
                    rest = &rest[end..];
                    return Some(object);
                }
                _ => rest = &rest[start + 1..],
            }
        }
        None
    })
}

/// JSON with the keys of each object in order and without spaces, so that equal values are equal texts.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&value.to_string()),
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                text.push_str(if i == 0 { "" } else { "," });
                write_canonical(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            // A map keeps its keys in order or as they were written: that is a feature which any crate can switch on.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (i, (key, field)) in fields.into_iter().enumerate() {
                text.push_str(if i == 0 { "" } else { "," });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(field, text);
            }
            text.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn equal_values_are_one_canonical_text() {
        for (json, canonical) in [
            (
                r#"{"b": [1, 2.50, "é\n"], "a": {"d": null, "c": true}}"#,
                r#"{"a":{"c":true,"d":null},"b":[1,2.5,"é\n"]}"#,
            ),
            ("[ ]", "[]"),
            ("{}", "{}"),
            (r#"{"\"": -0.0}"#, r#"{"\"":-0.0}"#),
        ] {
            assert_eq!(super::canonical(&serde_json::from_str(json).unwrap()), canonical);
        }
    }
}
