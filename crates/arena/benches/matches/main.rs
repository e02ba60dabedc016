//! What a match costs: many at once against a local server that takes its time, and against no server at all.
//!
//! `cargo bench -p arena --bench matches`. Figures of one run stand beside a limit of the same run: a bare loop that
//! asks the same client the same number of times and does nothing else. Takes about half a minute and stops by itself.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

mod cost;
mod server;

use std::num::NonZeroU32;
use std::sync::Arc;

use arena::catalog;
use arena::clock::SystemClock;
use arena::config::{Config, Environment};
use arena::roster::Roster;
use arena::runner::{Put, Runner};
use arena_core::budget::Budgets;
use arena_core::id::Seat;
use arena_core::message::{Message, Request, Sampling};
use arena_core::model::ModelSpec;
use arena_core::scenario::Scenario;
use arena_core::spec::{Contestant, Spec};
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Kind, Query, Store};
use tokio::task::JoinSet;

use crate::cost::Cost;
use crate::server::Server;

const N_MATCHES: usize = 1_000;
/// Five attack rounds of Red, guard, Target, guard.
const CALLS_A_MATCH: usize = 20;
const LATENCY_MS: u64 = 100;

fn main() {
    if let Some(latency_ms) = std::env::var_os(server::ROLE) {
        return server::serve(latency_ms.to_str().unwrap().parse().unwrap());
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = Server::start(LATENCY_MS);
    let n_calls = N_MATCHES * CALLS_A_MATCH;
    println!("{N_MATCHES} matches at once, {CALLS_A_MATCH} calls each, {LATENCY_MS} ms latency (ideal wall: 2.00 s)");

    let bare = Cost::of(|| runtime.block_on(bare(&server.base_url)));
    println!("  bare client loop      {}", bare.line(n_calls, N_MATCHES));
    let (played, n_events) = matches(&runtime, &server.base_url, "openai:bench", &chat_only());
    println!("  matches, durable      {}  {:.0} events/s", played.line(n_calls, N_MATCHES), played.a_second(n_events));
    println!("  ratio to the bare loop: wall {:.2}, CPU {:.2}", played.wall_s / bare.wall_s, played.cpu_s / bare.cpu_s);

    println!("{N_MATCHES} mock matches of quick mode at once");
    let scenario = catalog::scenario("support-desk").unwrap();
    let (mock, n_events) = matches(&runtime, &server.base_url, "mock", &scenario);
    println!("  matches, durable      {}  {:.0} events/s", mock.line(n_calls, N_MATCHES), mock.a_second(n_events));
}

/// The support desk without benign rounds, so that every match has the same number of calls.
fn chat_only() -> Arc<Scenario> {
    let source =
        catalog::scenario("support-desk").unwrap().source().replace("benign_in_five = 2", "benign_in_five = 0");
    Arc::new(Scenario::parse("bench", &source).unwrap())
}

/// The same number of calls, by as many loops as there are matches, with nothing around them.
async fn bare(base_url: &str) {
    let roster = roster(base_url);
    let model = roster.model(&"openai:bench".parse().unwrap(), None).unwrap();
    let mut loops = JoinSet::new();
    for _ in 0..N_MATCHES {
        let model = Arc::clone(&model);
        loops.spawn(async move {
            let system = Message::System { text: "You are the support agent. ".repeat(40) };
            let request = Request {
                seat: Seat::Target,
                messages: vec![system, Message::User { text: "Where is my order?".to_owned() }],
                tools: vec![],
                schema: None,
                sampling: Sampling { temperature: None, max_output_tokens: 64 },
                seed: 7,
            };
            for _ in 0..CALLS_A_MATCH {
                model.ask(&request, &|_| {}).await.unwrap();
            }
        });
    }
    while let Some(ended) = loops.join_next().await {
        ended.unwrap();
    }
}

/// Plays all matches at once; what it cost, and how many events are in the database.
fn matches(runtime: &tokio::runtime::Runtime, base_url: &str, model: &str, scenario: &Arc<Scenario>) -> (Cost, u64) {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&folder.path().join("bench.db"), Access::ReadWrite).unwrap());
    let runner = Arc::new(Runner::new(Arc::clone(&store), roster(base_url), Arc::new(SystemClock), N_MATCHES));
    let cost = Cost::of(|| runtime.block_on(play(&runner, model, scenario)));
    let n_events = runtime.block_on(async {
        let headers = store.find(&Query::of(Kind::Match, N_MATCHES)).await.unwrap();
        assert!(
            headers.iter().all(|header| header.body["status"] == "completed" && header.body["score"]["n_void"] == 0)
        );
        assert_eq!(headers.len(), N_MATCHES);
        let n_events = headers.iter().map(|header| header.body["last"].as_u64().unwrap()).sum();
        store.close().await;
        n_events
    });
    (cost, n_events)
}

async fn play(runner: &Arc<Runner>, model: &str, scenario: &Arc<Scenario>) {
    let model: ModelSpec = model.parse().unwrap();
    let seat = |name: &str| Contestant { agent: catalog::agent(name).unwrap(), model: model.clone() };
    let (red, blue, target) = (seat("attacker"), seat("guard"), seat("assistant"));
    let mut playing = JoinSet::new();
    for number in 0..N_MATCHES {
        let spec = Spec {
            scenario: Arc::clone(scenario),
            red: red.clone(),
            blue: Some(blue.clone()),
            target: target.clone(),
            seed: format!("bench-{number}").parse().unwrap(),
            n_rounds: NonZeroU32::new(5),
            delay_ms: 0,
            budgets: Budgets::default(),
        };
        let runner = Arc::clone(runner);
        playing.spawn(async move {
            let mut playing = runner.start(Arc::new(spec)).await.unwrap();
            assert!(matches!(playing.ended().await.unwrap(), Put::Ended(_)));
        });
    }
    while let Some(ended) = playing.join_next().await {
        ended.unwrap();
    }
}

fn roster(base_url: &str) -> Roster {
    let environment = Environment::from_iter([("OPENAI_BASE_URL", base_url)]);
    Roster::new(Config::of(&environment))
}
