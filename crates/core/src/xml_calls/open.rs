//! A call that has begun: where its values end, tag by tag.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::tag::{Scan, scan};
use super::vocabulary::Tool;

/// With more parameters that a tool does not have, a call is none.
const MAX_OTHERS: usize = 16;

/// A call that has begun.
pub(super) struct Open {
    pub(super) tool: Arc<Tool>,
    pub(super) start: usize,
    pub(super) parameter: Arc<str>,
    /// Where its value begins.
    pub(super) value: usize,
    /// How many calls of the same tool are open within the value.
    n_calls: usize,
    /// How many tags of the parameter's own name are open within the value.
    n_own: usize,
    /// The parameter seems to be given twice.
    pub(super) is_unclear: bool,
    /// Its end was looked for among tags of other names already; looking again at each end would not be linear.
    was_loose: bool,
    pub(super) arguments: Map<String, Value>,
}

/// A tag whose name means something, and where it is in the answer.
pub(super) struct Tag {
    pub(super) name: Arc<str>,
    pub(super) closes: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Tag {
    fn opens(&self, name: &str) -> bool {
        !self.closes && *self.name == *name
    }

    pub(super) fn closes(&self, name: &str) -> bool {
        self.closes && *self.name == *name
    }
}

/// How a call goes on at a tag.
pub(super) enum Goes {
    /// Within the value.
    On,
    /// To the next parameter; the value ended at `end`.
    Next { end: usize },
    /// Over; the value ended at `end`.
    Over { end: usize },
    /// Over, if what is between its value and this end are parameters that the tool does not have.
    Perhaps,
}

impl Open {
    /// The call of `tool` that begins at `start` with the tag `first` of a parameter.
    pub(super) fn new(tool: Arc<Tool>, start: usize, first: Tag) -> Self {
        Self {
            tool,
            start,
            parameter: first.name,
            value: first.end,
            n_calls: 0,
            n_own: 0,
            is_unclear: false,
            was_loose: false,
            arguments: Map::new(),
        }
    }

    /// `last` is the tag before, if only space is between.
    pub(super) fn tag(&mut self, tag: &Tag, last: Option<Tag>) -> Goes {
        let tool = &self.tool;
        let is_parameter = |tag: &Tag| tool.parameters.contains_key(&tag.name);
        if let Some(last) = &last {
            if self.n_calls > 0 && tag.closes(&tool.name) && last.closes && is_parameter(last) {
                self.n_calls -= 1;
                return Goes::On;
            }
            if last.opens(&tool.name) && !tag.closes && is_parameter(tag) {
                self.n_calls += 1;
                return Goes::On;
            }
            if self.n_calls == 0 && last.closes(&self.parameter) {
                if tag.closes(&tool.name) {
                    return Goes::Over { end: last.start };
                }
                self.is_unclear |= self.n_own == 0 && tag.opens(&self.parameter);
                let is_new = *tag.name != *self.parameter && !self.arguments.contains_key(&*tag.name);
                if self.n_own == 0 && !tag.closes && is_parameter(tag) && is_new {
                    return Goes::Next { end: last.start };
                }
            }
        }
        if let Some(last) = last {
            self.pass(&last);
        }
        if self.n_calls == 0 && tag.opens(&self.parameter) {
            self.n_own += 1;
        }
        if self.n_calls == 0 && tag.closes(&self.tool.name) && !self.was_loose { Goes::Perhaps } else { Goes::On }
    }

    /// Ends the value and the call if `rest`, from the value's beginning to the call's end, is the value, its closing tag,
    /// and then only other parameters, among them such as the tool does not have: models make them up, and the schema
    /// shall say so.
    pub(super) fn end_loosely(&mut self, rest: &str) -> bool {
        let closing = format!("</{}>", self.parameter);
        self.was_loose = true;
        let Some((value, mut rest)) = rest.split_once(&closing) else { return false };
        let mut others: Vec<(&str, &str)> = vec![];
        while !rest.trim_start().is_empty() {
            rest = rest.trim_start();
            let Scan::Tag { name, closes: false, len } = (if rest.starts_with('<') { scan(rest) } else { Scan::Text })
            else {
                return false;
            };
            let is_given = *name == *self.parameter || self.arguments.contains_key(name);
            let Some((text, after)) = rest[len..].split_once(&format!("</{name}>")) else { return false };
            if is_given || others.len() == MAX_OTHERS || others.iter().any(|(other, _)| *other == name) {
                return false;
            }
            others.push((name, text));
            rest = after;
        }
        self.end_value(value);
        for (name, text) in others {
            let value = self.tool.parameters.get(name).cloned().unwrap_or_default().read(text);
            self.arguments.insert(name.to_owned(), value);
        }
        true
    }

    /// `last` is part of the value.
    pub(super) fn pass(&mut self, last: &Tag) {
        if self.n_calls == 0 && last.closes(&self.parameter) {
            self.n_own = self.n_own.saturating_sub(1);
        }
    }

    pub(super) fn end_value(&mut self, text: &str) {
        let value = self.tool.parameters.get(&self.parameter).map_or(Value::Null, |kinds| kinds.read(text));
        self.arguments.insert(self.parameter.to_string(), value);
        self.n_own = 0;
    }
}
