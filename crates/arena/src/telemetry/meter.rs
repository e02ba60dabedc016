//! Figures for Prometheus: one prefix, base units, and labels whose values are bounded.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use arena_core::attempt::Attempt;
use arena_core::engine::Match;
use arena_core::event::{Event, Record};
use arena_core::id::Seat;
use arena_core::message::Reply;
use arena_core::model::ModelSpec;
use arena_core::ruling::{Decision, Permission, Ruling};
use arena_core::score::Winner;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{Asked, Build, Called, Guarded, Outcome, Request, Route, Speaker, Tokens, Word};
use crate::lobby::Crowd;

/// From a request that reads one row to one that folds a long match, seconds.
const REQUEST_BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// From a small local model to a slow one that thinks, seconds.
const MODEL_BUCKETS: [f64; 10] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
/// From a mock's match to one over days, seconds.
const MATCH_BUCKETS: [f64; 9] = [0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 86_400.0];
/// From a fast disk alone to a full group commit on a slow one, seconds.
const APPEND_BUCKETS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0];

/// Counts what happens. Every method may be called from many tasks at once.
#[derive(Debug)]
pub struct Meter {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Family<Route, Histogram, Buckets>,
    matches: Family<Outcome, Counter>,
    matches_running: Gauge,
    queue_depth: Gauge,
    tasks: Gauge,
    match_seconds: Histogram,
    rounds: Family<Outcome, Counter>,
    model_requests: Family<Asked, Counter>,
    model_seconds: Family<Speaker, Histogram, Buckets>,
    model_tokens: Family<Tokens, Counter>,
    model_cost: Family<Speaker, Counter<f64, AtomicU64>>,
    guard_decisions: Family<Guarded, Counter>,
    tool_calls: Family<Called, Counter>,
    events: Counter,
    append_seconds: Histogram,
}

