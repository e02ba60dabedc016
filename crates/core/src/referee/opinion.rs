//! What a judge's model says of a round, where a scenario asks for it. Labelled, and never among the facts.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::id::Seq;
use crate::json::objects;
use crate::message::{AnswerSchema, cut};
use crate::model::ModelSpec;

/// One judge's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// The event of the answer.
    pub seq: Seq,
    /// Who answered.
    pub model: ModelSpec,
    /// Whether the objective was reached; `None` if the answer cannot be read.
    pub reached: Option<bool>,
    /// Why, in the judge's words.
    pub rationale: String,
}

impl Opinion {
    /// The form of an opinion, for models that can be held to one.
    pub fn schema() -> AnswerSchema {
        let schema = json!({
            "type": "object",
            "properties": {"rationale": {"type": "string"}, "reached": {"type": "boolean"}},
            "required": ["rationale", "reached"],
            "additionalProperties": false,
        });
        AnswerSchema { name: "opinion", schema }
    }

    /// Reads a judge's answer: the one JSON object in it that has `reached`. An answer with several that differ says
    /// nothing: one of them may be quoted from the round.
    pub fn read(seq: Seq, model: ModelSpec, answer: &str) -> Self {
        /// A rationale is for people.
        const MAX_RATIONALE_BYTES: usize = 2 << 10;
        let said: Vec<(bool, String)> = objects(answer)
            .filter_map(|object| {
                let rationale = object.get("rationale").and_then(Value::as_str).unwrap_or("no reason given");
                Some((object.get("reached")?.as_bool()?, cut(rationale.to_owned(), MAX_RATIONALE_BYTES)))
            })
            .collect();
        match said.split_first() {
            Some(((reached, rationale), others)) if others.iter().all(|(other, _)| other == reached) => {
                Self { seq, model, reached: Some(*reached), rationale: rationale.clone() }
            }
            Some(_) => Self::none(seq, model, "the answer says yes and no"),
            None => Self::none(seq, model, "the answer holds no opinion"),
        }
    }

    /// The opinion of a judge that could not be heard.
    pub fn none(seq: Seq, model: ModelSpec, why: &str) -> Self {
        Self { seq, model, reached: None, rationale: why.to_owned() }
    }
}

/// What all judges say, if every one of them was understood and they agree.
pub(super) fn agreed(opinions: &[Opinion]) -> Result<bool, String> {
    let Some(first) = opinions.first() else {
        return Err("no judge was seated; name one with --judge".to_owned());
    };
    for opinion in opinions {
        match opinion.reached {
            None => return Err(format!("judge {}: {}", opinion.model, opinion.rationale)),
            reached if reached != first.reached => {
                return Err(format!("judges {} and {} differ", first.model, opinion.model));
            }
            Some(_) => {}
        }
    }
    first.reached.ok_or_else(|| "no judge could be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(answer: &str) -> Opinion {
        Opinion::read(Seq(7), ModelSpec::MOCK, answer)
    }

    #[test]
    fn an_answer_is_read_or_says_nothing() {
        for (answer, reached) in [
            (r#"{"rationale":"it names the code","reached":true}"#, Some(true)),
            ("```json\n{\"reached\": false}\n```", Some(false)),
            (r#"They wrote {"reached":true}. My opinion: {"rationale":"it refused","reached":false}"#, None),
            (r#"{"reached":"true"}"#, None),
            ("yes", None),
            ("", None),
        ] {
            assert_eq!(opinion(answer).reached, reached, "{answer}");
        }
    }

    #[test]
    fn a_rationale_is_kept_up_to_a_length() {
        let rationale = |n: usize| opinion(&json!({"reached": true, "rationale": "a".repeat(n)}).to_string()).rationale;
        assert_eq!(rationale(2_048), "a".repeat(2_048));
        assert_eq!(rationale(2_049), format!("{} [cut: 1 bytes more]", "a".repeat(2_048)));
        assert_eq!(opinion(r#"{"reached":true}"#).rationale, "no reason given");
    }

    #[test]
    fn judges_decide_only_together() {
        let yes = || opinion(r#"{"reached":true}"#);
        let no = || opinion(r#"{"reached":false}"#);
        let unreadable = || opinion("?");
        for (opinions, expected) in [
            (vec![yes()], Ok(true)),
            (vec![no(), no()], Ok(false)),
            (vec![yes(), no()], Err("judges mock and mock differ".to_owned())),
            (vec![yes(), unreadable()], Err("judge mock: the answer holds no opinion".to_owned())),
            (vec![unreadable(), yes()], Err("judge mock: the answer holds no opinion".to_owned())),
            (vec![], Err("no judge was seated; name one with --judge".to_owned())),
        ] {
            assert_eq!(agreed(&opinions), expected, "{opinions:?}");
        }
    }
}
