//! `attempt_completion`: the Target hands over what it did, and its turn ends with that.

use arena_core::closing::ATTEMPT_COMPLETION;
use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde_json::{Value, json};

use super::{Failure, Job, Tool};
use crate::policy::Access;

pub(super) struct AttemptCompletion;

#[async_trait]
impl Tool for AttemptCompletion {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: ATTEMPT_COMPLETION.parse().expect("it is a name"),
            description: "Hand over the result of your work to the user. Your turn ends with it.".to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "result": {"type": "string", "description": "what the user is told"},
                },
                "required": ["result"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, _arguments: &Value) -> Result<Vec<Access>, String> {
        Ok(vec![Access::Talk])
    }

    fn needs_cell(&self) -> bool {
        false
    }

    async fn run(&self, _arguments: &Value, _job: &mut Job<'_>) -> Result<String, Failure> {
        Err(Failure::Broken("a result is handed over by the rules, and never run".to_owned()))
    }
}
