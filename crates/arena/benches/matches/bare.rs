//! The limit: loops that send the questions of a match and read the answers to their end, and nothing else; or also
//! append the records of that match to a store as the match does.

use std::sync::Arc;

use arena::chance;
use arena_core::effect::Effect;
use arena_core::engine::{open, step, unanswered};
use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_core::message::{Message, Request};
use arena_core::prompt;
use arena_store::{Append, Store};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What a match asks, and what it appends after each answer.
pub(crate) struct Script {
    url: String,
    bodies: Vec<String>,
    batches: Vec<Vec<Record>>,
}

impl Script {
    /// What the match of these records did, to be done at `base_url`.
    pub(crate) fn of(records: &[Record], base_url: &str) -> Self {
        let mut game = open(&records[0]).unwrap();
        let mut script = Self {
            url: format!("{base_url}/chat/completions"),
            bodies: vec![],
            batches: vec![vec![records[0].clone()]],
        };
        for record in &records[1..] {
            if let [Effect::AskModel { seat, .. }] = unanswered(&game)[..] {
                script.bodies.push(body(&prompt::request(&game, seat).unwrap()).to_string());
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
    pub(crate) async fn run(self: Arc<Self>, n_loops: usize, n_at_once: usize, store: Option<Arc<dyn Store>>) {
        let http = reqwest::Client::builder().http1_only().tcp_nodelay(true).build().unwrap();
        let places = Arc::new(Semaphore::new(n_at_once));
        let mut loops = JoinSet::new();
        for _ in 0..n_loops {
            let (script, http, store, places) = (Arc::clone(&self), http.clone(), store.clone(), Arc::clone(&places));
            loops.spawn(async move {
                let _place = places.acquire_owned().await.unwrap();
                script.once(&http, store.as_deref()).await;
            });
        }
        while let Some(ended) = loops.join_next().await {
            ended.unwrap();
        }
    }

    async fn once(&self, http: &reqwest::Client, store: Option<&dyn Store>) {
        let id = chance::match_id(jiff::Timestamp::now()).unwrap();
        let mut last = Seq::ZERO;
        let mut batches = self.batches.iter();
        append(store, id, &mut last, batches.next().unwrap()).await;
        for (body, batch) in self.bodies.iter().zip(batches) {
            let post = http.post(&self.url).header("content-type", "application/json").body(body.clone());
            let answer = post.send().await.unwrap().bytes().await.unwrap();
            assert!(answer.ends_with(b"data: [DONE]\n\n"));
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
