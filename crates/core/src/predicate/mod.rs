//! Conditions on arguments of calls and on the world: the deterministic half of every verdict.

mod draft;

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

pub(crate) use draft::{DraftCondition, NotATest, plain};

use crate::flag::Flags;

/// Where a value is looked up and what must hold of it. A value that is not there satisfies nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// A JSON pointer into the subject (the arguments of a call, or the world).
    pub path: String,
    /// What must hold there.
    pub test: Test,
}

/// What must hold of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal.
    Eq(Value),
    /// There and not equal.
    Ne(Value),
    /// A number greater than this.
    Gt(f64),
    /// A number at least this.
    Ge(f64),
    /// A number less than this.
    Lt(f64),
    /// A number at most this.
    Le(f64),
    /// Text (or the JSON text of anything else) that contains this, in any case of letters. May hold `{{flag.ID}}`.
    Contains(String),
    /// Text that does not contain this.
    Lacks(String),
    /// Text that ends with this, in any case of letters.
    EndsWith(String),
    /// Text that does not end with this.
    NotEndsWith(String),
    /// Text that contains one of these.
    ContainsAny(Vec<String>),
    /// Text that contains none of these.
    LacksAll(Vec<String>),
    /// Text in which this is found.
    Matches(Pattern),
}

/// A regular expression, in any case of letters. Equal if written alike.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it is none, or too large.
    pub fn parse(text: &str) -> Result<Self, String> {
        /// Bytes of a compiled pattern: any that a person writes, none that fills the memory.
        const MAX_SIZE: usize = 1 << 20;
        let built = RegexBuilder::new(text).case_insensitive(true).size_limit(MAX_SIZE).build();
        built.map(Self).map_err(|error| error.to_string())
    }

    /// The first `most` places in `text` that match, but for empty ones.
    pub(crate) fn places(&self, text: &str, most: usize) -> Vec<Range<usize>> {
        self.0.find_iter(text).map(|found| found.range()).filter(|place| !place.is_empty()).take(most).collect()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Condition {
    /// Whether the condition holds of `subject`.
    pub fn holds(&self, subject: &Value, flags: &Flags) -> bool {
        subject.pointer(&self.path).is_some_and(|value| self.test.holds(value, flags))
    }
}

impl Test {
    /// The operators' words in files, in the order in which they are explained.
    pub const WORDS: [&str; 13] = [
        "eq",
        "ne",
        "gt",
        "ge",
        "lt",
        "le",
        "contains",
        "lacks",
        "ends_with",
        "not_ends_with",
        "contains_any",
        "lacks_all",
        "matches",
    ];

    /// The texts in it that may name flags.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Contains(text) | Self::Lacks(text) | Self::EndsWith(text) | Self::NotEndsWith(text) => vec![text],
            Self::ContainsAny(texts) | Self::LacksAll(texts) => texts.iter().map(String::as_str).collect(),
            Self::Eq(value) | Self::Ne(value) => value.as_str().into_iter().collect(),
            Self::Gt(_) | Self::Ge(_) | Self::Lt(_) | Self::Le(_) | Self::Matches(_) => vec![],
        }
    }

    /// Whether the test holds of `value`.
    pub fn holds(&self, value: &Value, flags: &Flags) -> bool {
        let number = value.as_f64();
        match self {
            Self::Eq(expected) => same(value, expected, flags),
            Self::Ne(expected) => !same(value, expected, flags),
            Self::Gt(limit) => number.is_some_and(|n| n > *limit),
            Self::Ge(limit) => number.is_some_and(|n| n >= *limit),
            Self::Lt(limit) => number.is_some_and(|n| n < *limit),
            Self::Le(limit) => number.is_some_and(|n| n <= *limit),
            Self::Contains(part) => lower(value).contains(&flags.fill(part).to_lowercase()),
            Self::Lacks(part) => !lower(value).contains(&flags.fill(part).to_lowercase()),
            Self::EndsWith(end) => lower(value).trim_end().ends_with(&flags.fill(end).to_lowercase()),
            Self::NotEndsWith(end) => !lower(value).trim_end().ends_with(&flags.fill(end).to_lowercase()),
            Self::ContainsAny(parts) => any_in(parts, value, flags),
            Self::LacksAll(parts) => !any_in(parts, value, flags),
            Self::Matches(pattern) => pattern.0.is_match(&lower(value)),
        }
    }
}

