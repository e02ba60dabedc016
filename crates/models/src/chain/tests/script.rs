//! A model that does what a test writes, act by act.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use arena_core::id::Seat;
use arena_core::message::{Finish, Message, Reply, Request, Sampling, Usage};
use arena_core::model::ModelSpec;
use async_trait::async_trait;
use tokio::time::sleep;

use crate::{Answered, Deltas, Error, Model, Phase, Refusal, Room, Scope};

/// What a model does when it is asked.
#[derive(Clone, Debug)]
pub(super) struct Act {
    /// Pieces of text, each with the time that passes before it.
    pub(super) pieces: Vec<(Duration, String)>,
    /// What passes before the end.
    pub(super) pause: Duration,
    pub(super) end: End,
    /// What the provider says that it cost.
    pub(super) cost_nanousd: Option<u64>,
}

/// How an act ends.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// The pieces are the answer.
    Answers {
        finish: Finish,
        room: Option<Room>,
    },
    Fails(Fault),
    Hangs,
}

/// An [`Error`] that can be written down.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Auth,
    Billing,
    NotFound,
    NotAnApi,
    BadRequest,
    Unsupported { left_out: bool },
    ContextOverflow,
    TooLarge,
    Busy(Option<Duration>, Scope),
    Overloaded(Option<Duration>),
    Server(Option<Duration>, Option<bool>),
    Unreachable,
    Timeout,
    Truncated,
    Malformed,
}

/// Does its acts in order; then it answers "ok" to whatever it is asked.
#[derive(Debug)]
pub(super) struct Scripted {
    spec: ModelSpec,
    acts: Mutex<VecDeque<Act>>,
}

pub(super) fn says(text: &str) -> Act {
    let end = End::Answers { finish: Finish::Stop, room: None };
    Act { pieces: vec![(Duration::ZERO, text.to_owned())], pause: Duration::ZERO, end, cost_nanousd: None }
}

pub(super) fn fails(fault: Fault) -> Act {
    Act { pieces: vec![], pause: Duration::ZERO, end: End::Fails(fault), cost_nanousd: None }
}

pub(super) fn hangs() -> Act {
    Act { pieces: vec![], pause: Duration::ZERO, end: End::Hangs, cost_nanousd: None }
}

impl Act {
    /// The same, `ms` later.
    pub(super) fn after(self, ms: u64) -> Self {
        Self { pause: Duration::from_millis(ms), ..self }
    }

    /// The same, once `text` was heard.
    pub(super) fn saying(mut self, text: &str) -> Self {
        self.pieces.push((Duration::ZERO, text.to_owned()));
        self
    }

    /// The same, at a cost that the provider says.
    pub(super) fn costing(self, cost_nanousd: Option<u64>) -> Self {
        Self { cost_nanousd, ..self }
    }

    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }
}

impl Scripted {
    pub(super) fn new(name: &str, acts: impl IntoIterator<Item = Act>) -> Self {
        Self { spec: spec(name), acts: Mutex::new(acts.into_iter().collect()) }
    }

    /// Does the next act.
    pub(super) async fn act(&self, deltas: Deltas<'_>) -> Result<Answered, Error> {
        let act = self.acts.lock().unwrap().pop_front().unwrap_or_else(|| says("ok"));
        for (before, text) in &act.pieces {
            sleep(*before).await;
            deltas(text);
        }
        sleep(act.pause).await;
        match &act.end {
            End::Answers { finish, room } => {
                let usage = Usage { input_tokens: 8, output_tokens: 4, ..Usage::default() };
                let reply = Reply::new(self.spec.clone(), act.text(), vec![], *finish, usage);
                Ok(Answered {
                    reply: Reply { elapsed_ms: u64::MAX, cost_nanousd: act.cost_nanousd, ..reply },
                    room: *room,
                })
            }
            End::Fails(fault) => Err(fault.error(&self.spec)),
            End::Hangs => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Model for Scripted {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    async fn ask(&self, _: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        self.act(deltas).await
    }
}

impl Fault {
    fn error(&self, model: &ModelSpec) -> Error {
        let model = model.clone();
        let refusal = |status| {
            let model = model.clone();
            Box::new(Refusal { model, status, code: None, message: String::new(), request_id: None })
        };
        match self.clone() {
            Self::Auth => Error::Auth(refusal(401)),
            Self::Billing => Error::Billing(refusal(402)),
            Self::NotFound => Error::NotFound(refusal(404)),
            Self::NotAnApi => Error::NotAnApi { model, url: "http://h/".to_owned(), status: 200, found: String::new() },
            Self::BadRequest => Error::BadRequest(refusal(400)),
            Self::Unsupported { left_out } => {
                Error::Unsupported { refusal: refusal(400), parameter: "temperature".to_owned(), left_out }
            }
            Self::ContextOverflow => Error::ContextOverflow(refusal(400)),
            Self::TooLarge => Error::TooLarge(refusal(413)),
            Self::Busy(retry_after, scope) => Error::Busy { refusal: refusal(429), retry_after, scope },
            Self::Overloaded(retry_after) => Error::Overloaded { refusal: refusal(529), retry_after },
            Self::Server(retry_after, should_retry) => {
                Error::Server { refusal: refusal(500), retry_after, should_retry }
            }
            // The client has no public way to make a broken connection; any error of its will do.
            Self::Unreachable => {
                let cause = reqwest::Proxy::all("::").unwrap_err();
                Error::Unreachable { model, url: "http://h/".to_owned(), cause }
            }
            Self::Timeout => Error::Timeout { model, phase: Phase::Connect, limit: Duration::from_secs(10) },
            Self::Truncated => Error::Truncated { model, request_id: None, cause: None },
            Self::Malformed => {
                Error::Malformed { model, request_id: None, what: "no JSON".to_owned(), excerpt: "{".to_owned() }
            }
        }
    }
}

pub(super) fn spec(name: &str) -> ModelSpec {
    format!("test:{name}").parse().unwrap()
}

/// A question of eight characters.
pub(super) fn question(seed: u64) -> Request {
    Request {
        seat: Seat::Red,
        messages: vec![Message::User { text: "question".to_owned() }],
        tools: vec![],
        schema: None,
        sampling: Sampling { temperature: None, max_output_tokens: 64 },
        seed,
    }
}
