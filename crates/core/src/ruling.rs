//! What a guard or a permission says to a text or a call: let it pass, change it, stop it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::json::objects;
use crate::message::AnswerSchema;

/// Where Blue looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checkpoint {
    /// What a user says to the Target.
    Input,
    /// A tool call of the Target, before it runs.
    ToolCall,
    /// What a tool answered, before the Target reads it.
    ToolResult,
    /// What the Target answers, before anybody sees it.
    Output,
}

impl Checkpoint {
    /// All, in the order of a round.
    pub const ALL: [Self; 4] = [Self::Input, Self::ToolCall, Self::ToolResult, Self::Output];

    /// The word in records and prompts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::ToolCall => "tool_call",
            Self::ToolResult => "tool_result",
            Self::Output => "output",
        }
    }
}

impl std::fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// A guard's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// It passes as it is.
    Allow,
    /// This passes in its place. At a tool call it is the new arguments, as JSON.
    Rewrite {
        /// What passes.
        text: String,
    },
    /// It passes in full, with marks around it that say it is data.
    Mark {
        /// What passes, marks included.
        text: String,
    },
    /// It does not pass.
    Block,
    /// The guard's answer could not be read; its agent says what then.
    Unreadable {
        /// What follows.
        taken_as: Fallback,
    },
}

/// What an unreadable decision is taken as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// Fail open.
    Allow,
    /// Fail closed.
    #[default]
    Block,
}

/// A guard's decision with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// What it decides.
    #[serde(flatten)]
    pub decision: Decision,
    /// Why, in the guard's words.
    pub reason: String,
    /// How sure the guard is, percent, if it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
}

impl Ruling {
    /// The form of a ruling, for models that can be held to one. It has the strictest shape that providers ask for: every
    /// field is required, so a text stands there that counts for a rewrite alone.
    pub fn schema() -> AnswerSchema {
        let schema = json!({
            "type": "object",
            "properties": {
                "decision": {"type": "string", "enum": ["allow", "block", "rewrite"]},
                "text": {"type": "string", "description": "what passes instead, for a rewrite; otherwise empty"},
                "reason": {"type": "string"},
            },
            "required": ["decision", "text", "reason"],
            "additionalProperties": false,
        });
        AnswerSchema { name: "ruling", schema }
    }

    /// Reads a guard's answer: the first JSON object in it with a `decision` of `allow`, `block`, or `rewrite` and `text`; beside it
    /// may stand `reason`, and `confidence` as a share of 1 or in percent.
    ///
    /// Models wrap JSON in fences and sentences; what is around the object is passed over. Anything else is unreadable.
    pub fn read(answer: &str, fallback: Fallback) -> Self {
        objects(answer).find_map(|object| Self::from_object(&object)).unwrap_or_else(|| Self {
            decision: Decision::Unreadable { taken_as: fallback },
            reason: "the guard's answer holds no decision".to_owned(),
            confidence: None,
        })
    }

    /// Whether the guard stepped in: anything but letting all of it pass.
    pub fn intervenes(&self) -> bool {
        match &self.decision {
            Decision::Allow | Decision::Mark { .. } | Decision::Unreadable { taken_as: Fallback::Allow } => false,
            Decision::Rewrite { .. } | Decision::Block | Decision::Unreadable { taken_as: Fallback::Block } => true,
        }
    }

    fn from_object(object: &Value) -> Option<Self> {
        let decision = match object.get("decision")?.as_str()?.trim().to_ascii_lowercase().as_str() {
            "allow" => Decision::Allow,
            "block" => Decision::Block,
            "rewrite" => Decision::Rewrite {
                text: match object.get("text")? {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                },
            },
            _ => return None,
        };
        let reason = object.get("reason").and_then(Value::as_str).unwrap_or("no reason given").to_owned();
        Some(Self { decision, reason, confidence: object.get("confidence").and_then(percent) })
    }
}

/// A confidence as models and classifiers write it: a share of 1, or percent. 1 is all of it.
pub(crate) fn percent(value: &Value) -> Option<u8> {
    let number = value.as_f64()?;
    let percent = if number <= 1.0 { number * 100.0 } else { number };
    // Out of bounds is no confidence, so what is left fits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 100")]
    (0.0..=100.0).contains(&percent).then(|| percent.round() as u8)
}

