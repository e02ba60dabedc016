//! What an external classifier answers, read as a ruling: any JSON, by the places in it that a person named.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::flag::Flags;
use crate::message::cut;
use crate::predicate::{Condition, DraftCondition};
use crate::ruling::{Decision, Fallback, Ruling, percent};

/// Where in a classifier's answer its decision stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// If one of these holds, it blocks.
    block_when: Vec<Condition>,
    /// A JSON pointer to the text that passes instead.
    rewrite: Option<String>,
    /// One to how sure it is, a share of 1 or percent.
    confidence: Option<String>,
    /// One to why.
    reason: Option<String>,
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftClassifier {
    #[serde(default)]
    block_when: Vec<Spanned<DraftCondition>>,
    rewrite: Option<String>,
    confidence: Option<String>,
    reason: Option<String>,
}

impl DraftClassifier {
    /// The classifier, if its answers can decide something.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its key, as one sentence after the other.
    pub fn checked(self) -> Result<Classifier, String> {
        /// Each is looked up in every answer.
        const MAX_CONDITIONS: usize = 64;
        let mut problems = Vec::new();
        let Self { block_when: drafts, rewrite, confidence, reason } = self;
        if drafts.is_empty() && rewrite.is_none() {
            problems.push(
                "block_when: an answer that neither blocks nor rewrites decides nothing; write \
                 block_when = [{ path = \"/flagged\", eq = true }], or rewrite = \"/text\""
                    .to_owned(),
            );
        }
        if drafts.len() > MAX_CONDITIONS {
            problems.push(format!("block_when: must be at most {MAX_CONDITIONS} conditions"));
        }
        for (key, pointer) in [("rewrite", &rewrite), ("confidence", &confidence), ("reason", &reason)] {
            if let Some(pointer) = pointer {
                problems.extend(no_pointer(pointer).map(|problem| format!("{key}: {problem}")));
            }
        }
        let mut block_when = Vec::new();
        for (nth, draft) in drafts.iter().enumerate() {
            match condition(draft.get_ref()) {
                Ok(condition) => block_when.push(condition),
                Err(problem) => problems.push(format!("block_when: {}: {problem}", nth + 1)),
            }
        }
        if problems.is_empty() {
            Ok(Classifier { block_when, rewrite, confidence, reason })
        } else {
            Err(problems.join("; "))
        }
    }
}

fn condition(draft: &DraftCondition) -> Result<Condition, String> {
    let (None, Some(path)) = (&draft.field, &draft.path) else {
        return Err("a condition on an answer names its place: { path = \"/...\", ... }".to_owned());
    };
    if let Some(problem) = no_pointer(path.get_ref()) {
        return Err(format!("path: {problem}"));
    }
    let test = draft.test().map_err(|error| error.to_string())?;
    Ok(Condition { path: path.get_ref().clone(), test })
}

fn no_pointer(text: &str) -> Option<String> {
    let is_pointer = text.is_empty() || text.starts_with('/');
    (!is_pointer)
        .then(|| format!("{text:?} is no JSON pointer, did you mean {:?}?", format!("/{}", text.replace('.', "/"))))
}

