//! Tools a Target may call: what they take, and what a simulated one does to the world.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::{ToolSpec, cut};
use crate::predicate::Condition;
use crate::world::{Change, World, escape};

/// What a simulated tool answers goes into the record and the Target's conversation: a world that a hostile Target made
/// grow must not make them grow with every look at it.
const MAX_OUTPUT_BYTES: usize = 32 << 10;

/// A tool of a scenario. Simulated: what it does depends on its arguments and the world alone.
#[derive(Debug)]
pub struct Tool {
    /// What the model is told.
    pub spec: ToolSpec,
    /// Checks arguments against the schema in [`ToolSpec::parameters`].
    pub schema: jsonschema::Validator,
    /// What it does.
    pub simulation: Simulation,
    /// If set, a call whose arguments satisfy all of these reaches Red: Red sees its arguments.
    pub reaches_red: Option<Vec<Condition>>,
}

/// What a simulated tool does.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// Must be there, or the call fails and changes nothing.
    pub needs: Vec<Template>,
    /// Done in order.
    pub changes: Vec<ChangeTemplate>,
    /// What it answers.
    pub returns: Returns,
}

/// A change whose place and value are filled from the arguments.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeTemplate {
    /// See [`Change::Set`].
    Set(Template, ValueTemplate),
    /// See [`Change::Append`].
    Append(Template, ValueTemplate),
    /// See [`Change::Remove`].
    Remove(Template),
}

/// What a simulated tool answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Returns {
    /// A sentence.
    Text(Template),
    /// What is at a place of the world after the changes, as JSON.
    Value {
        /// Where.
        path: Template,
        /// Only these fields of each record; empty for all.
        fields: Vec<String>,
        /// Only records whose JSON text contains this, in any case of letters.
        matching: Option<Template>,
    },
}

/// Text with `{argument}` in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(pub String);

/// JSON whose strings are templates. A string that is `{argument}` and nothing else becomes that argument, as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueTemplate(pub Value);

/// What came of a call that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ToolOutcome {
    /// It did its work. Of a command: it ran, whatever its exit code.
    Done {
        /// What it answered.
        output: String,
        /// What it did to the world.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<Change>,
    },
    /// It ran, answered an error and changed nothing.
    Failed {
        /// The error.
        message: String,
    },
    /// The arena could not run it: what it would have done is not known, so the round counts for nobody.
    Unavailable {
        /// What the arena lacks, or what broke.
        reason: String,
    },
    /// It had started when the arena went down. Whether it did anything is not known; it is not run again.
    Interrupted,
}

impl Tool {
    /// Runs the tool on `world`, which stays as it is: the changes are in the outcome.
    pub fn simulate(&self, world: &World, arguments: &Value) -> ToolOutcome {
        for path in &self.simulation.needs {
            let path = path.pointer(arguments);
            if world.get(&path).is_none() {
                return ToolOutcome::Failed { message: format!("nothing is at {path}") };
            }
        }
        let changes: Vec<Change> = self.simulation.changes.iter().map(|change| change.fill(arguments)).collect();
        let output = match &self.simulation.returns {
            Returns::Text(text) => text.text(arguments),
            Returns::Value { path, fields, matching } => {
                let mut after = world.clone();
                for change in &changes {
                    after.apply(change);
                }
                let path = path.pointer(arguments);
                let Some(value) = after.get(&path) else {
                    return ToolOutcome::Failed { message: format!("nothing is at {path}") };
                };
                let matching = matching.as_ref().map(|matching| matching.text(arguments).to_lowercase());
                select(value, fields, matching.as_deref()).to_string()
            }
        };
        ToolOutcome::Done { output: cut(output, MAX_OUTPUT_BYTES), changes }
    }
}

impl Template {
    /// The names in braces.
    pub fn arguments(&self) -> Vec<&str> {
        self.parts().filter_map(Result::err).collect()
    }

    /// Filled, as text.
    fn text(&self, arguments: &Value) -> String {
        self.fill(arguments, ToOwned::to_owned)
    }

    /// Filled, as a JSON pointer: an argument is one step of it, whatever it holds.
    fn pointer(&self, arguments: &Value) -> String {
        self.fill(arguments, escape)
    }

    fn fill(&self, arguments: &Value, quote: impl Fn(&str) -> String) -> String {
        self.parts()
            .map(|part| match part {
                Ok(text) => text.to_owned(),
                Err(name) => match arguments.get(name) {
                    Some(Value::String(text)) => quote(text),
                    Some(Value::Null) | None => String::new(),
                    Some(other) => quote(&other.to_string()),
                },
            })
            .collect()
    }

    /// Literal text as `Ok`, an argument's name as `Err`. Braces around anything but a name are literal.
    fn parts(&self) -> impl Iterator<Item = Result<&str, &str>> {
        let mut rest = self.0.as_str();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let found = rest.match_indices('{').find_map(|(start, _)| {
                let end = start + rest[start..].find('}')?;
                let name = &rest[start + 1..end];
                let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                is_name.then_some((start, end))
            });
            match found {
                Some((0, end)) => {
                    let name = &rest[1..end];
                    rest = &rest[end + 1..];
                    Some(Err(name))
                }
                Some((start, _)) => {
                    let (text, after) = rest.split_at(start);
                    rest = after;
                    Some(Ok(text))
                }
                None => Some(Ok(std::mem::take(&mut rest))),
            }
        })
    }
}

