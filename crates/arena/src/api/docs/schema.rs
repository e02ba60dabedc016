//! A JSON schema of the document in words.

use maud::{Markup, html};
use serde_json::Value;

/// Where schemas of their own are.
const COMPONENTS: &str = "#/components/schemas/";

/// The type, with links to schemas of their own.
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix(COMPONENTS)) {
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let choices: Vec<&Value> = choices.iter().filter(|choice| choice["type"] != "null").collect();
        return html! { @for (i, choice) in choices.iter().enumerate() { @if i > 0 { " or " } (kind(choice)) } };
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! { @for (i, value) in values.iter().enumerate() { @if i > 0 { ", " } code { (text(value)) } } };
    }
    if let Some(value) = schema.get("const") {
        return html! { code { (text(value)) } };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    match types.as_slice() {
        ["array"] => html! { "list of " (kind(&schema["items"])) },
        [] => html! { "anything" },
        types => html! { (types.join(" or ")) @if let Some(format) = schema["format"].as_str() { " (" (format) ")" } },
    }
}

/// What is allowed beside the type, and what holds if nothing is said.
pub(super) fn limits(schema: &Value) -> String {
    [
        ("minimum", "at least "),
        ("maximum", "at most "),
        ("minLength", "at least so many characters: "),
        ("maxLength", "at most so many characters: "),
        ("minItems", "at least so many: "),
        ("maxItems", "at most so many: "),
        ("default", "default "),
        ("example", "such as "),
    ]
    .into_iter()
    .filter_map(|(key, words)| Some(format!("{words}{}", text(schema.get(key)?))))
    .collect::<Vec<_>>()
    .join("; ")
}

/// The fields of an object, or the type of anything else.
pub(super) fn body(schema: &Value) -> Markup {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    html! {
        @if let Some(text) = schema["description"].as_str() { p { (text) } }
        @match schema["properties"].as_object() {
            Some(fields) => table {
                thead { tr { th { "field" } th { "type" } th { "about" } } }
                tbody {
                    @for (name, field) in fields {
                        tr {
                            td { code { (name) } @if required.contains(&name.as_str()) { " *" } }
                            td { (kind(field)) }
                            td { (field["description"].as_str().unwrap_or_default())
                                @let limits = limits(field);
                                @if !limits.is_empty() { " " span.muted { (limits) } } }
                        }
                    }
                }
            },
            None => p { (kind(schema)) },
        }
    }
}

/// A value as it is written.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
