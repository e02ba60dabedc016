//! The limit: loops that send the questions of a match and read the answers to their end, and nothing else; or also
//! append the records of that match to a store as the match does. And the same loops with the arena's providers.

use std::sync::Arc;
use std::time::Duration;

use arena::chance;
use arena::roster::Roster;
use arena_core::effect::Effect;
use arena_core::engine::{open, step, unanswered};
use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_core::message::{Message, Request};
use arena_core::model::ModelSpec;
use arena_core::prompt;
use arena_store::{Append, Store};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Who sends the questions.
pub(crate) enum Asker {
    /// A plain client, which reads the answer's bytes and understands none of them.
    Bare(reqwest::Client),
    /// The arena's chain and client of this model.
    Providers(Roster, ModelSpec),
}

impl Asker {
    pub(crate) fn bare() -> Self {
        Self::Bare(reqwest::Client::builder().http1_only().tcp_nodelay(true).build().unwrap())
    }
}

/// What a match asks, and what it appends after each answer.
pub(crate) struct Script {
    url: String,
    requests: Vec<Request>,
    bodies: Vec<String>,
    batches: Vec<Vec<Record>>,
}

impl Script {
    /// What the match of these records did, to be done at `base_url`.
    pub(crate) fn of(records: &[Record], base_url: &str) -> Self {
        let mut game = open(&records[0]).unwrap();
        let mut script = Self {
            url: format!("{base_url}/chat/completions"),
            requests: vec![],
            bodies: vec![],
            batches: vec![vec![records[0].clone()]],
        };
        for record in &records[1..] {
            if let [Effect::AskModel { seat, .. }] = unanswered(&game)[..] {
                let request = prompt::request(&game, seat).unwrap();
                script.bodies.push(body(&request).to_string());
                script.requests.push(request);
                script.batches.push(vec![]);
            }
            step(&mut game, record).unwrap();
            script.batches.last_mut().unwrap().push(record.clone());
        }
        script
    }

    pub(crate) fn n_calls(&self) -> usize {
        self.bodies.len()
    }

    /// Runs it so many times, so many at once.
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
        for _ in 0..n_loops {
            let (script, asker, store, places) =
                (Arc::clone(&self), Arc::clone(&asker), store.clone(), Arc::clone(&places));
            loops.spawn(async move {
                let _place = places.acquire_owned().await.unwrap();
                script.once(&asker, store.as_deref()).await;
            });
        }
        while let Some(ended) = loops.join_next().await {
            ended.unwrap();
        }
    }

    async fn once(&self, asker: &Asker, store: Option<&dyn Store>) {
        let id = chance::match_id(jiff::Timestamp::now()).unwrap();
        let mut last = Seq::ZERO;
        let mut batches = self.batches.iter();
        append(store, id, &mut last, batches.next().unwrap()).await;
        for ((body, request), batch) in self.bodies.iter().zip(&self.requests).zip(batches) {
            match asker {
                Asker::Bare(http) => {
                    let post = http.post(&self.url).header("content-type", "application/json").body(body.clone());
                    let answer = post.send().await.unwrap().bytes().await.unwrap();
                    assert!(answer.ends_with(b"data: [DONE]\n\n"));
                }
                Asker::Providers(roster, model) => {
                    let until = Instant::now() + Duration::from_mins(10);
                    roster.ask(model, request, until, &|_| {}).await.unwrap();
                }
            }
            append(store, id, &mut last, batch).await;
        }
    }
}

async fn append(store: Option<&dyn Store>, id: MatchId, last: &mut Seq, batch: &[Record]) {
    let Some(store) = store else { return };
    let mut records = batch.to_vec();
    if let Some(Record { event: Event::Created { id: created, .. }, .. }) = records.first_mut() {
        *created = id;
    }
    let after = std::mem::replace(last, records.last().unwrap().seq);
    store.append(Append { id, after, records, header: None }).await.unwrap();
}

fn body(request: &Request) -> Value {
    let messages: Vec<Value> = request
        .messages
        .iter()
        .map(|message| match message {
            Message::System { text } => json!({"role": "system", "content": text}),
            Message::User { text } => json!({"role": "user", "content": text}),
            Message::Assistant { text, .. } => json!({"role": "assistant", "content": text}),
            Message::Tool { id, text } => json!({"role": "tool", "tool_call_id": id, "content": text}),
        })
        .collect();
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| {
            let function = json!({"name": tool.name, "description": tool.description, "parameters": tool.parameters});
            json!({"type": "function", "function": function})
        })
        .collect();
    let mut body =
        json!({"model": "bench", "messages": messages, "max_tokens": 1024, "seed": request.seed, "stream": true});
    if !tools.is_empty() {
        body["tools"] = tools.into();
    }
    body
}