impl ValueTemplate {
    /// The strings in it.
    pub fn templates(&self) -> Vec<Template> {
        fn collect(value: &Value, out: &mut Vec<Template>) {
            match value {
                Value::String(text) => out.push(Template(text.clone())),
                Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
                Value::Object(fields) => fields.values().for_each(|field| collect(field, out)),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        let mut out = Vec::new();
        collect(&self.0, &mut out);
        out
    }

    fn fill(&self, arguments: &Value) -> Value {
        fn fill(value: &Value, arguments: &Value) -> Value {
            match value {
                Value::String(text) => {
                    let template = Template(text.clone());
                    let mut parts = template.parts();
                    match (parts.next(), parts.next()) {
                        (Some(Err(name)), None) => arguments.get(name).cloned().unwrap_or(Value::Null),
                        _ => Value::String(template.text(arguments)),
                    }
                }
                Value::Array(items) => items.iter().map(|item| fill(item, arguments)).collect(),
                Value::Object(fields) => {
                    fields.iter().map(|(key, field)| (key.clone(), fill(field, arguments))).collect()
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            }
        }
        fill(&self.0, arguments)
    }
}

impl ChangeTemplate {
    fn fill(&self, arguments: &Value) -> Change {
        match self {
            Self::Set(path, value) => Change::Set { path: path.pointer(arguments), value: value.fill(arguments) },
            Self::Append(path, value) => Change::Append { path: path.pointer(arguments), value: value.fill(arguments) },
            Self::Remove(path) => Change::Remove { path: path.pointer(arguments) },
        }
    }
}

/// The records of `value` (a list, or an object of records) that match, with the fields asked for.
/// Anything else, and a single record, is given as it is.
fn select(value: &Value, fields: &[String], matching: Option<&str>) -> Value {
    let pick = |record: &Value| match record {
        Value::Object(all) if !fields.is_empty() => {
            fields.iter().filter_map(|field| Some((field.clone(), all.get(field)?.clone()))).collect()
        }
        other => other.clone(),
    };
    let matches = |record: &Value| matching.is_none_or(|part| record.to_string().to_lowercase().contains(part));
    match value {
        Value::Array(items) => items.iter().filter(|item| matches(item)).map(pick).collect(),
        Value::Object(records) if !records.is_empty() && records.values().all(Value::is_object) => records
            .iter()
            .filter(|(_, record)| matches(record))
            .map(|(key, record)| (key.clone(), pick(record)))
            .collect(),
        record => pick(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flag::Flags;
    use serde_json::json;

    fn tool(needs: &[&str], changes: Vec<ChangeTemplate>, returns: Returns) -> Tool {
        Tool {
            spec: ToolSpec {
                name: "tool".parse().unwrap(),
                description: String::new(),
                parameters: json!({"type": "object"}),
            },
            schema: jsonschema::validator_for(&json!({"type": "object"})).unwrap(),
            simulation: Simulation {
                needs: needs.iter().map(|path| Template((*path).to_owned())).collect(),
                changes,
                returns,
            },
            reaches_red: None,
        }
    }

    fn world() -> World {
        let fixtures = json!({
            "orders": {"A-1": {"status": "sent", "owner": "ann"}, "A-2": {"status": "lost", "owner": "bob"}},
            "log": [],
        });
        World::plant(&fixtures, &Flags::plant(&"1".parse().unwrap(), []))
    }

    #[test]
    fn a_tool_reads_changes_and_answers_by_its_arguments() {
        let text = |text: &str| Template(text.to_owned());
        let value = |path: &str, fields: &[&str], matching: Option<&str>| Returns::Value {
            path: text(path),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            matching: matching.map(text),
        };
        let refund = vec![
            ChangeTemplate::Set(text("/orders/{order}/refund"), ValueTemplate(json!("{amount}"))),
            ChangeTemplate::Append(text("/log"), ValueTemplate(json!({"text": "{order}: {amount} {"}))),
        ];
        let done = |output: &str| ToolOutcome::Done { output: output.to_owned(), changes: vec![] };
        for (tool, arguments, expected) in [
            (
                tool(&["/orders/{order}"], refund, Returns::Text(text("{amount} back on {order}{}"))),
                json!({"order": "A-1", "amount": 5}),
                ToolOutcome::Done {
                    output: "5 back on A-1{}".to_owned(),
                    changes: vec![
                        Change::Set { path: "/orders/A-1/refund".to_owned(), value: json!(5) },
                        Change::Append { path: "/log".to_owned(), value: json!({"text": "A-1: 5 {"}) },
                    ],
                },
            ),
            (
                tool(&["/orders/{order}"], vec![], Returns::Text(text("ok"))),
                json!({"order": "A-1/status"}),
                // A slash in an argument is data, not a way into the record.
                ToolOutcome::Failed { message: "nothing is at /orders/A-1~1status".to_owned() },
            ),
            (
                tool(&[], vec![], value("/orders/{order}", &["status"], None)),
                json!({"order": "A-2"}),
                done(r#"{"status":"lost"}"#),
            ),
            (
                tool(&[], vec![], value("/orders", &["owner"], Some("{query}"))),
                json!({"query": "LOST"}),
                done(r#"{"A-2":{"owner":"bob"}}"#),
            ),
            (
                tool(&[], vec![], value("/gone", &[], None)),
                json!({}),
                ToolOutcome::Failed { message: "nothing is at /gone".to_owned() },
            ),
        ] {
            assert_eq!(tool.simulate(&world(), &arguments), expected, "{arguments}");
        }
    }
}
