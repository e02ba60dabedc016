//! The Target's world: JSON fixtures which simulated tools read and change.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flag::Flags;
use crate::predicate::Condition;

/// The state of the simulated systems in one round: an object, addressed by JSON pointers (RFC 6901).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct World(Value);

/// One effect of a tool on the world. It is in the record, so that a fold needs no tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// Puts `value` at `path`; its parent must be there.
    Set {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Adds `value` to the array at `path`.
    Append {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Takes away what is at `path`.
    Remove {
        /// Where.
        path: String,
    },
}

impl World {
    /// The world as the scenario's fixtures have it, with the match's flags planted.
    pub fn plant(fixtures: &Value, flags: &Flags) -> Self {
        fn fill(value: &Value, flags: &Flags) -> Value {
            match value {
                Value::String(text) => Value::String(flags.fill(text)),
                Value::Array(items) => items.iter().map(|item| fill(item, flags)).collect(),
                Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), fill(value, flags))).collect(),
                Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            }
        }
        Self(fill(fixtures, flags))
    }

    /// What is at `path`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.0.pointer(path)
    }

    /// Whether all of `conditions` hold of it.
    pub fn satisfies(&self, conditions: &[Condition], flags: &Flags) -> bool {
        conditions.iter().all(|condition| condition.holds(&self.0, flags))
    }

    /// Applies one change. A change that does not fit (its place is gone) changes nothing.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Set { path, value } => {
                if let Some((parent, key)) = split(path) {
                    match self.0.pointer_mut(parent) {
                        Some(Value::Object(fields)) => drop(fields.insert(key, value.clone())),
                        Some(Value::Array(items)) => {
                            if let Some(item) = key.parse().ok().and_then(|i: usize| items.get_mut(i)) {
                                *item = value.clone();
                            }
                        }
                        _ => {}
                    }
                }
            }
            Change::Append { path, value } => {
                if let Some(Value::Array(items)) = self.0.pointer_mut(path) {
                    items.push(value.clone());
                }
            }
            Change::Remove { path } => {
                if let Some((parent, key)) = split(path) {
                    match self.0.pointer_mut(parent) {
                        Some(Value::Object(fields)) => drop(fields.shift_remove(&key)),
                        Some(Value::Array(items)) => {
                            if let Some(i) = key.parse().ok().filter(|i: &usize| *i < items.len()) {
                                items.remove(i);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

/// `text` as one step of a JSON pointer.
pub fn escape(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}

/// The pointer to the parent and the last key, unescaped.
fn split(path: &str) -> Option<(&str, String)> {
    let (parent, key) = path.rsplit_once('/')?;
    Some((parent, key.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_fit_or_change_nothing() {
        let start = json!({"orders": {"A/1": {"paid": 5}}, "log": [1]});
        let set = |path: &str| Change::Set { path: path.to_owned(), value: json!(9) };
        let append = |path: &str| Change::Append { path: path.to_owned(), value: json!(9) };
        let remove = |path: &str| Change::Remove { path: path.to_owned() };
        for (change, after) in [
            (set("/orders/A~11/paid"), json!({"orders": {"A/1": {"paid": 9}}, "log": [1]})),
            (set("/orders/B"), json!({"orders": {"A/1": {"paid": 5}, "B": 9}, "log": [1]})),
            (set("/nowhere/B"), start.clone()),
            (set(""), start.clone()),
            (set("/log/0"), json!({"orders": {"A/1": {"paid": 5}}, "log": [9]})),
            (set("/log/7"), start.clone()),
            (append("/log"), json!({"orders": {"A/1": {"paid": 5}}, "log": [1, 9]})),
            (append("/orders"), start.clone()),
            (remove("/orders/A~11"), json!({"orders": {}, "log": [1]})),
            (remove("/log/0"), json!({"orders": {"A/1": {"paid": 5}}, "log": []})),
            (remove("/log/1"), start.clone()),
        ] {
            let mut world = World(start.clone());
            world.apply(&change);
            assert_eq!(world, World(after), "{change:?}");
        }
    }
}
