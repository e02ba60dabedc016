//! Conditions of a scenario file: on calls, on the world, on a released text.

use serde_json::Value;
use toml::Spanned;

use super::check::{plain, property_names};
use super::draft;
use super::reference::Checker;
use crate::name::Name;
use crate::predicate::{Condition, Pattern, Test};
use crate::problem::unknown;
use crate::tool::Tool;
use crate::world::escape;

impl Checker<'_, '_> {
    pub(super) fn call(&mut self, key: &str, draft: draft::Call, tools: &[Tool]) -> Option<(Name, Vec<Condition>)> {
        let name = self.tool_name(&format!("{key}.tool"), &draft.tool)?;
        // Which arguments a real tool takes, the rules do not know.
        let arguments =
            tools.iter().find(|tool| tool.spec.name == name).map(|tool| property_names(&tool.spec.parameters));
        let when = self.call_conditions(&format!("{key}.where"), draft.when, arguments.as_deref());
        Some((name, when))
    }

    pub(super) fn call_conditions(
        &mut self,
        key: &str,
        drafts: Vec<Spanned<draft::Condition>>,
        arguments: Option<&[String]>,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for draft in drafts {
            let test = self.test(key, &draft);
            match (&draft.get_ref().field, &draft.get_ref().path) {
                (Some(field), None) if arguments.is_none_or(|known| known.contains(field.get_ref())) => {
                    let path = format!("/{}", escape(field.get_ref()));
                    conditions.extend(test.map(|test| Condition { path, test }));
                }
                (Some(field), None) => {
                    let known = arguments.unwrap_or_default().iter().map(String::as_str);
                    self.problems.add(field.span(), key, unknown("argument", field.get_ref(), known));
                }
                _ => self.problems.add(
                    draft.span(),
                    key,
                    "a condition on a call names its argument: { field = \"...\", ... }",
                ),
            }
        }
        conditions
    }

    pub(super) fn state_conditions(
        &mut self,
        key: &str,
        drafts: Vec<Spanned<draft::Condition>>,
        fixtures: &Value,
    ) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for draft in drafts {
            let test = self.test(key, &draft);
            match (&draft.get_ref().field, &draft.get_ref().path) {
                (None, Some(path)) => {
                    self.world_path(key, path, fixtures);
                    conditions.extend(test.map(|test| Condition { path: path.get_ref().clone(), test }));
                }
                _ => self.problems.add(
                    draft.span(),
                    key,
                    "a condition on the world names its place: { path = \"/...\", ... }",
                ),
            }
        }
        conditions
    }

    /// The one operator of a condition.
    fn test(&mut self, key: &str, draft: &Spanned<draft::Condition>) -> Option<Test> {
        let condition = draft.get_ref().clone();
        let matches = match condition.matches.map(|text| (text.span(), Pattern::parse(text.get_ref()))) {
            Some((_, Ok(pattern))) => Some(pattern),
            Some((span, Err(error))) => {
                self.problems.add(span, format!("{key}.matches"), format!("is no regular expression: {error}"));
                return None;
            }
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
        let (Some(test), None) = (tests.next(), tests.next()) else {
            let words = Test::WORDS.join(", ");
            self.problems.add(draft.span(), key, format!("a condition has exactly one of: {words}"));
            return None;
        };
        for text in test.texts() {
            self.flags_in(key, Some(&draft.span()), text);
        }
        Some(test)
    }

    /// Conditions on a text: they name no place.
    pub(super) fn text_conditions(&mut self, key: &str, drafts: Vec<Spanned<draft::Condition>>) -> Vec<Test> {
        let mut tests = Vec::new();
        for draft in drafts {
            if draft.get_ref().field.is_some() || draft.get_ref().path.is_some() {
                self.problems.add(draft.span(), key, "a condition on an answer has an operator and no place");
            }
            tests.extend(self.test(key, &draft));
        }
        tests
    }
}
