//! The answer piece by piece: text at once, calls at its end.

use serde_json::{Map, Value};

use super::open::{Goes, Open, Tag};
use super::problem::Problem;
use super::tag::{Scan, scan};
use super::vocabulary::Vocabulary;
use super::{MAX_CALL_BYTES, MAX_CALLS, MAX_GAP_BYTES};
use crate::message::{ToolCall, ToolSpec};

/// Reads one answer.
pub struct Parser {
    known: Vocabulary,
    /// The end of the answer so far: what is not yet given out, and is not part of a call that ended.
    held: String,
    /// Where in the answer `held` begins. All other places are in the answer, too.
    base: usize,
    /// The next byte to look at.
    at: usize,
    /// Up to here everything was given out or became a call.
    given: usize,
    /// The last tag with a known name, if nothing but some space came after it.
    last: Option<Tag>,
    state: State,
    calls: Vec<ToolCall>,
    /// How many calls ended, for their ids.
    n_ended: usize,
    problems: Vec<Problem>,
    #[cfg(test)]
    pub(super) n_steps: usize,
}

/// What came of an answer.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    /// The text that [`Parser::push`] did not give yet.
    pub text: String,
    /// The calls, in order. Their ids are unique in this answer only.
    pub calls: Vec<ToolCall>,
    /// What was meant as a call and is none, for the model to write again. Few.
    pub problems: Vec<Problem>,
}

enum State {
    Text,
    Call(Open),
    /// After a call that is too long.
    Refusing,
}

/// A whole answer.
pub fn read(text: &str, tools: &[ToolSpec]) -> Answer {
    let mut parser = Parser::new(tools);
    let before = parser.push(text);
    let answer = parser.finish();
    Answer { text: before + &answer.text, ..answer }
}

impl Parser {
    /// For an answer of a model that was told of `tools`.
    pub fn new(tools: &[ToolSpec]) -> Self {
        Self {
            known: Vocabulary::of(tools),
            held: String::new(),
            base: 0,
            at: 0,
            given: 0,
            last: None,
            state: State::Text,
            calls: vec![],
            n_ended: 0,
            problems: vec![],
            #[cfg(test)]
            n_steps: 0,
        }
    }

    /// The answer goes on with `piece`. Returns the text that is certain now.
    pub fn push(&mut self, piece: &str) -> String {
        if let State::Refusing = self.state {
            return String::new();
        }
        self.held.push_str(piece);
        let mut text = String::new();
        self.walk(&mut text);
        match (&self.state, &self.last) {
            (State::Text, Some(tag)) if !tag.closes => self.give(&mut text, tag.start),
            (State::Text, _) => self.give(&mut text, self.at),
            (State::Call(_) | State::Refusing, _) => {}
        }
        self.held.drain(..self.given - self.base);
        self.base = self.given;
        text
    }

    /// The answer is whole.
    pub fn finish(mut self) -> Answer {
        if let State::Call(open) = &self.state {
            let (tool, parameter) = (open.tool.name.to_string(), open.parameter.to_string());
            self.problem(Problem::Unfinished { tool, parameter });
        }
        Answer { text: self.held, calls: self.calls, problems: self.problems }
    }

    /// Looks at everything up to the end, or to half a tag there.
    fn walk(&mut self, text: &mut String) {
        while let Some(byte) = self.held.as_bytes().get(self.at - self.base) {
            #[cfg(test)]
            {
                self.n_steps += 1;
            }
            let mut after = self.at + 1;
            let mut tag = None;
            let mut is_space = byte.is_ascii_whitespace();
            if *byte == b'<' {
                match scan(&self.held[self.at - self.base..]) {
                    Scan::Half => return,
                    Scan::Tag { name, closes, len } => {
                        let (start, end) = (self.at, self.at + len);
                        tag = self.known.word(name).map(|name| Tag { name, closes, start, end });
                        after = end;
                        is_space = false;
                    }
                    Scan::Text => {}
                }
            }
            self.at = after;
            if let State::Call(Open { start, tool, .. }) = &self.state
                && after - start > MAX_CALL_BYTES
            {
                let tool = tool.name.to_string();
                self.problem(Problem::TooLong { tool });
                self.state = State::Refusing;
                self.given = self.base + self.held.len();
                return;
            }
            match tag {
                Some(tag) => self.tag(tag, text),
                None if is_space && self.last.as_ref().is_some_and(|last| after - last.end <= MAX_GAP_BYTES) => {}
                None => self.pass(),
            }
        }
    }

