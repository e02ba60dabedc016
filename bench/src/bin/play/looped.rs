//! The limit: loops that send the questions of a match and read the answers, in a process of their own; they may append the
//! record of that match as it does, and they may ask as the arena does.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use arena_bench::database::Database;
use arena_bench::process::{forget_own_peak, own_cpu_s, own_peak_mib, own_resident_mib};
use arena_core::event::Record;
use serde::{Deserialize, Serialize};

use crate::asker::Asker;
use crate::cost::Cost;
use crate::options::Load;
use crate::script::Script;

/// Set in the process that loops.
pub(crate) const ROLE: &str = "ARENA_BENCH_LOOPS";

/// What a loop does beside its questions.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Kind {
    /// Appends, and goes on when that is durable.
    pub(crate) logs: bool,
    /// Asks through the arena's providers.
    pub(crate) asks_as_arena: bool,
}

/// Given to the process on its standard input.
#[derive(Serialize, Deserialize)]
struct Order {
    kind: Kind,
    base_url: String,
    n_loops: usize,
    n_at_once: usize,
    records: Vec<Record>,
}

/// Runs the loops of a load; what they cost.
pub(crate) fn cost(kind: Kind, load: &Load, base_url: &str, records: &[Record]) -> Cost {
    let order = Order {
        kind,
        base_url: base_url.to_owned(),
        n_loops: load.n_matches,
        n_at_once: load.n_at_once,
        records: records.to_vec(),
    };
    let mut child = Command::new(std::env::current_exe().expect("this program is a file"))
        .env(ROLE, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts once more");
    let order = serde_json::to_vec(&order).expect("plain data");
    child.stdin.take().expect("it is piped").write_all(&order).expect("it reads");
    let output = child.wait_with_output().expect("it is ours");
    assert!(output.status.success(), "the loops ended with {}", output.status);
    serde_json::from_slice(&output.stdout).expect("it says what it cost")
}

/// Is the process that loops.
pub(crate) fn run() {
    // The client wants one, though it never speaks TLS.
    rustls::crypto::ring::default_provider().install_default().expect("nobody else did");
    let order: Order = serde_json::from_reader(std::io::stdin().lock()).expect("an order");
    let cost = tokio::runtime::Runtime::new().expect("a runtime").block_on(order.run());
    serde_json::to_writer(std::io::stdout(), &cost).expect("somebody waits for it");
}

impl Order {
    async fn run(self) -> Cost {
        let script = Arc::new(Script::of(&self.records));
        let asker =
            if self.kind.asks_as_arena { Asker::providers(&self.base_url) } else { Asker::bare(&self.base_url) };
        let database = Database::at(None);
        let store = if self.kind.logs { Some(database.open().await) } else { None };
        forget_own_peak();
        let (before_mib, cpu_s, begun) = (own_resident_mib(), own_cpu_s(), Instant::now());
        script.run(self.n_loops, self.n_at_once, asker, store.clone()).await;
        let cost = Cost {
            wall_s: begun.elapsed().as_secs_f64(),
            cpu_s: own_cpu_s() - cpu_s,
            grown_mib: own_peak_mib() - before_mib,
        };
        if let Some(store) = store {
            store.close().await;
        }
        cost
    }
}