/// Makes the histograms of a family.
#[derive(Clone, Debug)]
struct Buckets(&'static [f64]);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

impl Meter {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        let mut meter = Self {
            registry: Registry::with_prefix("arena"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(Buckets(&REQUEST_BUCKETS)),
            matches: Family::default(),
            matches_running: Gauge::default(),
            queue_depth: Gauge::default(),
            tasks: Gauge::default(),
            match_seconds: Histogram::new(MATCH_BUCKETS),
            rounds: Family::default(),
            model_requests: Family::default(),
            model_seconds: Family::new_with_constructor(Buckets(&MODEL_BUCKETS)),
            model_tokens: Family::default(),
            model_cost: Family::default(),
            guard_decisions: Family::default(),
            tool_calls: Family::default(),
            events: Counter::default(),
            append_seconds: Histogram::new(APPEND_BUCKETS),
        };
        meter.register();
        meter
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Family::<Build, Gauge>::default();
        build.get_or_create(&Build { version: env!("CARGO_PKG_VERSION").into() }).set(1);
        registry.register("build_info", "What runs", build);
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "From a request's head to the head of its answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register("matches", "Matches that came to their end here", self.matches.clone());
        registry.register("matches_running", "Matches that are played", self.matches_running.clone());
        registry.register("queue_depth", "Matches that wait for a place", self.queue_depth.clone());
        registry.register("tasks", "Tasks of the process that have not ended", self.tasks.clone());
        registry.register_with_unit(
            "match_duration",
            "From a match's creation to its end",
            Unit::Seconds,
            self.match_seconds.clone(),
        );
        registry.register("rounds", "Rounds judged, by verdict", self.rounds.clone());
        registry.register("llm_requests", "Attempts at an answer of a model", self.model_requests.clone());
        registry.register_with_unit(
            "llm_request_duration",
            "Attempts that brought an answer",
            Unit::Seconds,
            self.model_seconds.clone(),
        );
        registry.register("llm_tokens", "Tokens read and written", self.model_tokens.clone());
        registry.register("llm_cost_usd", "What answers cost, as far as that is known", self.model_cost.clone());
        registry.register("guard_decisions", "What guards decided", self.guard_decisions.clone());
        registry.register("tool_calls", "What the rules said to tool calls", self.tool_calls.clone());
        registry.register("events", "Events made durable", self.events.clone());
        registry.register_with_unit(
            "event_append",
            "From handing events over to their being durable",
            Unit::Seconds,
            self.append_seconds.clone(),
        );
    }

    /// A request that was answered. `route` is the pattern of its address.
    pub fn request(&self, route: &str, method: &str, status: u16, took: Duration) {
        let request = Request { route: route.into(), method: method.into(), status };
        self.requests.get_or_create(&request).inc();
        self.request_seconds.get_or_create(&Route { route: route.into() }).observe(took.as_secs_f64());
    }

    /// Records that are durable now. `game` is the match after them.
    pub fn appended(&self, game: &Match, records: &[Record], took: Duration) {
        self.events.inc_by(records.len() as u64);
        self.append_seconds.observe(took.as_secs_f64());
        for record in records {
            self.count(game, record);
        }
    }

    /// The figures as a scraper reads them, with how full the lobby is, and how many tasks the runtime has.
    pub fn text(&self, crowd: Crowd, n_tasks: usize) -> String {
        self.matches_running.set(i64::try_from(crowd.n_playing).unwrap_or(i64::MAX));
        self.queue_depth.set(i64::try_from(crowd.n_waiting).unwrap_or(i64::MAX));
        self.tasks.set(i64::try_from(n_tasks).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes everything");
        text
    }

    fn count(&self, game: &Match, record: &Record) {
        match &record.event {
            Event::ModelReplied { seat, reply, .. } => self.replied(*seat, reply),
            Event::GuardRuled { checkpoint, guard, ruling, reply, .. } => {
                if let Some(reply) = reply {
                    self.replied(Seat::Blue, reply);
                }
                let guard = guard.as_ref().map_or("blue", |guard| guard.as_str()).into();
                let guarded =
                    Guarded { guard, checkpoint: checkpoint.word().into(), decision: decision(ruling).into() };
                self.guard_decisions.get_or_create(&guarded).inc();
            }
            Event::ModelFailed { seat, failure, .. } => self.attempted(*seat, &failure.attempts),
            Event::CallRuled { tool, permission, .. } => {
                let outcome = match permission {
                    Permission::Allowed { .. } => "allowed",
                    Permission::Denied { .. } => "denied",
                    Permission::Asked { .. } => "asked",
                };
                let called = Called { tool: Word::tool(game, tool), outcome: outcome.into() };
                self.tool_calls.get_or_create(&called).inc();
            }
            Event::RoundJudged { verdict, .. } => {
                self.rounds.get_or_create(&Outcome { outcome: verdict.word().into() }).inc();
            }
            Event::Completed { outcome, .. } => self.ended(
                game,
                record,
                match outcome.winner {
                    Winner::Red => "red_win",
                    Winner::Blue => "blue_win",
                    Winner::Draw => "draw",
                    Winner::Void => "inconclusive",
                },
            ),
            Event::Stopped { .. } => self.ended(game, record, "cancelled"),
            Event::Failed { .. } => self.ended(game, record, "error"),
            Event::Created { .. }
            | Event::Started
            | Event::Paused
            | Event::Resumed
            | Event::RoundOpened { .. }
            | Event::AttackSent { .. }
            | Event::PatchDecided { .. }
            | Event::PersonDecided { .. }
            | Event::ToolStarted { .. }
            | Event::ToolReturned { .. }
            | Event::AnswerReleased { .. }
            | Event::FlagSubmitted { .. } => {}
        }
    }

    fn ended(&self, game: &Match, record: &Record, outcome: &str) {
        self.matches.get_or_create(&Outcome { outcome: outcome.into() }).inc();
        let took = Duration::try_from(record.at.duration_since(game.id.created_at())).unwrap_or_default();
        self.match_seconds.observe(took.as_secs_f64());
    }

    fn replied(&self, seat: Seat, reply: &Reply) {
        self.attempted(seat, &reply.attempts);
        let model = &reply.answered_by;
        let asked = |outcome: &str| Asked { model: model.into(), seat: seat.into(), outcome: outcome.into() };
        if reply.cached {
            self.model_requests.get_or_create(&asked("cached")).inc();
            return;
        }
        self.model_requests.get_or_create(&asked("ok")).inc();
        let speaker = Speaker { model: model.into(), seat: seat.into() };
        self.model_seconds.get_or_create(&speaker).observe(Duration::from_millis(reply.elapsed_ms).as_secs_f64());
        self.used(model, seat, reply.usage.input_tokens, reply.usage.output_tokens, reply.cost_nanousd);
    }

    fn attempted(&self, seat: Seat, attempts: &[Attempt]) {
        for attempt in attempts {
            let outcome = attempt.class.word().into();
            let asked = Asked { model: (&attempt.model).into(), seat: seat.into(), outcome };
            self.model_requests.get_or_create(&asked).inc();
            let usage = attempt.usage.unwrap_or_default();
            self.used(&attempt.model, seat, usage.input_tokens, usage.output_tokens, attempt.cost_nanousd);
        }
    }

    fn used(&self, model: &ModelSpec, seat: Seat, input: u64, output: u64, cost_nanousd: Option<u64>) {
        for (direction, tokens) in [("input", input), ("output", output)] {
            let labels = Tokens { model: model.into(), seat: seat.into(), direction: direction.into() };
            self.model_tokens.get_or_create(&labels).inc_by(tokens);
        }
        if let Some(nanousd) = cost_nanousd {
            #[expect(clippy::cast_precision_loss, reason = "an answer costs far less than 2^52 billionths of a dollar")]
            let usd = nanousd as f64 / 1e9;
            self.model_cost.get_or_create(&Speaker { model: model.into(), seat: seat.into() }).inc_by(usd);
        }
    }
}

/// The word for what a guard decided.
pub(super) fn decision(ruling: &Ruling) -> &'static str {
    match ruling.decision {
        Decision::Allow => "allow",
        Decision::Rewrite { .. } => "rewrite",
        Decision::Mark { .. } => "mark",
        Decision::Block => "block",
        Decision::Unreadable { .. } => "unreadable",
    }
}
