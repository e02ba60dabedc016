//! What a strategy asks of a model.

use serde_json::{Value, json};

use crate::message::AnswerSchema;

/// A question to a model, beside what it is always told.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// A paragraph of the system prompt: the task, and the form of the answer.
    pub system: String,
    /// What is asked this time.
    pub user: String,
    /// The form of the answer, for models that can be held to one.
    pub schema: AnswerSchema,
}

impl Question {
    /// A question that is answered with an object of these properties. `again`: an answer to it could not be read.
    pub(super) fn new(system: &str, mut user: String, again: bool, name: &'static str, properties: &Value) -> Self {
        if again {
            user += "\n\nYour last answer could not be read. Answer with the one JSON object that is asked for.";
        }
        // The strictest shape that providers ask for: every property is required.
        let required: Vec<&String> = properties.as_object().into_iter().flatten().map(|(key, _)| key).collect();
        let schema = json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        Self { system: system.to_owned(), user, schema: AnswerSchema { name, schema } }
    }
}