impl Classifier {
    /// What an answer decides. One in which nothing is that could decide, such as the body of an error, is unreadable.
    pub fn read(&self, answer: &str, fallback: Fallback) -> Ruling {
        /// As long as a person reads.
        const MAX_REASON_BYTES: usize = 1 << 10;
        let unreadable = |reason: &str| Ruling {
            decision: Decision::Unreadable { taken_as: fallback },
            reason: reason.to_owned(),
            confidence: None,
        };
        let Ok(answer) = serde_json::from_str::<Value>(answer) else {
            return unreadable("the classifier's answer is no JSON");
        };
        let at = |pointer: &Option<String>| pointer.as_ref().and_then(|pointer| answer.pointer(pointer));
        let text = at(&self.rewrite);
        if text.is_none() && self.block_when.iter().all(|condition| answer.pointer(&condition.path).is_none()) {
            return unreadable("the classifier's answer has nothing where its decision is looked for");
        }
        let decision = if self.block_when.iter().any(|condition| condition.holds(&answer, &Flags::none())) {
            Decision::Block
        } else {
            match text {
                None | Some(Value::Null) => Decision::Allow,
                Some(Value::String(text)) => Decision::Rewrite { text: text.clone() },
                Some(other) => Decision::Rewrite { text: other.to_string() },
            }
        };
        let reason = match at(&self.reason) {
            None | Some(Value::Null) => "no reason given".to_owned(),
            Some(Value::String(reason)) => reason.clone(),
            Some(other) => other.to_string(),
        };
        Ruling { decision, reason: cut(reason, MAX_REASON_BYTES), confidence: at(&self.confidence).and_then(percent) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn classifier(toml: &str) -> Result<Classifier, String> {
        toml::from_str::<DraftClassifier>(toml).map_err(|error| error.message().to_owned())?.checked()
    }

    #[test]
    fn answers_of_any_shape_are_read() {
        let guard = classifier(
            "block_when = [{ path = \"/results/0/flagged\", eq = true }, { path = \"/score\", gt = 0.8 }]\n\
             rewrite = \"/sanitized\"\nconfidence = \"/score\"\nreason = \"/category\"",
        )
        .unwrap();
        let ruling = |decision, reason: &str, confidence| Ruling { decision, reason: reason.to_owned(), confidence };
        let unreadable = |reason: &str| ruling(Decision::Unreadable { taken_as: Fallback::Allow }, reason, None);
        let nothing = "the classifier's answer has nothing where its decision is looked for";
        for (answer, expected) in [
            (
                r#"{"results":[{"flagged":true}],"category":"injection","score":0.7}"#,
                ruling(Decision::Block, "injection", Some(70)),
            ),
            (r#"{"score":0.93}"#, ruling(Decision::Block, "no reason given", Some(93))),
            (r#"{"score":93}"#, ruling(Decision::Block, "no reason given", Some(93))),
            (r#"{"results":[{"flagged":false}]}"#, ruling(Decision::Allow, "no reason given", None)),
            (
                r#"{"score":0.1,"sanitized":"hello","category":["pii"]}"#,
                ruling(Decision::Rewrite { text: "hello".to_owned() }, r#"["pii"]"#, Some(10)),
            ),
            (r#"{"score":0.1,"sanitized":null}"#, ruling(Decision::Allow, "no reason given", Some(10))),
            // Blocked before rewritten.
            (r#"{"score":0.9,"sanitized":"x"}"#, ruling(Decision::Block, "no reason given", Some(90))),
            (r#"{"error":"overloaded"}"#, unreadable(nothing)),
            ("[]", unreadable(nothing)),
            ("flagged", unreadable("the classifier's answer is no JSON")),
            ("", unreadable("the classifier's answer is no JSON")),
        ] {
            assert_eq!(guard.read(answer, Fallback::Allow), expected, "{answer}");
        }
        let whole = classifier("block_when = [{ path = \"\", contains = \"unsafe\" }]").unwrap();
        assert_eq!(whole.read("\"UNSAFE S1\"", Fallback::Block).decision, Decision::Block);
    }

    #[test]
    fn what_is_wrong_is_told_all_at_once() {
        for (toml, message) in [
            (
                "",
                "block_when: an answer that neither blocks nor rewrites decides nothing; write \
                 block_when = [{ path = \"/flagged\", eq = true }], or rewrite = \"/text\"",
            ),
            (
                "block_when = [{ path = \"results.0.flagged\", eq = true }, { field = \"x\", eq = 1 }, { path = \"/a\" }]\n\
                 reason = \"category\"",
                "reason: \"category\" is no JSON pointer, did you mean \"/category\"?; \
                 block_when: 1: path: \"results.0.flagged\" is no JSON pointer, did you mean \"/results/0/flagged\"?; \
                 block_when: 2: a condition on an answer names its place: { path = \"/...\", ... }; \
                 block_when: 3: a condition has exactly one of: eq, ne, gt, ge, lt, le, contains, lacks, ends_with, \
                 not_ends_with, contains_any, lacks_all, matches",
            ),
            (
                "blok_when = []",
                "unknown field `blok_when`, expected one of `block_when`, `rewrite`, `confidence`, `reason`",
            ),
        ] {
            assert_eq!(classifier(toml), Err(message.to_owned()), "{toml}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd(answer in "\\PC{0,60}|[\\[{\"a:,}\\]0-9]{0,60}") {
            let guard = classifier("block_when = [{ path = \"/a\", eq = true }]\nrewrite = \"/b\"").unwrap();
            guard.read(&answer, Fallback::Block);
        }
    }
}
