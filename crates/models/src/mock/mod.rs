//! The mock: a player of each seat that needs no key, no network and no luck.
//!
//! A product feature, not a test double: it lets the whole arena run anywhere, and everything it says is labelled
//! `mock`. It is deterministic: its answer depends on the request alone (seed, messages, tools). It touches nothing
//! but, if asked to, the clock: `mock:250ms` takes its time.

mod blue;
mod dice;
mod judge;
mod red;
mod tactic;
mod target;

use std::time::Duration;

use arena_core::id::Seat;
use arena_core::message::{Finish, Reply, Request, ToolCall, Usage, n_chars};
use arena_core::model::ModelSpec;

use crate::{Answered, Deltas, Error, Model};

/// The mock model.
#[derive(Debug)]
pub struct Mock {
    spec: ModelSpec,
    latency: Duration,
}

impl Mock {
    /// A mock that takes `latency_ms` for each answer.
    pub fn new(latency_ms: u64) -> Self {
        Self { spec: ModelSpec::Mock { latency_ms }, latency: Duration::from_millis(latency_ms) }
    }
}

#[async_trait::async_trait]
impl Model for Mock {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    async fn ask(&self, request: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let said = answer(request);
        deltas(&said.text);
        let finish = if said.calls.is_empty() { Finish::Stop } else { Finish::ToolCalls };
        let usage = Usage::estimate(request.n_chars(), n_chars(&said.text, &said.calls));
        let reply = Reply {
            elapsed_ms: u64::try_from(self.latency.as_millis()).unwrap_or(u64::MAX),
            cost_nanousd: Some(0),
            ..Reply::new(self.spec.clone(), said.text, said.calls, finish, usage)
        };
        Ok(reply.into())
    }
}

/// What the mock says.
#[derive(Debug, Default, PartialEq)]
struct Said {
    text: String,
    calls: Vec<ToolCall>,
}

impl Said {
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), calls: vec![] }
    }
}

fn answer(request: &Request) -> Said {
    match request.seat {
        Seat::Red => red::attack(request),
        Seat::Blue => blue::rule(request),
        Seat::Target => target::act(request),
        Seat::Judge => judge::opine(request),
    }
}
