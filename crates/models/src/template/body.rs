//! A body of JSON with placeholders. It is parsed once, as JSON; what fills it is put in as values, never as text, so no
//! text can change its structure. Pure.

use serde_json::{Map, Value};

use super::placeholder::{Filling, Place, Placeholder};
use super::text::{Text, split};

/// A JSON value of which parts are filled in for each question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    /// A number, a boolean or null.
    Fixed(Value),
    Placeholder(Placeholder),
    Text(Text),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// What stands before the name of a placeholder that is a value of its own, once it is written as a JSON text. A text of
/// the template has no reason to begin so.
const MARK: char = '\0';

impl Body {
    /// Parses JSON in which `{name}` may stand for a value, and inside of texts.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // First of the same length, so that the error's place is the user's.
        serde_json::from_str::<Value>(&quoted(text, ""))
            .map_err(|why| format!("is no JSON, even with values for its placeholders: {why}"))?;
        let value = serde_json::from_str(&quoted(text, "\\u0000")).expect("the same with longer texts is JSON too");
        Self::of(value)
    }

    fn of(value: Value) -> Result<Self, String> {
        Ok(match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::Fixed(value),
            Value::String(text) => match text.strip_prefix(MARK) {
                Some(name) => Self::Placeholder(Placeholder::named(name, Place::Value)?),
                None => Self::Text(Text::parse(&text, Place::Text)?),
            },
            Value::Array(items) => Self::List(items.into_iter().map(Self::of).collect::<Result<_, _>>()?),
            Value::Object(fields) => {
                let field = |(key, value): (String, Value)| {
                    let key_of = key.trim_start_matches(MARK);
                    if key_of.len() < key.len() || split(&key).is_some() {
                        return Err(format!("{key_of:?} is a key, where no placeholder can stand"));
                    }
                    Ok((key, Self::of(value)?))
                };
                Self::Object(fields.into_iter().map(field).collect::<Result<_, _>>()?)
            }
        })
    }

    /// The JSON for one question.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> Value {
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Placeholder(placeholder) => filling.value(*placeholder),
            Self::Text(text) => text.fill(|placeholder| filling.text(placeholder)).into(),
            Self::List(items) => items.iter().map(|item| item.fill(filling)).collect(),
            Self::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| (key.clone(), value.fill(filling)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    /// What it asks for.
    pub(super) fn placeholders(&self) -> Vec<Placeholder> {
        match self {
            Self::Fixed(_) => vec![],
            Self::Placeholder(placeholder) => vec![*placeholder],
            Self::Text(text) => text.placeholders().collect(),
            Self::List(items) => items.iter().flat_map(Self::placeholders).collect(),
            Self::Object(fields) => fields.iter().flat_map(|(_, value)| value.placeholders()).collect(),
        }
    }
}

/// `text` with each `{name}` that stands outside of JSON's texts written as one: `mark` and its name. An object does not
/// begin with a bare word, so nothing else looks like one.
fn quoted(text: &str, mark: &str) -> String {
    let (mut quoted, mut rest, mut in_text) = (String::new(), text, false);
    while let Some(c) = rest.chars().next() {
        match c {
            '"' => in_text = !in_text,
            // What is escaped ends no text.
            '\\' if in_text => {
                let end = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
                quoted.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            '{' if !in_text => {
                if let Some(("", name, after)) = split(rest) {
                    quoted.extend(["\"", mark, name, "\""]);
                    rest = after;
                    continue;
                }
            }
            _ => {}
        }
        quoted.push(c);
        rest = &rest[c.len_utf8()..];
    }
    quoted
}

#[cfg(test)]
mod tests {
    use arena_core::id::Seat;
    use arena_core::message::{Message, Request, Sampling};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn filled(template: &str, message: &str) -> Value {
        let request = Request {
            seat: Seat::Target,
            messages: vec![
                Message::System { text: "be brief".into() },
                Message::User { text: "before".into() },
                Message::User { text: message.into() },
            ],
            tools: vec![],
            schema: None,
            sampling: Sampling { temperature: None, max_output_tokens: 64 },
            seed: u64::MAX,
        };
        Body::parse(template).unwrap().fill(&Filling { model: "m", request: &request })
    }

    #[test]
    fn placeholders_become_values_and_parts_of_texts() {
        for (template, body) in [
            ("{message}", json!("hi")),
            (r#"{"m": {message}, "n": [1, true, null, {seed}]}"#, json!({"m": "hi", "n": [1, true, null, u64::MAX]})),
            (
                r#"{"m":{messages}}"#,
                json!({"m": [
                    {"role": "system", "content": "be brief"},
                    {"role": "user", "content": "before"},
                    {"role": "user", "content": "hi"},
                ]}),
            ),
            (
                r#"["{system}: {message}", "{seed}", {temperature}, {max_output_tokens}, {tools}, {model}]"#,
                json!(["be brief: hi", u64::MAX.to_string(), null, 64, [], "m"]),
            ),
            (r#"{"a": "\"{message}\\", "{": "{Message} {} {a b}"}"#, json!({"a": "\"hi\\", "{": "{Message} {} {a b}"})),
        ] {
            assert_eq!(filled(template, "hi"), body, "{template}");
        }
    }

    #[test]
    fn what_is_no_body_is_refused() {
        for (template, why) in [
            ("", "is no JSON, even with values for its placeholders: EOF while parsing a value at line 1 column 0"),
            (
                r#"{"a": {message}"#,
                "is no JSON, even with values for its placeholders: EOF while parsing an object at line 1 column 15",
            ),
            (
                r#"{"a": {message} {seed}}"#,
                "is no JSON, even with values for its placeholders: expected `,` or `}` at line 1 column 17",
            ),
            (
                r#"{"a": {mesage}}"#,
                "{mesage} has no meaning in place of a value of the body; did you mean {message}? there are: {message}, {messages}, {system}, {seed}, {model}, {max_output_tokens}, {temperature}, {tools}",
            ),
            (
                r#"{"a": {key}}"#,
                "{key} has no meaning in place of a value of the body; there are: {message}, {messages}, {system}, {seed}, {model}, {max_output_tokens}, {temperature}, {tools}",
            ),
            (
                r#"{"a": "x {messages}"}"#,
                "{messages} has no meaning in a text of the body; did you mean {message}? there are: {message}, {system}, {seed}, {model}, {max_output_tokens}",
            ),
            (r#"{"{message}": 1}"#, "\"{message}\" is a key, where no placeholder can stand"),
            (r"{{message}: 1}", "\"message\" is a key, where no placeholder can stand"),
        ] {
            assert_eq!(Body::parse(template).unwrap_err(), why, "{template}");
        }
    }

    proptest! {
        #[test]
        fn no_text_changes_the_structure(message in r#"([\\"{}\[\],:\x00-\x1f]|message|null|\PC){0,24}"#) {
            let template = r#"{"a": {message}, "b": {"c": ["<{message}>", 1]}}"#;
            let sent = serde_json::to_vec(&filled(template, &message)).unwrap();
            let read: Value = serde_json::from_slice(&sent).unwrap();
            prop_assert_eq!(read, json!({"a": message, "b": {"c": [format!("<{message}>"), 1]}}));
        }

        #[test]
        fn no_template_panics(template in r#"([\\"{}\[\],:]|message|\{seed\}|\PC){0,24}"#) {
            let _ = Body::parse(&template);
        }
    }
}
