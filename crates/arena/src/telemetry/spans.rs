//! A match as spans of a trace: names and attributes of OpenTelemetry's conventions for generative AI. Pure.
//!
//! The match is the root, each seat's part in a round a span in it, and in that its model calls and tools. The conventions
//! are still in development: their names stand in this file alone. Nothing that an agent wrote is in a span.

use std::collections::HashMap;

use arena_core::attempt::Attempt;
use arena_core::event::{Event, Record};
use arena_core::id::{CallId, MatchId, Seat, Seq};
use arena_core::message::{FailureClass, Finish, ModelFailure, Reply};
use arena_core::model::ModelSpec;
use arena_core::spec::Spec;
use arena_core::tool::ToolOutcome;
use jiff::{SignedDuration, Timestamp};

use super::meter::decision;

/// A span's number within its trace.
pub(super) type SpanId = [u8; 8];

/// A stretch of time in which something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The match's number.
    pub trace: [u8; 16],
    /// Its own: the same records give the same.
    pub id: SpanId,
    /// What it is a part of; nothing for the match itself.
    pub parent: Option<SpanId>,
    /// What was done, and by whom.
    pub name: String,
    /// Whether another machine did it.
    pub is_remote: bool,
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// What is known of it.
    pub attributes: Vec<Attribute>,
    /// Moments in it.
    pub notes: Vec<Note>,
    /// What went wrong.
    pub error: Option<&'static str>,
}

/// A moment within a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What.
    pub name: &'static str,
    /// What is known of it.
    pub attributes: Vec<Attribute>,
}

