//! A turn of durable appends: tasks that append for some seconds, each to a match of its own, the next when the one before is
//! durable.

mod file;

use std::sync::Arc;
use std::time::Instant;

use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seq};
use arena_store::{Append, Store};
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Duration;

pub use self::file::File;
use crate::delays::Delays;
use crate::process::own_cpu_s;

/// How much is appended.
#[derive(Clone, Copy)]
pub struct Load {
    /// Tasks.
    pub n_appenders: usize,
    /// Events an append.
    pub n_events: usize,
    /// Of an event as it is stored.
    pub size_bytes: usize,
    /// Of the turn.
    pub length: Duration,
}

/// What a turn found.
pub struct Turn {
    /// Durable events.
    pub events_per_s: f64,
    /// From handing an append over until it is durable.
    pub delays: Delays,
    /// Of this process, an event, millionths of a second.
    pub cpu_us: f64,
}

/// One of the tasks.
#[derive(Clone)]
struct Appender {
    load: Load,
    begun: Instant,
    /// What each event says: all but its envelope.
    says: String,
}

/// Number, moment and type of an event.
const ENVELOPE_BYTES: usize = 85;

impl Load {
    /// Appends to a store.
    ///
    /// # Panics
    /// If the store does not take it.
    pub async fn on_store(self, store: &Arc<dyn Store>) -> Turn {
        self.run(|n, appender| appender.on_store(n, Arc::clone(store))).await
    }

    /// Appends the same bytes to a bare file.
    ///
    /// # Panics
    /// If the disk does not take it.
    pub async fn on_file(self, file: File) -> Turn {
        self.run(|_, appender| appender.on_file(file.clone())).await
    }

    #[expect(clippy::cast_precision_loss, reason = "far less than 2^52 events")]
    async fn run<F>(self, task: impl Fn(usize, Appender) -> F) -> Turn
    where
        F: Future<Output = Vec<Duration>> + Send + 'static,
    {
        let (cpu_s, begun) = (own_cpu_s(), Instant::now());
        let says = "x".repeat(self.size_bytes.saturating_sub(ENVELOPE_BYTES));
        let mut tasks = JoinSet::new();
        for n in 0..self.n_appenders {
            tasks.spawn(task(n, Appender { load: self, begun, says: says.clone() }));
        }
        let delays = Delays::of(tasks.join_all().await.concat());
        let (cpu_s, took_s) = (own_cpu_s() - cpu_s, begun.elapsed().as_secs_f64());
        let n_events = (delays.n() * self.n_events) as f64;
        Turn { events_per_s: n_events / took_s, delays, cpu_us: cpu_s / n_events * 1e6 }
    }
}

impl Appender {
    async fn on_store(self, n: usize, store: Arc<dyn Store>) -> Vec<Duration> {
        // In another turn it is another match.
        let id = MatchId::from_parts(Timestamp::now(), u128::try_from(n).expect("a number of a task"));
        let (mut after, mut delays) = (Seq::ZERO, Vec::new());
        while self.goes_on() {
            let records = self.records(after);
            let last = records.last().map_or(after, |record| record.seq);
            let asked = Instant::now();
            store.append(Append { id, after, records, header: None }).await.expect("nobody else plays this match");
            delays.push(asked.elapsed());
            after = last;
        }
        delays
    }

    async fn on_file(self, file: File) -> Vec<Duration> {
        let (mut after, mut delays) = (Seq::ZERO, Vec::new());
        while self.goes_on() {
            let records = self.records(after);
            let last = records.last().map_or(after, |record| record.seq);
            let asked = Instant::now();
            file.append(serde_json::to_vec(&records).expect("plain data")).await;
            delays.push(asked.elapsed());
            after = last;
        }
        delays
    }

    fn goes_on(&self) -> bool {
        self.begun.elapsed() < self.load.length
    }

    /// The next ones.
    fn records(&self, Seq(after): Seq) -> Vec<Record> {
        let at = Timestamp::now();
        let record = |seq| Record { seq: Seq(seq), at, event: Event::Stopped { reason: self.says.clone() } };
        (after + 1..).take(self.load.n_events).map(record).collect()
    }
}
