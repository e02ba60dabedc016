//! What one match asks its models and appends to its record, to be done again without a match.

use std::sync::Arc;

use arena_core::effect::Effect;
use arena_core::engine::{open, step, unanswered};
use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_core::message::{Message, Request, ToolSpec};
use arena_core::prompt;
use arena_store::{Append, Store};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant};

use crate::asker::Asker;

/// A question of the mock server is answered sooner.
const PATIENCE: Duration = Duration::from_mins(5);

/// A match as the loops do it.
pub(crate) struct Script {
    questions: Vec<Question>,
    /// What is appended before the first question, and after each.
    batches: Vec<Vec<Record>>,
}

/// One call of a model.
pub(crate) struct Question {
    pub(crate) request: Request,
    /// The same as it is sent.
    pub(crate) body: String,
}

impl Script {
    /// What the match of these records did.
    pub(crate) fn of(records: &[Record]) -> Self {
        let mut game = open(&records[0]).expect("a match begins with its creation");
        let (mut questions, mut batch, mut batches) = (vec![], vec![records[0].clone()], vec![]);
        for record in &records[1..] {
            if let [Effect::AskModel { seat, .. }] = unanswered(&game)[..] {
                let request = prompt::request(&game, seat).expect("the match has asked it");
                questions.push(Question { body: body(&request).to_string(), request });
                batches.push(std::mem::take(&mut batch));
            }
            step(&mut game, record).expect("it is the record of a match");
            batch.push(record.clone());
        }
        batches.push(batch);
        Self { questions, batches }
    }

    /// Does it so often, so many at once.
    pub(crate) async fn run(
        self: Arc<Self>,
        n_loops: usize,
        n_at_once: usize,
        asker: Asker,
        store: Option<Arc<dyn Store>>,
    ) {
        let asker = Arc::new(asker);
        let places = Arc::new(Semaphore::new(n_at_once));
        let mut loops = JoinSet::new();
        for n in 0..n_loops {
            let (script, asker, store) = (Arc::clone(&self), Arc::clone(&asker), store.clone());
            let places = Arc::clone(&places);
            loops.spawn(async move {
                let _place = places.acquire_owned().await.expect("nobody closes it");
                let id = MatchId::from_parts(Timestamp::now(), n as u128);
                script.once(id, &asker, store.as_deref()).await;
            });
        }
        loops.join_all().await;
    }

    async fn once(&self, id: MatchId, asker: &Asker, store: Option<&dyn Store>) {
        let mut last = Seq::ZERO;
        let mut batches = self.batches.iter();
        append(store, id, &mut last, batches.next()).await;
        for (question, batch) in self.questions.iter().zip(batches) {
            asker.ask(question, Instant::now() + PATIENCE).await;
            append(store, id, &mut last, Some(batch)).await;
        }
    }
}

async fn append(store: Option<&dyn Store>, id: MatchId, last: &mut Seq, batch: Option<&Vec<Record>>) {
    let (Some(store), Some(batch)) = (store, batch) else { return };
    let mut records = batch.clone();
    if let Some(Record { event: Event::Created { id: created, .. }, .. }) = records.first_mut() {
        *created = id;
    }
    let after = std::mem::replace(last, records.last().expect("something follows from each answer").seq);
    store.append(Append { id, after, records, header: None }).await.expect("nobody else plays this match");
}

/// As long as what the arena sends.
fn body(request: &Request) -> Value {
    let message = |message: &Message| match message {
        Message::System { text } => json!({"role": "system", "content": text}),
        Message::User { text } => json!({"role": "user", "content": text}),
        Message::Assistant { text, .. } => json!({"role": "assistant", "content": text}),
        Message::Tool { id, text } => json!({"role": "tool", "tool_call_id": id, "content": text}),
    };
    let messages: Vec<Value> = request.messages.iter().map(message).collect();
    let mut body =
        json!({"model": "bench", "messages": messages, "max_tokens": 1024, "seed": request.seed, "stream": true});
    if !request.tools.is_empty() {
        let tool = |tool: &ToolSpec| {
            let function = json!({"name": tool.name, "description": tool.description, "parameters": tool.parameters});
            json!({"type": "function", "function": function})
        };
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}
