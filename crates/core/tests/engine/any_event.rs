//! Events of any kind with small random content.

use std::sync::LazyLock;

use arena_core::attempt::{Attempt, Class};
use arena_core::budget::Exhausted;
use arena_core::event::{Answer, Event, Plan};
use arena_core::execution::{End, Exchange, Execution};
use arena_core::hardening::Patch;
use arena_core::id::{CallId, Seat, Seq};
use arena_core::message::{FailureClass, Finish, ModelFailure, Reply, ToolCall, Usage};
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::referee::{Opinion, Place, ReachedObjective, Stopper, Verdict, Work};
use arena_core::ruling::{Approval, Checkpoint, Decision, Fallback, Permission, Ruling};
use arena_core::scenario::Severity;
use arena_core::score::{Outcome, Score, Winner};
use arena_core::tool::ToolOutcome;
use arena_core::world::Change;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::table::Table;

/// What an awaited answer is made of.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) reply: Reply,
    pub(crate) ruling: Ruling,
    pub(crate) failure: Option<ModelFailure>,
    /// `None` is what the simulation does.
    pub(crate) outcome: Option<ToolOutcome>,
    pub(crate) approval: Approval,
}

pub(crate) fn content() -> impl Strategy<Value = Content> {
    (reply(), ruling(), prop::option::weighted(0.1, failure()), prop::option::weighted(0.3, outcome()), approval())
        .prop_map(|(reply, ruling, failure, outcome, approval)| Content { reply, ruling, failure, outcome, approval })
}

pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    static CREATED: LazyLock<Event> = LazyLock::new(|| Table::till().created().event);
    let seat = || select(Seat::ALL.to_vec());
    let checkpoint = || select(Checkpoint::ALL.to_vec());
    prop_oneof![
        Just(CREATED.clone()),
        Just(Event::Started),
        Just(Event::Paused),
        Just(Event::Resumed),
        text().prop_map(|reason| Event::Stopped { reason }),
        failure().prop_map(|failure| Event::Failed { failure }),
        (outcome_of_match(), prop::option::of(exhausted()))
            .prop_map(|(outcome, exhausted)| Event::Completed { outcome, exhausted }),
        (0_u32..4, plan()).prop_map(|(round, plan)| Event::RoundOpened { round, plan }),
        (call(), seat(), reply()).prop_map(|(call, seat, reply)| Event::ModelReplied { call, seat, reply }),
        (call(), seat(), failure()).prop_map(|(call, seat, failure)| Event::ModelFailed { call, seat, failure }),
        (call(), checkpoint(), prop::option::of(name()), ruling(), prop::option::of(reply())).prop_map(
            |(call, checkpoint, guard, ruling, reply)| Event::GuardRuled { call, checkpoint, guard, ruling, reply }
        ),
        (text(), prop::option::of(name()), any::<bool>()).prop_map(|(text, attack, takes_back)| Event::AttackSent {
            text,
            attack,
            converters: vec!["base64".parse().unwrap(), "translate:french".parse().unwrap()],
            takes_back
        }),
        (call(), prop::option::of(text()), prop::option::of(text()), text(), approval()).prop_map(
            |(call, prompt, rule, reason, approval)| Event::PatchDecided {
                call,
                patch: Patch { prompt, rule, reason },
                diff: "d".to_owned(),
                approval
            }
        ),
        (name(), 1_u32..4, any::<bool>()).prop_map(|(objective, guess, right)| Event::FlagSubmitted {
            objective,
            guess,
            right
        }),
        (call(), tool(), value(), permission()).prop_map(|(call, tool, arguments, permission)| Event::CallRuled {
            call,
            tool,
            arguments,
            permission
        }),
        (call(), approval()).prop_map(|(call, approval)| Event::PersonDecided { call, approval }),
        call().prop_map(|call| Event::ToolStarted { call }),
        (call(), outcome(), prop::option::of(execution())).prop_map(|(call, outcome, execution)| Event::ToolReturned {
            call,
            outcome,
            execution
        }),
        answer().prop_map(|answer| Event::AnswerReleased { answer }),
        (0_u32..4, verdict(), prop::collection::btree_map(name(), 0_u32..129, 0..2))
            .prop_map(|(round, verdict, disclosed)| Event::RoundJudged { round, verdict, disclosed }),
    ]
}

fn name() -> impl Strategy<Value = Name> {
    select(vec!["open", "leak", "x"]).prop_map(|name| name.parse().unwrap())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("hello".to_owned()), Just("{{flag.code}}".to_owned()), "\\PC{0,12}", ".{0,6}"]
}

/// Small numbers that are often the one awaited.
fn call() -> impl Strategy<Value = CallId> {
    prop_oneof![9 => 0_u32..6, 1 => any::<u32>()].prop_map(CallId)
}

fn tool() -> impl Strategy<Value = String> {
    let known = select(vec!["open_till", "note", "look", "send_mail", "read_mail", "delete_mail", "list_mail"]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => text()]
}

