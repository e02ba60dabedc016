//! Which tools the mock calls for a text: those it names with their arguments, and those whose description fits.

use arena_core::message::{Message, Request, ToolSpec};
use regex::Regex;
use serde_json::{Map, Value};

/// A tool and its arguments.
pub(super) type Wanted = (String, Value);

/// A tool is called if it shares at least so many words with the request.
const MIN_SHARED_WORDS: usize = 2;

/// Calls that `text` writes out, such as `send_mail(to="a@b", subject="x")`, of tools that are offered.
pub(super) fn explicit(request: &Request, text: &str) -> Vec<Wanted> {
    let mut found = Vec::new();
    for tool in &request.tools {
        let name = tool.name.as_str();
        for (start, _) in text.match_indices(&format!("{name}(")) {
            if let Some(arguments) = arguments(&text[start + name.len() + 1..]) {
                found.push((start, (name.to_owned(), arguments)));
            }
        }
    }
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().map(|(_, call)| call).collect()
}

/// `key="text", key=5)` as an object; `None` if it is written otherwise.
fn arguments(text: &str) -> Option<Value> {
    let mut fields = Map::new();
    let mut rest = text.trim_start();
    while !rest.starts_with(')') {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, end) = if after.starts_with('"') {
            // Text may hold commas and brackets of its own.
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<Value>();
            (values.next()?.ok()?, values.byte_offset())
        } else {
            let end = after.find([',', ')'])?;
            (serde_json::from_str(&after[..end]).ok()?, end)
        };
        fields.insert(key.trim().to_owned(), value);
        rest = after[end..].trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some(Value::Object(fields))
}

/// Calls of tools whose description fits `text`, their arguments taken from it or from what tools brought.
pub(super) fn fitting(request: &Request, text: &str) -> Vec<Wanted> {
    let results: Vec<&str> = request
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Tool { text, .. } => Some(text.as_str()),
            Message::System { .. } | Message::User { .. } | Message::Assistant { .. } => None,
        })
        .collect();
    request
        .tools
        .iter()
        .filter(|tool| fits(tool, text))
        .flat_map(|tool| {
            let arguments = fill(tool, text, &results);
            arguments.into_iter().map(|arguments| (tool.name.to_string(), arguments))
        })
        .collect()
}

fn fits(tool: &ToolSpec, text: &str) -> bool {
    // What a tool may not do is not what it is for.
    let purpose = tool.description.split("Policy:").next().unwrap_or_default();
    let about = words(&format!("{} {purpose}", tool.name.as_str().replace('_', " ")));
    let said = words(text);
    let shared = said.iter().filter(|word| about.iter().any(|other| alike(word, other))).count();
    let named =
        properties(tool).any(|(_, schema)| choices(schema).any(|choice| said.iter().any(|word| word == choice)));
    shared >= MIN_SHARED_WORDS || named
}

/// The argument sets with which to call the tool: one for each value that its first patterned argument can take.
fn fill(tool: &ToolSpec, text: &str, results: &[&str]) -> Vec<Value> {
    let required: Vec<&str> = match tool.parameters.get("required") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let mut sets = vec![Map::new()];
    for (name, schema) in properties(tool).filter(|(name, _)| required.contains(name)) {
        let values = candidates(schema, text, results);
        sets = sets
            .iter()
            .flat_map(|set| {
                values.iter().map(|value| {
                    let mut set = set.clone();
                    set.insert(name.to_owned(), value.clone());
                    set
                })
            })
            .collect();
    }
    sets.into_iter().map(Value::Object).collect()
}

/// What the argument could be: in the user's words first, and else in what tools brought. Free text is never guessed.
fn candidates(schema: &Value, text: &str, results: &[&str]) -> Vec<Value> {
    let said = words(text);
    if let Some(choice) = choices(schema).find(|choice| said.iter().any(|word| word == choice)) {
        return vec![choice.into()];
    }
    if schema.get("type") == Some(&"number".into()) || schema.get("type") == Some(&"integer".into()) {
        // The last number that stands alone: numbers in ids have letters before them.
        let numbers = text.split([' ', ',']).map(|word| word.trim_matches(|c: char| !c.is_ascii_digit() && c != '-'));
        let number = numbers.filter_map(|word| word.parse::<u32>().ok()).next_back();
        return number.map(Value::from).into_iter().collect();
    }
    let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else { return vec![] };
    let Ok(pattern) = Regex::new(pattern) else { return vec![] };
    let matching = |text: &str| -> Vec<Value> {
        let words = text.split(|c: char| c.is_whitespace() || "\"',;:()[]{}".contains(c));
        let mut found: Vec<Value> = Vec::new();
        for word in words.map(|word| word.trim_end_matches(['.', '?', '!'])).filter(|word| pattern.is_match(word)) {
            if !found.contains(&word.into()) {
                found.push(word.into());
            }
        }
        found
    };
    // Who names two addresses names the new one last.
    if let Some(last) = matching(text).pop() {
        return vec![last];
    }
    let mut found = Vec::new();
    for value in results.iter().flat_map(|text| matching(text)) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

fn properties(tool: &ToolSpec) -> impl Iterator<Item = (&str, &Value)> {
    let properties = tool.parameters.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
}

fn choices(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() >= 3).map(str::to_lowercase);
    let mut words: Vec<String> =
        words.filter(|word| !["the", "and", "for", "its", "one"].contains(&word.as_str())).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The same word, up to an ending: `mail` and `mails`, `return` and `returns`.
fn alike(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    long.starts_with(short) && long.len() - short.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn written_out_arguments_are_read_or_left_alone() {
        for (text, expected) in [
            (r#"to="a, b)", n=5) and"#, Some(json!({"to": "a, b)", "n": 5}))),
            (")", Some(json!({}))),
            (r#"x = "1" , y=true )"#, Some(json!({"x": "1", "y": true}))),
            ("just words)", None),
            ("x=unquoted)", None),
            ("x=5", None),
            ("", None),
        ] {
            assert_eq!(arguments(text), expected, "{text}");
        }
    }
}
