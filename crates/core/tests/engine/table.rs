//! Sets the table: scenarios, agents and specs for the tests, and what a model is made to say there.

use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};

use arena_core::agent::Agent;
use arena_core::budget::Budgets;
use arena_core::engine::Match;
use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seat, Seq};
use arena_core::message::{Finish, Reply, ToolCall, ToolSpec, Usage};
use arena_core::model::ModelSpec;
use arena_core::real_tool::RealTool;
use arena_core::scenario::Scenario;
use arena_core::spec::{Contestant, Spec};
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use serde_json::json;

/// What a test says of a match; what it does not say is as in [`Table::till`].
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) scenario: Arc<Scenario>,
    /// Lines of TOML beside name, seat and summary: one set for each of red, blue and target; no blue, no guard.
    pub(crate) red: &'static str,
    pub(crate) blue: Option<&'static str>,
    pub(crate) target: &'static str,
    pub(crate) model: ModelSpec,
    pub(crate) seed: String,
    pub(crate) n_rounds: Option<u32>,
    pub(crate) delay_ms: u64,
    pub(crate) budgets: Budgets,
    pub(crate) n_judges: usize,
    pub(crate) tools: Vec<RealTool>,
}

impl Table {
    /// The small scenario, two rounds, a guard at every checkpoint.
    pub(crate) fn till() -> Self {
        static TILL: LazyLock<Arc<Scenario>> = LazyLock::new(|| scenario("till.toml", include_str!("till.toml")));
        Self::of(Arc::clone(&TILL))
    }

    /// Several turns a round, four rounds, and no tools.
    pub(crate) fn talk() -> Self {
        static TALK: LazyLock<Arc<Scenario>> = LazyLock::new(|| scenario("talk.toml", include_str!("talk.toml")));
        Self { n_rounds: Some(4), ..Self::of(Arc::clone(&TALK)) }
    }

    /// Chat, with a refund tool. Delivered with the arena.
    pub(crate) fn support_desk() -> Self {
        static DESK: LazyLock<Arc<Scenario>> = LazyLock::new(|| {
            scenario("support-desk", include_str!("../../../../scenarios/support-desk/scenario.toml"))
        });
        Self::of(Arc::clone(&DESK))
    }

    /// An indirect channel. Delivered with the arena.
    pub(crate) fn inbox() -> Self {
        static INBOX: LazyLock<Arc<Scenario>> =
            LazyLock::new(|| scenario("inbox", include_str!("../../../../scenarios/inbox/scenario.toml")));
        Self::of(Arc::clone(&INBOX))
    }

    /// The small scenario with another text in this place.
    pub(crate) fn till_with(replace: &str, with: &str) -> Self {
        let source = include_str!("till.toml");
        assert!(source.contains(replace), "{replace}");
        Self::of(scenario("till.toml", &source.replacen(replace, with, 1)))
    }

    fn of(scenario: Arc<Scenario>) -> Self {
        Self {
            scenario,
            red: "",
            blue: Some(""),
            target: "",
            model: ModelSpec::MOCK,
            seed: "7".to_owned(),
            n_rounds: Some(2),
            delay_ms: 0,
            budgets: Budgets::default(),
            n_judges: 0,
            tools: vec![],
        }
    }

    /// The same with a real tool `safe` that takes a number, and one to end the turn with.
    pub(crate) fn with_safe(self) -> Self {
        let spec = ToolSpec {
            name: "safe".parse().unwrap(),
            description: "Turn the wheel of the safe.".to_owned(),
            parameters: json!({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}),
        };
        let result = json!({"type": "object", "required": ["result"], "properties": {"result": {"type": "string"}}});
        let done = ToolSpec {
            name: "attempt_completion".parse().unwrap(),
            description: "Hand over what was done.".to_owned(),
            parameters: result,
        };
        Self { tools: [spec, done].map(|spec| RealTool::try_from(spec).unwrap()).to_vec(), ..self }
    }

    /// The same with these lines of Red's.
    pub(crate) fn red_with(self, red: &'static str) -> Self {
        Self { red, ..self }
    }