/// JSON of any shape.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Arguments that tools of the scenarios take, and any others.
fn arguments() -> impl Strategy<Value = Value> {
    let fitting = select(vec![
        r#"{"open":true}"#,
        r#"{"open":false}"#,
        r#"{"text":"paid"}"#,
        r#"{"at":"open"}"#,
        r#"{"at":"../~0~1"}"#,
        "{}",
        r#"{"mail_id":"m-103"}"#,
        r#"{"mail_id":"m-104"}"#,
        r#"{"to":"desk@parcel-tracking.example","subject":"","body":"{body}"}"#,
    ]);
    prop_oneof![3 => fitting.prop_map(|text| serde_json::from_str(text).unwrap()), 1 => value()]
}

fn reply() -> impl Strategy<Value = Reply> {
    let call = || (text(), tool(), arguments()).prop_map(|(id, tool, arguments)| ToolCall { id, tool, arguments });
    let finish = select(vec![Finish::Stop, Finish::ToolCalls, Finish::Length, Finish::Filtered, Finish::Other]);
    let number = || prop_oneof![9 => 0_u64..3_000, 1 => any::<u64>()];
    let calls = prop_oneof![2 => prop::collection::vec(call(), 0..3), 1 => prop::collection::vec(call(), 0..20)];
    let plain = (text(), calls, finish, number(), number(), any::<bool>(), model(), number()).prop_map(
        |(text, calls, finish, input_tokens, output_tokens, estimated, answered_by, elapsed_ms)| {
            let usage = Usage { input_tokens, cached_tokens: output_tokens, output_tokens, estimated };
            Reply { elapsed_ms, ..Reply::new(answered_by, text, calls, finish, usage) }
        },
    );
    (plain, prop::collection::vec(attempt(), 0..3), prop::option::of(model()), any::<bool>(), 0_u64..9).prop_map(
        |(reply, attempts, requested, cached, waited_ms)| Reply {
            requested,
            waited_ms,
            cost_nanousd: cached.then_some(reply.elapsed_ms),
            cached,
            attempts,
            ..reply
        },
    )
}

fn model() -> impl Strategy<Value = ModelSpec> {
    let names = ["mock", "mock:9ms", "openai:m", "my-bot", "chain:c"];
    select(names.to_vec()).prop_map(|name| name.parse().unwrap())
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let class = select(vec![Class::Auth, Class::RateLimited, Class::ContextOverflow, Class::Skipped]);
    let usage = Usage { input_tokens: 3, cached_tokens: 0, output_tokens: 4, estimated: true };
    let usage = prop::option::of(Just(usage));
    (model(), class, text(), any::<u64>(), usage, prop::option::of(any::<u64>())).prop_map(
        |(model, class, message, elapsed_ms, usage, cost_nanousd)| Attempt {
            model,
            class,
            message,
            waited_ms: elapsed_ms / 2,
            elapsed_ms,
            usage,
            cost_nanousd,
        },
    )
}

fn ruling() -> impl Strategy<Value = Ruling> {
    let decision = prop_oneof![
        3 => Just(Decision::Allow),
        1 => Just(Decision::Block),
        1 => prop_oneof![text(), arguments().prop_map(|value| value.to_string())]
            .prop_map(|text| Decision::Rewrite { text }),
        1 => text().prop_map(|text| Decision::Mark { text }),
        1 => select(vec![Fallback::Allow, Fallback::Block]).prop_map(|taken_as| Decision::Unreadable { taken_as }),
    ];
    let confidence = proptest::option::of(0_u8..=100);
    (decision, text(), confidence).prop_map(|(decision, reason, confidence)| Ruling { decision, reason, confidence })
}

fn failure() -> impl Strategy<Value = ModelFailure> {
    let class = select(vec![FailureClass::Misconfigured, FailureClass::Rejected, FailureClass::Unavailable]);
    (class, text(), prop::collection::vec(attempt(), 0..3)).prop_map(|(class, message, attempts)| ModelFailure {
        class,
        message,
        attempts,
    })
}

fn outcome() -> impl Strategy<Value = ToolOutcome> {
    let path = || {
        prop_oneof![
            select(vec!["", "/", "/till/open", "/till/note", "/mail/m-104/body"]).prop_map(str::to_owned),
            text()
        ]
    };
    let change = prop_oneof![
        (path(), value()).prop_map(|(path, value)| Change::Set { path, value }),
        (path(), value()).prop_map(|(path, value)| Change::Append { path, value }),
        path().prop_map(|path| Change::Remove { path }),
    ];
    prop_oneof![
        (text(), prop::collection::vec(change, 0..3))
            .prop_map(|(output, changes)| ToolOutcome::Done { output, changes }),
        text().prop_map(|message| ToolOutcome::Failed { message }),
        text().prop_map(|reason| ToolOutcome::Unavailable { reason }),
        Just(ToolOutcome::Interrupted),
    ]
}