/// A name and a value.
pub(super) type Attribute = (&'static str, Value);

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word.
    Text(String),
    /// A count.
    Number(i64),
    /// Several words.
    Texts(Vec<String>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// The spans of `records`: whole rounds of match `id`, and the match itself if its end is among them.
pub fn spans(id: MatchId, spec: &Spec, records: &[Record]) -> Vec<Span> {
    let mut spans = Vec::new();
    for records in records.split_inclusive(|record| matches!(record.event, Event::RoundJudged { .. })) {
        spans.extend(Stretch::new(id, spec, records).take_all(records));
    }
    spans
}

/// The records of a round, and what stands between it and the one before.
struct Stretch<'a> {
    id: MatchId,
    spec: &'a Spec,
    round: Option<u32>,
    before: Option<Timestamp>,
    /// Each seat's part.
    turns: Vec<(Seat, Span)>,
    /// Names of tools that were asked for, if the match has them.
    tools: HashMap<CallId, &'a str>,
    started: HashMap<CallId, Timestamp>,
    done: Vec<Span>,
}

impl<'a> Stretch<'a> {
    fn new(id: MatchId, spec: &'a Spec, records: &[Record]) -> Self {
        let round = records.iter().find_map(|record| match record.event {
            Event::RoundOpened { round, .. } => Some(round),
            _ => None,
        });
        let (turns, done) = (vec![], vec![]);
        Self { id, spec, round, before: None, turns, tools: HashMap::new(), started: HashMap::new(), done }
    }

    fn take_all(mut self, records: &[Record]) -> Vec<Span> {
        for record in records {
            self.take(record);
            self.before = Some(record.at);
        }
        self.done.into_iter().chain(self.turns.into_iter().map(|(_, turn)| turn)).collect()
    }

    fn take(&mut self, record: &Record) {
        let (seq, at) = (record.seq, record.at);
        match &record.event {
            Event::ModelReplied { seat, reply, .. } => self.replied(*seat, seq, at, reply),
            Event::ModelFailed { seat, failure, .. } => self.failed(*seat, seq, at, failure),
            Event::GuardRuled { checkpoint, guard, ruling, reply, .. } => {
                if let Some(reply) = reply {
                    self.replied(Seat::Blue, seq, at, reply);
                }
                let mut attributes = vec![
                    ("arena.guard.checkpoint", checkpoint.word().into()),
                    ("arena.guard.decision", decision(ruling).into()),
                ];
                attributes.extend(guard.as_ref().map(|guard| ("arena.guard.name", guard.as_str().into())));
                self.turn(Seat::Blue, seq, at, at).notes.push(Note { at, name: "arena.guard.ruled", attributes });
            }
            Event::CallRuled { call, tool, .. } => {
                // A model may ask for anything.
                let spec = self.spec;
                let known = spec.tool_specs().map(|spec| spec.name.as_str()).find(|name| name == tool);
                self.tools.insert(*call, known.unwrap_or("unknown"));
            }
            Event::ToolStarted { call } => drop(self.started.insert(*call, at)),
            Event::ToolReturned { call, outcome, .. } => self.returned(*call, seq, at, outcome),
            Event::RoundJudged { verdict, .. } => {
                let attributes = vec![
                    ("gen_ai.evaluation.name", "arena.verdict".into()),
                    ("gen_ai.evaluation.score.label", verdict.word().into()),
                ];
                // It is about the Target, where that came to speak.
                let is_there = |seat| self.turns.iter().any(|(of, _)| *of == seat);
                if let Some(seat) = [Seat::Target, Seat::Red].into_iter().find(|seat| is_there(*seat)) {
                    let note = Note { at, name: "gen_ai.evaluation.result", attributes };
                    self.turn(seat, seq, at, at).notes.push(note);
                }
            }
            Event::Completed { outcome, .. } => self.ended(at, Some(outcome.winner.word()), None),
            Event::Stopped { .. } => self.ended(at, None, None),
            Event::Failed { failure } => self.ended(at, None, Some(of_class(failure.class))),
            Event::Created { .. }
            | Event::Started
            | Event::Paused
            | Event::Resumed
            | Event::RoundOpened { .. }
            | Event::AttackSent { .. }
            | Event::PatchDecided { .. }
            | Event::PersonDecided { .. }
            | Event::AnswerReleased { .. }
            | Event::FlagSubmitted { .. } => {}
        }
    }

    fn replied(&mut self, seat: Seat, seq: Seq, at: Timestamp, reply: &Reply) {
        let (_, answered) = provider_and_model(&reply.answered_by);
        let asked = reply.requested.as_ref().unwrap_or(&reply.answered_by);
        let mut attributes = vec![
            ("gen_ai.response.model", Value::Text(answered)),
            ("gen_ai.response.finish_reasons", Value::Texts(vec![finish(reply.finish).to_owned()])),
            ("gen_ai.usage.input_tokens", reply.usage.input_tokens.into()),
            ("gen_ai.usage.output_tokens", reply.usage.output_tokens.into()),
        ];
        if reply.usage.cached_tokens > 0 {
            attributes.push(("gen_ai.usage.cache_read.input_tokens", reply.usage.cached_tokens.into()));
        }
        self.asked(seat, seq, at, reply.elapsed_ms, asked, attributes, None);
    }

    fn failed(&mut self, seat: Seat, seq: Seq, at: Timestamp, failure: &ModelFailure) {
        let last: Option<&Attempt> = failure.attempts.last();
        let error = last.map_or(of_class(failure.class), |last| last.class.word());
        let model = self.spec.contestant(seat).map(|contestant| contestant.model.clone());
        let Some(model) = last.map(|last| last.model.clone()).or(model) else { return };
        self.asked(seat, seq, at, last.map_or(0, |last| last.elapsed_ms), &model, vec![], Some(error));
    }

    #[expect(clippy::too_many_arguments, reason = "they are the parts of one span")]
    fn asked(
        &mut self,
        seat: Seat,
        seq: Seq,
        at: Timestamp,
        elapsed_ms: u64,
        model: &ModelSpec,
        attributes: Vec<Attribute>,
        error: Option<&'static str>,
    ) {
        let from = self.ago(at, elapsed_ms);
        let parent = self.turn(seat, seq, from, at).id;
        let (provider, model) = provider_and_model(model);
        let name = format!("chat {model}");
        let named = [("gen_ai.provider.name", Value::Text(provider)), ("gen_ai.request.model", Value::Text(model))];
        let attributes = self.attributes("chat", Some(seat)).into_iter().chain(named).chain(attributes).collect();
        let (id, trace) = (span_id(self.id, "chat", seq), self.id.to_bytes());
        let (parent, to) = (Some(parent), at);
        self.done.push(Span { trace, id, parent, name, is_remote: true, from, to, attributes, notes: vec![], error });
    }

    fn returned(&mut self, call: CallId, seq: Seq, at: Timestamp, outcome: &ToolOutcome) {
        let Some(from) = self.started.remove(&call) else { return };
        let tool = self.tools.get(&call).copied().unwrap_or("unknown");
        let error = match outcome {
            ToolOutcome::Done { .. } => None,
            ToolOutcome::Failed { .. } => Some("failed"),
            ToolOutcome::Unavailable { .. } => Some("unavailable"),
            ToolOutcome::Interrupted => Some("interrupted"),
        };
        let parent = Some(self.turn(Seat::Target, seq, from, at).id);
        let mut attributes = self.attributes("execute_tool", Some(Seat::Target));
        // Our number: the provider's is a text of a model.
        attributes
            .extend([("gen_ai.tool.name", tool.into()), ("gen_ai.tool.call.id", Value::Text(call.0.to_string()))]);
        let (id, trace, name) = (span_id(self.id, "tool", seq), self.id.to_bytes(), format!("execute_tool {tool}"));
        let to = at;
        self.done.push(Span { trace, id, parent, name, is_remote: false, from, to, attributes, notes: vec![], error });
    }

    fn ended(&mut self, at: Timestamp, winner: Option<&str>, error: Option<&'static str>) {
        let scenario = self.spec.scenario.name.as_str();
        self.round = None;
        let mut attributes = self.attributes("invoke_workflow", None);
        attributes.push(("gen_ai.workflow.name", scenario.into()));
        attributes.extend(winner.map(|winner| ("arena.winner", winner.into())));
        self.done.push(Span {
            trace: self.id.to_bytes(),
            id: root(self.id),
            parent: None,
            name: format!("invoke_workflow {scenario}"),
            is_remote: false,
            from: self.id.created_at(),
            to: at,
            attributes,
            notes: vec![],
            error,
        });
    }

    /// The part of `seat`, which lasts from `from` to `to` at least.
    fn turn(&mut self, seat: Seat, seq: Seq, from: Timestamp, to: Timestamp) -> &mut Span {
        let i = self.turns.iter().position(|(of, _)| *of == seat).unwrap_or_else(|| {
            let agent = self.spec.contestant(seat).map_or(seat.word(), |contestant| contestant.agent.name.as_str());
            let mut attributes = self.attributes("invoke_agent", Some(seat));
            attributes.push(("gen_ai.agent.name", agent.into()));
            let turn = Span {
                trace: self.id.to_bytes(),
                id: span_id(self.id, "turn", seq),
                parent: Some(root(self.id)),
                name: format!("invoke_agent {agent}"),
                is_remote: false,
                from,
                to,
                attributes,
                notes: vec![],
                error: None,
            };
            self.turns.push((seat, turn));
            self.turns.len() - 1
        });
        let turn = &mut self.turns[i].1;
        (turn.from, turn.to) = (turn.from.min(from), turn.to.max(to));
        turn
    }

    fn attributes(&self, operation: &str, seat: Option<Seat>) -> Vec<Attribute> {
        let id = self.id.to_string();
        let mut attributes = vec![
            ("gen_ai.operation.name", operation.into()),
            ("gen_ai.conversation.id", id.as_str().into()),
            ("arena.match.id", Value::Text(id)),
        ];
        attributes.extend(seat.map(|seat| ("arena.side", seat.word().into())));
        attributes.extend(self.round.map(|round| ("arena.round", u64::from(round).into())));
        attributes
    }

    /// So long before `at`, and not before the event before.
    fn ago(&self, at: Timestamp, elapsed_ms: u64) -> Timestamp {
        let elapsed = SignedDuration::from_millis(i64::try_from(elapsed_ms).unwrap_or(i64::MAX));
        let from = at.saturating_sub(elapsed).unwrap_or(at);
        self.before.map_or(from, |before| from.max(before)).min(at)
    }
}

fn root(id: MatchId) -> SpanId {
    span_id(id, "match", Seq::ZERO)
}

fn span_id(id: MatchId, sort: &str, Seq(seq): Seq) -> SpanId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&id.to_bytes()).update(sort.as_bytes()).update(&seq.to_be_bytes());
    let mut span_id = SpanId::default();
    hasher.finalize_xof().fill(&mut span_id);
    span_id
}

/// As the conventions call them, where they do.
fn provider_and_model(model: &ModelSpec) -> (String, String) {
    match model {
        ModelSpec::Of { provider, model } => {
            let known = match provider.as_str() {
                "gemini" => "gcp.gemini",
                "mistral" => "mistral_ai",
                "xai" => "x_ai",
                other => other,
            };
            (known.to_owned(), model.clone())
        }
        ModelSpec::Chain(name) => ("chain".to_owned(), name.to_string()),
        ModelSpec::Mock { .. } => ("mock".to_owned(), "mock".to_owned()),
        ModelSpec::Script => ("script".to_owned(), "script".to_owned()),
    }
}

fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::ToolCalls => "tool_calls",
        Finish::Length => "length",
        Finish::Filtered => "content_filter",
        Finish::Other => "other",
    }
}

fn of_class(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Misconfigured => "misconfigured",
        FailureClass::Rejected => "rejected",
        FailureClass::Unavailable => "unavailable",
    }
}
