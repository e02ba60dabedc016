//! Conditions of a scenario file: on calls, on the world, on a released text.

use serde_json::Value;
use toml::Spanned;

use super::check::property_names;
use super::draft;
use super::reference::Checker;
use crate::name::Name;
use crate::predicate::{Condition, DraftCondition, NotATest, Test};
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
        drafts: Vec<Spanned<DraftCondition>>,
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
        drafts: Vec<Spanned<DraftCondition>>,
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
    fn test(&mut self, key: &str, draft: &Spanned<DraftCondition>) -> Option<Test> {
        let test = match draft.get_ref().test() {
            Ok(test) => test,
            Err(error) => {
                let (span, key) = match &error {
                    NotATest::Operators => (draft.span(), key.to_owned()),
                    NotATest::Pattern { span, .. } => (span.clone(), format!("{key}.matches")),
                };
                self.problems.add(span, key, error.to_string());
                return None;
            }
        };
        for text in test.texts() {
            self.flags_in(key, Some(&draft.span()), text);
        }
        Some(test)
    }

    /// Conditions on a text: they name no place.
    pub(super) fn text_conditions(&mut self, key: &str, drafts: Vec<Spanned<DraftCondition>>) -> Vec<Test> {
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
