//! A value that fits a JSON schema. Pure and bounded; what it does not understand it leaves out.
//!
//! Enough for tools and structured output: required properties, the first of an enum, limits of numbers, texts and
//! lists, local references. Gemini's types in capitals are the same types.

use serde_json::{Map, Value, json};

use super::answer::WORDS;
use super::dice::Dice;
use super::pattern;

/// A schema that goes deeper refers to itself.
const MAX_DEPTH: usize = 16;

/// The most values of one answer: required properties in lists in lists grow quickly.
const MAX_VALUES: usize = 1_000;

/// The most items or characters that a schema may ask for.
const MAX_LENGTH: u64 = 256;

/// A value that fits `schema`, the same for the same dice.
pub(super) fn value(schema: &Value, dice: &mut Dice) -> Value {
    Generator { root: schema, dice, n_values: 0 }.value(schema, 0)
}

struct Generator<'a> {
    root: &'a Value,
    dice: &'a mut Dice,
    n_values: usize,
}

impl Generator<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        self.n_values += 1;
        if depth > MAX_DEPTH || self.n_values > MAX_VALUES {
            return Value::Null;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let meant = reference.strip_prefix('#').and_then(|path| self.root.pointer(path)).cloned();
            return meant.map_or(Value::Null, |schema| self.value(&schema, depth + 1));
        }
        let first_of = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|list| list.first());
        if let Some(fixed) = schema.get("const").or_else(|| first_of("enum")).or_else(|| schema.get("default")) {
            return fixed.clone();
        }
        if let Some(choice) = ["anyOf", "oneOf", "allOf"].into_iter().find_map(first_of) {
            return self.value(choice, depth + 1);
        }
        match type_of(schema).as_str() {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "string" => Value::String(self.text(schema)),
            "integer" => json!(self.integer(schema)),
            "number" => {
                let least = schema.get("minimum").and_then(Value::as_f64);
                least.map_or_else(|| json!(self.integer(schema)), |least| json!(least))
            }
            "boolean" => json!(true),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut object = Map::new();
        for name in required.iter().filter_map(Value::as_str) {
            let property = schema.get("properties").and_then(|properties| properties.get(name)).unwrap_or(&Value::Null);
            object.insert(name.to_owned(), self.value(property, depth + 1));
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let number = |key: &str| schema.get(key).and_then(Value::as_u64);
        let n = number("minItems").unwrap_or(1).min(number("maxItems").unwrap_or(MAX_LENGTH)).min(MAX_LENGTH);
        let items = schema.get("items").unwrap_or(&Value::Null);
        (0..n).map(|_| self.value(items, depth + 1)).collect()
    }

    fn text(&mut self, schema: &Value) -> String {
        let known = match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => Some("2026-01-01T12:00:00Z"),
            Some("date") => Some("2026-01-01"),
            Some("time") => Some("12:00:00Z"),
            Some("email") => Some("somebody@example.com"),
            Some("uri") => Some("https://example.com/"),
            Some("uuid") => Some("00000000-0000-4000-8000-000000000000"),
            _ => None,
        };
        if let Some(known) = known {
            return known.to_owned();
        }
        let pattern = schema.get("pattern").and_then(Value::as_str);
        if let Some(text) = pattern.and_then(|pattern| pattern::text(pattern, self.dice)) {
            return text;
        }
        let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let least = length("minLength").unwrap_or(0).min(usize::try_from(MAX_LENGTH).unwrap_or(0));
        let mut text = (*self.dice.pick(WORDS).unwrap_or(&"word")).to_owned();
        while text.len() < least {
            text.push('x');
        }
        // The words are ASCII: a character is a byte.
        text.truncate(length("maxLength").unwrap_or(usize::MAX));
        text
    }

    fn integer(&mut self, schema: &Value) -> i64 {
        let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
        let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|least| least.saturating_add(1)));
        let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|most| most.saturating_sub(1)));
        let (least, most) = match (least, most) {
            (None, None) => (1, 9),
            (Some(least), None) => (least, least.saturating_add(9)),
            (None, Some(most)) => (most.min(1), most.min(9)),
            (Some(least), Some(most)) => (least, most.clamp(least, least.saturating_add(9))),
        };
        least.saturating_add(i64::try_from(self.dice.below((most - least).unsigned_abs() + 1)).unwrap_or(0))
    }
}

/// The type a schema names, or the one that its other words imply.
fn type_of(schema: &Value) -> String {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    };
    let implied = if schema.get("properties").is_some() {
        "object"
    } else if schema.get("items").is_some() {
        "array"
    } else {
        "string"
    };
    named.unwrap_or(implied).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(schema: &Value) -> Value {
        value(schema, &mut Dice::new(&"1".parse().unwrap(), "schema", &[]))
    }

    #[test]
    fn it_fits_what_is_asked_for() {
        for (schema, expected) in [
            (json!({"enum": ["low", "high"]}), json!("low")),
            (json!({"const": 7}), json!(7)),
            (json!({"type": "integer", "minimum": 3, "maximum": 3}), json!(3)),
            (json!({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}), json!(4)),
            (json!({"type": "number", "minimum": 0.5}), json!(0.5)),
            (json!({"type": "BOOLEAN"}), json!(true)),
            (json!({"type": ["null", "boolean"]}), json!(true)),
            (json!({"type": "string", "format": "date"}), json!("2026-01-01")),
            (json!({"type": "string", "pattern": "^a{3}$"}), json!("aaa")),
            (json!({"type": "array", "items": {"type": "null"}, "minItems": 2}), json!([null, null])),
            (json!({"type": "array", "maxItems": 0}), json!([])),
            (json!({"anyOf": [{"type": "null"}, {"type": "string"}]}), Value::Null),
            (
                json!({"properties": {"a": {"$ref": "#/$defs/a"}, "b": {}}, "required": ["a"], "$defs": {"a": {"const": 1}}}),
                json!({"a": 1}),
            ),
            (json!({"type": "object"}), json!({})),
            (json!({"$ref": "https://example.com/x"}), Value::Null),
        ] {
            assert_eq!(of(&schema), expected, "{schema}");
        }
        let long = of(&json!({"type": "string", "minLength": 30, "maxLength": 30}));
        assert_eq!(long.as_str().map(str::len), Some(30));
    }

    #[test]
    fn one_that_refers_to_itself_or_asks_for_everything_ends() {
        let itself = json!({"properties": {"next": {"$ref": "#"}}, "required": ["next"]});
        assert!(of(&itself).to_string().len() < 1_000);
        let list = json!({"type": "array", "minItems": 4_000_000_000_u64, "items": {"$ref": "#"}});
        assert!(of(&list).to_string().len() < 1_000_000);
        let bounds = json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX});
        assert!(of(&bounds).is_i64());
    }
}
