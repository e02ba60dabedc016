//! One case: what a server does, and what a call must bring. The same for every client; the tests of each say its cases
//! in the words of its API.

use std::time::Duration;

use arena_core::id::Seat;
use arena_core::message::{FailureClass, Message, Reply, Request, Sampling, ToolCall};
use arena_models::{Answered, Http, Model, Timeouts};
use serde_json::Value;

use crate::fault_server::{FaultServer, Step, http};

pub(crate) const KEY: &str = "sk-Test0123456789abcdefGHIJ";

/// Long enough that only a broken test waits for it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) fn question() -> Request {
    Request {
        seat: Seat::Red,
        messages: vec![Message::User { text: "12345678".into() }],
        tools: vec![],
        schema: None,
        sampling: Sampling { temperature: None, max_output_tokens: 64 },
        seed: 7,
    }
}

pub(crate) fn generous() -> Timeouts {
    Timeouts { connect: DEADLINE, first_byte: DEADLINE, idle: DEADLINE, total: DEADLINE }
}

pub(crate) fn call(id: &str, tool: &str, arguments: Value) -> ToolCall {
    ToolCall { id: id.into(), tool: tool.into(), arguments }
}

pub(crate) fn send(bytes: Vec<u8>) -> Vec<Step> {
    vec![Step::Send(bytes)]
}

pub(crate) fn said(status: u16, headers: &str, body: &str) -> Vec<Step> {
    send(http(status, headers, body))
}

/// What a call brings: a reply (its time set to 0), or the error's variant, class and line. `HOST` stands for the
/// server's address; a line that ends in `…` is a beginning.
pub(crate) type Outcome = Result<Reply, (&'static str, FailureClass, String)>;

fn fails(variant: &'static str, class: FailureClass, line: &str) -> Outcome {
    Err((variant, class, line.to_owned()))
}

pub(crate) fn unavailable(variant: &'static str, line: &str) -> Outcome {
    fails(variant, FailureClass::Unavailable, line)
}

pub(crate) fn misconfigured(variant: &'static str, line: &str) -> Outcome {
    fails(variant, FailureClass::Misconfigured, line)
}

pub(crate) fn rejected(variant: &'static str, line: &str) -> Outcome {
    fails(variant, FailureClass::Rejected, line)
}

pub(crate) async fn check(
    case: &str,
    model: &dyn Model,
    host: &str,
    expected: &Outcome,
    on_text: impl Fn() + Send + Sync,
) {
    let deltas = |_: &str| on_text();
    let request = question();
    let result = tokio::time::timeout(DEADLINE * 2, model.ask(&request, &deltas)).await;
    match (result.unwrap_or_else(|_| panic!("{case}: no end")), expected) {
        (Ok(Answered { reply, .. }), expected) => assert_eq!(Ok(Reply { elapsed_ms: 0, ..reply }), *expected, "{case}"),
        (Err(error), Ok(expected)) => panic!("{case}: expected {expected:?}, got {error:?}"),
        (Err(error), Err((variant, class, line))) => {
            let debug = format!("{error:?}");
            let failure = error.failure();
            let found = failure.message.replace(host, "HOST");
            assert!(debug.starts_with(variant), "{case}: expected {variant}, got {debug}");
            assert_eq!(failure.class, *class, "{case}");
            match line.strip_suffix('…') {
                Some(beginning) => assert!(found.starts_with(beginning), "{case}: {found}"),
                None => assert_eq!(found, *line, "{case}"),
            }
        }
    }
}

/// Asks a server of its own for each case, through the client that `model_at` makes for its base URL.
pub(crate) async fn check_all<M: Model>(
    model_at: impl Fn(&str, &Http) -> M,
    timeouts: Timeouts,
    cases: Vec<(&str, Vec<Step>, Outcome)>,
) {
    let client = Http::new(timeouts).expect("the client builds");
    for (case, script, expected) in cases {
        let server = FaultServer::start(script).await;
        let model = model_at(&server.base_url(), &client);
        check(case, &model, &server.address().to_string(), &expected, || server.go_on()).await;
    }
}
