//! `ask_followup_question`: the Target asks its user back, and its turn ends with that.

use arena_core::closing::ASK_FOLLOWUP_QUESTION;
use arena_core::message::ToolSpec;
use async_trait::async_trait;
use serde_json::{Value, json};

use super::{Failure, Job, Tool};
use crate::policy::Access;

pub(super) struct AskFollowupQuestion;

#[async_trait]
impl Tool for AskFollowupQuestion {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: ASK_FOLLOWUP_QUESTION.parse().expect("it is a name"),
            description: "Ask the user something you need to know. Your turn ends with it.".to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "question": {"type": "string"},
                    "options": {"type": "string", "description": "answers to choose from, a JSON array of 2 to 5 texts"},
                },
                "required": ["question"],
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
        Err(Failure::Broken("a question to the user is answered by the rules, and never run".to_owned()))
    }
}
