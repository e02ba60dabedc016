//! A condition as it is written in scenario and agent files.

use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::{Pattern, Test};

/// A place, by name or by path, and one operator.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftCondition {
    pub(crate) field: Option<Spanned<String>>,
    pub(crate) path: Option<Spanned<String>>,
    eq: Option<Value>,
    ne: Option<Value>,
    gt: Option<f64>,
    ge: Option<f64>,
    lt: Option<f64>,
    le: Option<f64>,
    contains: Option<String>,
    lacks: Option<String>,
    ends_with: Option<String>,
    not_ends_with: Option<String>,
    contains_any: Option<Vec<String>>,
    lacks_all: Option<Vec<String>>,
    matches: Option<Spanned<String>>,
}

/// Why a condition tests nothing.
pub(crate) enum NotATest {
    /// It has no operator, or several.
    Operators,
    /// Its pattern is none.
    Pattern {
        /// Where it stands.
        span: Range<usize>,
        /// Why.
        error: String,
    },
}

impl std::fmt::Display for NotATest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Operators => write!(f, "a condition has exactly one of: {}", Test::WORDS.join(", ")),
            Self::Pattern { error, .. } => write!(f, "is no regular expression: {error}"),
        }
    }
}

impl DraftCondition {
    /// Its one operator.
    pub(crate) fn test(&self) -> Result<Test, NotATest> {
        let condition = self.clone();
        let matches = match condition.matches.map(|text| (text.span(), Pattern::parse(text.get_ref()))) {
            Some((_, Ok(pattern))) => Some(pattern),
            Some((span, Err(error))) => return Err(NotATest::Pattern { span, error }),
            None => None,
        };
        let mut tests = [
            condition.eq.map(|value| Test::Eq(plain(value))),
            condition.ne.map(|value| Test::Ne(plain(value))),
            condition.gt.map(Test::Gt),
            condition.ge.map(Test::Ge),
            condition.lt.map(Test::Lt),
            condition.le.map(Test::Le),
            condition.contains.map(Test::Contains),
            condition.lacks.map(Test::Lacks),
            condition.ends_with.map(Test::EndsWith),
            condition.not_ends_with.map(Test::NotEndsWith),
            condition.contains_any.map(Test::ContainsAny),
            condition.lacks_all.map(Test::LacksAll),
            matches.map(Test::Matches),
        ]
        .into_iter()
        .flatten();
        match (tests.next(), tests.next()) {
            (Some(test), None) => Ok(test),
            (None, _) | (Some(_), Some(_)) => Err(NotATest::Operators),
        }
    }
}

/// TOML has dates and JSON has not: they become their text.
pub(crate) fn plain(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => match fields.remove("$__toml_private_datetime") {
            Some(date) => date,
            None => fields.into_iter().map(|(key, field)| (key, plain(field))).collect(),
        },
        Value::Array(items) => items.into_iter().map(plain).collect(),
        other => other,
    }
}