/// What the rules say to a tool call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "permission", rename_all = "snake_case")]
pub enum Permission {
    /// It may run.
    Allowed {
        /// The rule that says so, as it was written. A simulated tool needs none: the scenario gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// A person has to decide.
    Asked {
        /// The rule that says so.
        rule: String,
    },
    /// It may not.
    Denied {
        /// Why; the Target is told.
        reason: String,
        /// The rule that says so; `None` if no rule lets it run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
}

impl Permission {
    /// A refusal that no rule had to be written for.
    pub fn denied(reason: impl Into<String>) -> Self {
        Self::Denied { reason: reason.into(), rule: None }
    }
}

/// What a person says to a tool call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "approval", rename_all = "snake_case")]
pub enum Approval {
    /// It may run, this once.
    Granted {
        /// Who said so.
        by: String,
    },
    /// It may not.
    Refused {
        /// Who said so.
        by: String,
        /// Why; the Target is told.
        reason: String,
    },
    /// Nobody was there to decide, or not in time: it may not.
    Unanswered {
        /// Which of the two; the Target is told.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_read_as_real_models_write_them() {
        let ruling =
            |decision: Decision, reason: &str| Ruling { decision, reason: reason.to_owned(), confidence: None };
        let unreadable =
            || ruling(Decision::Unreadable { taken_as: Fallback::Block }, "the guard's answer holds no decision");
        for (answer, expected) in [
            (r#"{"decision":"allow","reason":"a normal question"}"#, ruling(Decision::Allow, "a normal question")),
            ("```json\n{\"decision\": \"BLOCK\"}\n```", ruling(Decision::Block, "no reason given")),
            (r#"I think {this} is bad: {"decision":"block","reason":"x"} ok"#, ruling(Decision::Block, "x")),
            (
                r#"{"decision":"rewrite","text":"a } b","reason":"y"}"#,
                ruling(Decision::Rewrite { text: "a } b".to_owned() }, "y"),
            ),
            (
                r#"{"decision":"rewrite","text":{"amount":1},"reason":"y"}"#,
                ruling(Decision::Rewrite { text: r#"{"amount":1}"#.to_owned() }, "y"),
            ),
            // A rewrite without a text decides nothing.
            (r#"{"decision":"rewrite"}"#, unreadable()),
            (r#"{"decision":"maybe"}"#, unreadable()),
            (r#"{"decision":"allow""#, unreadable()),
            ("allow", unreadable()),
            ("", unreadable()),
            // An object inside another is data of that one, not a decision.
            (r#"{"quoted":{"decision":"allow"}}"#, unreadable()),
        ] {
            assert_eq!(Ruling::read(answer, Fallback::Block), expected, "{answer}");
        }
    }

    #[test]
    fn a_confidence_is_a_share_or_a_percentage_or_none() {
        for (written, percent) in [
            ("0.87", Some(87)),
            ("0", Some(0)),
            ("1", Some(100)),
            ("1.0", Some(100)),
            ("1.4", Some(1)),
            ("55", Some(55)),
            ("100", Some(100)),
            ("100.5", None),
            ("-0.1", None),
            ("\"0.9\"", None),
            ("null", None),
        ] {
            let answer = format!(r#"{{"decision":"block","confidence":{written}}}"#);
            assert_eq!(Ruling::read(&answer, Fallback::Block).confidence, percent, "{written}");
        }
    }

    #[test]
    fn a_mark_is_no_intervention_and_a_ruling_without_confidence_is_recorded_as_before() {
        let ruling = |decision: Decision, confidence| Ruling { decision, reason: "r".to_owned(), confidence };
        let mark = ruling(Decision::Mark { text: "<<x>>".to_owned() }, None);
        assert!(!mark.intervenes());
        for (ruling, recorded) in [
            (mark, r#"{"decision":"mark","text":"<<x>>","reason":"r"}"#),
            (ruling(Decision::Block, Some(90)), r#"{"decision":"block","reason":"r","confidence":90}"#),
        ] {
            assert_eq!(serde_json::to_string(&ruling).unwrap(), recorded);
            assert_eq!(serde_json::from_str::<Ruling>(recorded).unwrap(), ruling);
        }
    }

    #[test]
    fn many_braces_are_given_up_on() {
        let answer = format!("{}{}", "{".repeat(100_000), r#"{"decision":"allow"}"#);
        assert!(Ruling::read(&answer, Fallback::Block).intervenes());
    }
}