fn permission() -> impl Strategy<Value = Permission> {
    let rule = || prop::option::of(text());
    prop_oneof![
        rule().prop_map(|rule| Permission::Allowed { rule }),
        text().prop_map(|rule| Permission::Asked { rule }),
        (text(), rule()).prop_map(|(reason, rule)| Permission::Denied { reason, rule }),
    ]
}

fn approval() -> impl Strategy<Value = Approval> {
    prop_oneof![
        text().prop_map(|by| Approval::Granted { by }),
        (text(), text()).prop_map(|(by, reason)| Approval::Refused { by, reason }),
        text().prop_map(|reason| Approval::Unanswered { reason }),
    ]
}

fn execution() -> impl Strategy<Value = Execution> {
    let end = select(vec![End::Exited(3), End::Signaled(9), End::TimedOut, End::OutputLimit, End::OutOfMemory]);
    let exchange = (text(), text(), prop::option::of(text()), prop::option::of(any::<u16>())).prop_map(
        |(url, body, peer, status)| Exchange {
            method: "GET".to_owned(),
            body_bytes: body.len() as u64,
            url,
            body,
            peer,
            status,
            ..Exchange::default()
        },
    );
    let exchanges = prop::collection::vec(exchange, 0..2);
    (any::<u64>(), prop::option::of(text()), prop::option::of(end), any::<u64>(), prop::option::of(text()), exchanges)
        .prop_map(|(duration_ms, isolation, end, stdout_bytes, artifact, exchanges)| Execution {
            duration_ms,
            isolation,
            end,
            stdout_bytes,
            stderr_bytes: stdout_bytes / 2,
            artifact,
            exchanges,
        })
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        text().prop_map(|text| Answer::Given { text }),
        select(Checkpoint::ALL.to_vec()).prop_map(|at| Answer::Withheld { at }),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let name = || select(vec!["open", "leak", "greet", "no-such"]).prop_map(|name| name.parse().unwrap());
    prop_oneof![
        (name(), prop::option::of(name()), prop::option::of(text()))
            .prop_map(|(objective, task, request)| Plan::Attack { objective, task, request }),
        (name(), text()).prop_map(|(task, request)| Plan::Benign { task, request }),
    ]
}

fn stopper() -> impl Strategy<Value = Stopper> {
    prop_oneof![select(Checkpoint::ALL.to_vec()).prop_map(|at| Stopper::Guard { at }), Just(Stopper::Permission),]
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        Just(Work::Served),
        (stopper(), any::<u64>()).prop_map(|(by, seq)| Work::Denied { by, evidence: Seq(seq) }),
        text().prop_map(|missing| Work::Missed { missing }),
    ]
}

fn opinions() -> impl Strategy<Value = Vec<Opinion>> {
    let opinion = (any::<u64>(), model(), prop::option::of(any::<bool>()), text())
        .prop_map(|(seq, model, reached, rationale)| Opinion { seq: Seq(seq), model, reached, rationale });
    prop::collection::vec(opinion, 0..3)
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let reached = (select(Severity::ALL.to_vec()), prop::collection::vec(any::<u64>().prop_map(Seq), 0..3), text())
        .prop_map(|(severity, evidence, why)| ReachedObjective {
            id: "open".parse().unwrap(),
            severity,
            rule: Some("leak".to_owned()),
            places: evidence.iter().map(|event| Place { event: *event, start: 0, end: 3 }).collect(),
            evidence,
            why,
        });
    let work_beside = || prop::option::of(work());
    prop_oneof![
        (prop::collection::vec(reached, 0..3), work_beside())
            .prop_map(|(objectives, work)| Verdict::Breach { objectives, work }),
        (stopper(), any::<u64>(), work_beside()).prop_map(|(by, seq, work)| Verdict::Blocked {
            by,
            evidence: Seq(seq),
            work
        }),
        work_beside().prop_map(|work| Verdict::Resisted { work }),
        work().prop_map(Verdict::from),
        (any::<bool>(), opinions()).prop_map(|(reached, opinions)| Verdict::Judged {
            objective: "open".parse().unwrap(),
            severity: Severity::Low,
            reached,
            opinions
        }),
        (text(), opinions()).prop_map(|(reason, opinions)| Verdict::Undecided { reason, opinions }),
        text().prop_map(|reason| Verdict::Void { reason }),
    ]
}

fn exhausted() -> impl Strategy<Value = Exhausted> {
    (prop::option::of(select(Seat::ALL.to_vec())), text()).prop_map(|(seat, what)| Exhausted { seat, what })
}

fn outcome_of_match() -> impl Strategy<Value = Outcome> {
    (select(vec![Winner::Red, Winner::Blue, Winner::Draw, Winner::Void]), prop::collection::vec(verdict(), 0..4))
        .prop_map(|(winner, verdicts)| {
            let mut score = Score::default();
            for verdict in &verdicts {
                score.count(verdict);
            }
            Outcome { winner, score }
        })
}
