//! Following the references of a scenario file: names, flags, arguments, places of the world.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use serde_json::Value;
use toml::Spanned;

use crate::files;
use crate::flag::placeholders;
use crate::name::Name;
use crate::problem::{Problems, unknown};
use crate::tool::Template;

/// What is known of a file while its references are followed.
pub(super) struct Checker<'a, 'b> {
    pub(super) problems: &'a mut Problems<'b>,
    /// Ids of the declared flags.
    pub(super) flags: Vec<Name>,
    /// Those of them that are planted somewhere and are no decoys.
    pub(super) leakable: Vec<Name>,
    /// Names of the declared tools, also of those that have a problem of their own.
    pub(super) tools: Vec<String>,
}

impl Checker<'_, '_> {
    pub(super) fn name(&mut self, key: &str, text: &Spanned<String>) -> Option<Name> {
        text.get_ref().parse().map_err(|error| self.problems.add(text.span(), key, format!("{error}"))).ok()
    }

    pub(super) fn tool_name(&mut self, key: &str, text: &Spanned<String>) -> Option<Name> {
        let names = self.tools.clone();
        self.known(key, "tool", text, names.iter().map(String::as_str))
    }

    pub(super) fn known<'a>(
        &mut self,
        key: &str,
        kind: &str,
        text: &Spanned<String>,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<Name> {
        if names.clone().any(|name| name == text.get_ref()) {
            return text.get_ref().parse().ok();
        }
        self.problems.add(text.span(), key, unknown(kind, text.get_ref(), names));
        None
    }

    pub(super) fn unique<'a>(&mut self, key: &str, names: impl Iterator<Item = &'a Spanned<String>>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name.get_ref()) {
                self.problems.add(name.span(), key, format!("{:?} is there twice", name.get_ref()));
            }
        }
    }

    pub(super) fn range(&mut self, key: &str, number: &Spanned<u32>, range: RangeInclusive<u32>) {
        if !range.contains(number.get_ref()) {
            let message = format!("must be between {} and {}", range.start(), range.end());
            self.problems.add(number.span(), key, message);
        }
    }

    /// A template whose arguments the tool has.
    pub(super) fn template(&mut self, key: &str, span: &Range<usize>, text: &str, arguments: &[String]) -> Template {
        let template = Template(text.to_owned());
        for argument in template.arguments() {
            if !arguments.iter().any(|known| known == argument) {
                let message = unknown("argument", argument, arguments.iter().map(String::as_str));
                self.problems.add(span.clone(), key, message);
            }
        }
        template
    }

    /// A place that the world has from the start, or one of a file that may be made.
    pub(super) fn world_path(&mut self, key: &str, path: &Spanned<String>, fixtures: &Value) {
        let is_there = fixtures.pointer(path.get_ref()).is_some() && !path.get_ref().is_empty();
        if is_there || may_come(fixtures, path.get_ref()) {
            return;
        }
        // The longest part of the path that is there tells what could follow it.
        let (mut there, mut next) = (path.get_ref().as_str(), "");
        while fixtures.pointer(there).is_none() || there.is_empty() {
            match there.rsplit_once('/') {
                Some((parent, last)) => (there, next) = (parent, last),
                None => break,
            }
            if there.is_empty() {
                break;
            }
        }
        let keys: Vec<&str> = match fixtures.pointer(there) {
            Some(Value::Object(fields)) => fields.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let message =
            format!("{:?} is not in the world: under {there:?} {}", path.get_ref(), unknown("field", next, keys));
        self.problems.add(path.span(), key, message);
    }

    /// `span` is the place of `text`, if it has kept it.
    pub(super) fn flags_in(&mut self, key: &str, span: Option<&Range<usize>>, text: &str) {
        for id in placeholders(text) {
            if !self.flags.iter().any(|flag| flag.as_str() == id) {
                let message = unknown("flag", id, self.flags.iter().map(Name::as_str));
                self.problems.add_at(span.cloned(), key, message);
            }
        }
    }
}

/// Whether something may stand at `path` later: tools make files.
fn may_come(fixtures: &Value, path: &str) -> bool {
    fixtures.pointer(files::ROOT).is_some() && path.strip_prefix(files::ROOT).is_some_and(|rest| rest.starts_with('/'))
}
