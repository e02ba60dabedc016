//! What the tests share: a question, an answer, a model that counts its questions, and the files of a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arena_core::id::Seat;
use arena_core::message::{Finish, Message, Reply, Request, Sampling, ToolSpec, Usage};
use arena_core::model::ModelSpec;
use arena_models::{Answered, CacheFolder, Cached, Deltas, Error, Identity, Model, Phase};
use async_trait::async_trait;
use tokio::sync::Semaphore;

/// Nothing that is waited for takes longer, on a busy machine too.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// No stored answer of a test gets as old.
pub(crate) const HOUR: Duration = Duration::from_hours(1);

pub(crate) fn spec() -> ModelSpec {
    "openai:m".parse().unwrap()
}

pub(crate) fn question() -> Request {
    Request {
        seat: Seat::Red,
        messages: vec![Message::System { text: "be brief".into() }, Message::User { text: "hello".into() }],
        tools: vec![ToolSpec {
            name: "look".parse().unwrap(),
            description: "looks".into(),
            parameters: serde_json::json!({"type": "object"}),
        }],
        schema: None,
        sampling: Sampling { temperature: Some(0.5), max_output_tokens: 64 },
        seed: 7,
    }
}

pub(crate) fn text(text: &str) -> Reply {
    let usage = Usage { input_tokens: 3, output_tokens: 4, ..Usage::default() };
    let reply = Reply::new(spec(), text, vec![], Finish::Stop, usage);
    Reply { elapsed_ms: 900, cost_nanousd: Some(12), ..reply }
}

pub(crate) fn identity() -> Identity {
    Identity { provider: "openai".into(), base_url: "https://api.example/v1".into(), model: "m".into() }
}

/// What a hit makes of an answer, its time set to 0.
pub(crate) fn again(reply: &Reply) -> Reply {
    Reply { cached: true, cost_nanousd: Some(0), elapsed_ms: 0, ..reply.clone() }
}

pub(crate) async fn ask(model: &dyn Model, request: &Request) -> Reply {
    model.ask(request, &|_| {}).await.unwrap().reply
}

/// A model that says one thing, and counts.
#[derive(Debug)]
pub(crate) struct Oracle {
    spec: ModelSpec,
    reply: Reply,
    /// So many questions fail before one is answered.
    failing: AtomicUsize,
    asked: Semaphore,
    n_asked: AtomicUsize,
    /// Each question takes a permit before it is answered.
    answering: Semaphore,
}

impl Oracle {
    /// Answers at once.
    pub(crate) fn saying(reply: &Reply) -> Arc<Self> {
        Self::new(reply, 0, Semaphore::MAX_PERMITS)
    }

    /// Answers when it is let go.
    pub(crate) fn held(reply: &Reply, n_failing: usize) -> Arc<Self> {
        Self::new(reply, n_failing, 0)
    }

    fn new(reply: &Reply, n_failing: usize, n_answers: usize) -> Arc<Self> {
        Arc::new(Self {
            spec: spec(),
            reply: reply.clone(),
            failing: AtomicUsize::new(n_failing),
            asked: Semaphore::new(0),
            n_asked: AtomicUsize::new(0),
            answering: Semaphore::new(n_answers),
        })
    }

    pub(crate) fn n_asked(&self) -> usize {
        self.n_asked.load(Ordering::SeqCst)
    }

    /// Waits for a question that was not waited for before.
    pub(crate) async fn asked(&self) {
        tokio::time::timeout(DEADLINE, self.asked.acquire()).await.unwrap().unwrap().forget();
    }

    /// Lets every question be answered, the coming ones too.
    pub(crate) fn let_go(&self) {
        self.answering.add_permits(1000);
    }

    /// This model with `folder` before it.
    pub(crate) fn cached(self: &Arc<Self>, folder: &Arc<CacheFolder>) -> Cached {
        Cached::new(Arc::<Self>::clone(self), identity(), Arc::clone(folder))
    }
}

#[async_trait]
impl Model for Oracle {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    async fn ask(&self, _: &Request, deltas: Deltas<'_>) -> Result<Answered, Error> {
        self.n_asked.fetch_add(1, Ordering::SeqCst);
        self.asked.add_permits(1);
        self.answering.acquire().await.unwrap().forget();
        let one_less = |n: usize| n.checked_sub(1);
        if self.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            return Err(Error::Timeout { model: self.spec.clone(), phase: Phase::Total, limit: DEADLINE });
        }
        deltas(&self.reply.text);
        Ok(self.reply.clone().into())
    }
}

/// Every file under `folder`.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