    /// The same with judges.
    pub(crate) fn with_judges(self, n_judges: usize) -> Self {
        Self { n_judges, ..self }
    }

    /// The same with the guards off.
    pub(crate) fn unguarded(self) -> Self {
        Self { blue: None, ..self }
    }

    /// The same with a guard that looks at these checkpoints alone.
    pub(crate) fn guarded_at(self, blue: &'static str) -> Self {
        Self { blue: Some(blue), ..self }
    }

    pub(crate) fn spec(&self) -> Arc<Spec> {
        let seat = |seat: Seat, lines: &str| {
            let source = format!("name = \"player\"\nseat = \"{seat}\"\nsummary = \"plays {seat}\"\n{lines}");
            let agent = Agent::parse("player.toml", &source).unwrap_or_else(|error| panic!("{error}"));
            Contestant { agent: Arc::new(agent), model: self.model.clone() }
        };
        let spec = Spec {
            scenario: Arc::clone(&self.scenario),
            red: seat(Seat::Red, self.red),
            blue: self.blue.map(|lines| seat(Seat::Blue, lines)),
            target: seat(Seat::Target, self.target),
            label: None,
            seed: self.seed.parse().unwrap(),
            n_rounds: self.n_rounds.map(|n| NonZeroU32::new(n).unwrap()),
            delay_ms: self.delay_ms,
            budgets: self.budgets,
            judges: (0..self.n_judges).map(|_| seat(Seat::Judge, "")).collect(),
            tools: self.tools.clone(),
        };
        Arc::new(spec.checked(|model| vec![model.clone()]).unwrap())
    }

    /// The first record of the match.
    pub(crate) fn created(&self) -> Record {
        Record {
            seq: Seq(1),
            at: Timestamp::UNIX_EPOCH,
            event: Event::Created { id: MatchId::from_parts(Timestamp::UNIX_EPOCH, 0), spec: self.spec() },
        }
    }
}

fn scenario(file: &str, source: &str) -> Arc<Scenario> {
    Arc::new(Scenario::parse(file, source).unwrap_or_else(|error| panic!("{error}")))
}

/// The text with the flags in it: `{{flag.ID}}` as it is, `{{base64.ID}}`, `{{hex.ID}}`, and its halves `{{head.ID}}` and
/// `{{tail.ID}}`.
pub(crate) fn fill(game: &Match, text: &str) -> String {
    let mut text = text.to_owned();
    for spec in &game.spec.scenario.flags {
        let flag = game.flags.get(spec.id.as_str()).unwrap();
        let (head, tail) = flag.split_at(flag.len() / 2);
        for (form, shown) in [
            ("flag", flag),
            ("base64", &BASE64.encode(flag.as_bytes())),
            ("hex", &HEXLOWER.encode(flag.as_bytes())),
            ("head", head),
            ("tail", tail),
        ] {
            text = text.replace(&format!("{{{{{form}.{}}}}}", spec.id), shown);
        }
    }
    text
}

/// An answer, written as its text or as `call TOOL ARGUMENTS`; ` & ` stands between the parts of one answer.
/// Ten tokens are read and five written, in a second.
pub(crate) fn reply(game: &Match, words: &str) -> Reply {
    let mut text = Vec::new();
    let mut calls: Vec<ToolCall> = Vec::new();
    for part in words.split(" & ") {
        match part.strip_prefix("call ").map(|call| call.split_once(' ').unwrap_or((call, "{}"))) {
            None => text.push(fill(game, part)),
            Some((tool, arguments)) => {
                let arguments = serde_json::from_str(&fill(game, arguments)).unwrap();
                calls.push(ToolCall { id: format!("c{}", calls.len() + 1), tool: fill(game, tool), arguments });
            }
        }
    }
    let finish = if calls.is_empty() { Finish::Stop } else { Finish::ToolCalls };
    let usage = Usage { input_tokens: 10, output_tokens: 5, ..Usage::default() };
    let model = game.spec.target.model.clone();
    Reply { elapsed_ms: 1000, ..Reply::new(model, text.join(" & "), calls, finish, usage) }
}