/// Whether all conditions hold. Of no conditions this is true: a call without `where` matches every call of its tool.
pub fn all_hold(conditions: &[Condition], subject: &Value, flags: &Flags) -> bool {
    conditions.iter().all(|condition| condition.holds(subject, flags))
}

/// Equal, where 30 and 30.0 are the same number.
fn same(value: &Value, expected: &Value, flags: &Flags) -> bool {
    match (value, expected) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => *a == flags.fill(b),
        (a, b) => a == b,
    }
}

fn any_in(parts: &[String], value: &Value, flags: &Flags) -> bool {
    let text = lower(value);
    parts.iter().any(|part| text.contains(&flags.fill(part).to_lowercase()))
}

fn lower(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_lowercase(),
        other => other.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_operator_holds_where_it_should_and_nowhere_else() {
        let flags = Flags::plant(&"1".parse().unwrap(), &["code".parse().unwrap()]);
        let flag = flags.get("code").unwrap().to_owned();
        let subject = json!({
            "amount": 30, "to": "Eve@Evil.example ", "list": ["Ann", "Bob"], "none": null, "body": format!("x{flag}y"),
        });
        let text = |text: &str| text.to_owned();
        for (path, test, holds) in [
            ("/amount", Test::Eq(json!(30.0)), true),
            ("/amount", Test::Eq(json!("30")), false),
            ("/amount", Test::Ne(json!(31)), true),
            ("/amount", Test::Ne(json!(30)), false),
            ("/amount", Test::Gt(29.9), true),
            ("/amount", Test::Gt(30.0), false),
            ("/amount", Test::Ge(30.0), true),
            ("/amount", Test::Ge(30.1), false),
            ("/amount", Test::Lt(30.1), true),
            ("/amount", Test::Lt(30.0), false),
            ("/amount", Test::Le(30.0), true),
            ("/amount", Test::Le(29.9), false),
            ("/to", Test::Gt(1.0), false),
            ("/to", Test::Contains(text("eVIL")), true),
            ("/to", Test::Contains(text("good")), false),
            ("/to", Test::Lacks(text("good")), true),
            ("/to", Test::Lacks(text("eve")), false),
            ("/to", Test::EndsWith(text("@evil.example")), true),
            ("/to", Test::EndsWith(text("@evil")), false),
            ("/to", Test::NotEndsWith(text("@house.example")), true),
            ("/to", Test::NotEndsWith(text("evil.example")), false),
            ("/list", Test::Contains(text("bob")), true),
            ("/body", Test::Contains(text("{{flag.code}}")), true),
            ("/to", Test::Contains(text("{{flag.code}}")), false),
            ("/to", Test::ContainsAny(vec![text("good"), text("EVIL")]), true),
            ("/to", Test::ContainsAny(vec![text("good"), text("fine")]), false),
            ("/to", Test::ContainsAny(vec![]), false),
            ("/to", Test::LacksAll(vec![text("good"), text("fine")]), true),
            ("/to", Test::LacksAll(vec![text("good"), text("eve")]), false),
            ("/body", Test::ContainsAny(vec![text("{{flag.code}}")]), true),
            ("/to", Test::Matches(Pattern::parse(r"^eve@\w+\.EXAMPLE\s*$").unwrap()), true),
            ("/to", Test::Matches(Pattern::parse("^evil").unwrap()), false),
            ("/gone", Test::LacksAll(vec![text("x")]), false),
            ("/gone", Test::Matches(Pattern::parse(".*").unwrap()), false),
            ("/none", Test::Ne(json!(1)), true),
            // What is not there satisfies nothing, not even a negation.
            ("/gone", Test::Ne(json!(1)), false),
            ("/gone", Test::Lacks(text("x")), false),
            ("/gone", Test::NotEndsWith(text("x")), false),
        ] {
            let condition = Condition { path: text(path), test };
            assert_eq!(condition.holds(&subject, &flags), holds, "{condition:?}");
        }
    }
}