    /// Something other than space came after the last tag.
    fn pass(&mut self) {
        if let (State::Call(open), Some(last)) = (&mut self.state, self.last.take()) {
            open.pass(&last);
        }
    }

    fn tag(&mut self, tag: Tag, text: &mut String) {
        let last = self.last.take();
        match &mut self.state {
            State::Refusing => {}
            State::Call(open) => match open.tag(&tag, last) {
                Goes::On => self.last = Some(tag),
                Goes::Next { end } => {
                    open.end_value(&self.held[open.value - self.base..end - self.base]);
                    open.parameter = tag.name;
                    open.value = tag.end;
                }
                Goes::Over { end } => {
                    open.end_value(&self.held[open.value - self.base..end - self.base]);
                    self.end(tag.end);
                }
                Goes::Perhaps => {
                    if open.end_loosely(&self.held[open.value - self.base..tag.start - self.base]) {
                        self.end(tag.end);
                    } else {
                        self.last = Some(tag);
                    }
                }
            },
            State::Text => {
                let Some(last) = last else {
                    self.last = Some(tag);
                    return;
                };
                if let Some(tool) = self.known.tool(&last.name).filter(|_| !last.closes).cloned() {
                    if !tag.closes && tool.parameters.contains_key(&tag.name) {
                        self.give(text, last.start);
                        self.state = State::Call(Open::new(tool, last.start, tag));
                        return;
                    }
                    if tag.closes(&last.name) {
                        self.give(text, last.start);
                        self.call(&tool.name, Map::new(), tag.end);
                        return;
                    }
                }
                let ended = self.known.tool(&tag.name).filter(|tool| tool.parameters.contains_key(&last.name));
                if last.closes && tag.closes && ended.is_some() {
                    self.end_again(&tag.name);
                }
                self.last = Some(tag);
            }
        }
    }

    /// The open call ended at `end`.
    fn end(&mut self, end: usize) {
        let State::Call(open) = std::mem::replace(&mut self.state, State::Text) else { return };
        if open.is_unclear {
            self.given = end;
            self.problem(Problem::Unclear { tool: open.tool.name.to_string() });
        } else {
            self.call(&open.tool.name, open.arguments, end);
        }
    }

    /// A call was read, up to `end`.
    fn call(&mut self, tool: &str, arguments: Map<String, Value>, end: usize) {
        self.given = end;
        self.n_ended += 1;
        if self.calls.len() < MAX_CALLS {
            self.calls.push(ToolCall {
                id: format!("call_{}", self.n_ended),
                tool: tool.to_owned(),
                arguments: Value::Object(arguments),
            });
        } else if !self.problems.contains(&Problem::TooMany) {
            self.problem(Problem::TooMany);
        }
    }

    /// In the text stands another end of a call of `tool`: the last of them may have ended here.
    fn end_again(&mut self, tool: &str) {
        if let Some(call) = self.calls.iter().rposition(|call| call.tool == tool) {
            self.calls.truncate(call);
            self.problem(Problem::Unclear { tool: tool.to_owned() });
        }
    }

    /// Notes it; further ones than calls say nothing new.
    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < MAX_CALLS {
            self.problems.push(problem);
        }
    }

    /// What is before `end` and not yet given is text.
    fn give(&mut self, text: &mut String, end: usize) {
        text.push_str(&self.held[self.given - self.base..end - self.base]);
        self.given = end;
    }
}
