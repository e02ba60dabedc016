//! What a match costs: many at once against `arena mock-llm`, and against no server at all.
//!
//! `cargo bench -p arena --bench matches`. Figures of one run stand beside the limit of the same run: a loop that sends
//! the same questions, and one that also appends the same records. Takes about a minute and stops by itself.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

mod bare;
mod cost;
mod server;

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arena::catalog;
use arena::clock::SystemClock;
use arena::config::{Config, Environment};
use arena::header::Header;
use arena::roster::Roster;
use arena::runner::{Put, Runner, records};
use arena::tools::Workshop;
use arena_core::budget::Budgets;
use arena_core::model::ModelSpec;
use arena_core::scenario::Scenario;
use arena_core::spec::{Contestant, Spec};
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Repository, Store};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::bare::{Asker, Script};
use crate::cost::Cost;
use crate::server::Server;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LATENCY_MS: u64 = 100;

/// So many matches, so many of them at once.
#[derive(Clone, Copy)]
struct Load {
    n_matches: usize,
    n_at_once: usize,
}

fn main() {
    if let Some(latency_ms) = std::env::var_os(server::ROLE) {
        return server::serve(latency_ms.to_str().unwrap().parse().unwrap());
    }
    // The bare loop's client wants one, though it never speaks TLS.
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let runtime = Runtime::new().unwrap();
    let server = Server::start(LATENCY_MS);
    for (n_matches, n_at_once) in [(400, 100), (1_000, 1_000)] {
        against_a_server(&runtime, &server.base_url, Load { n_matches, n_at_once });
    }
    let load = Load { n_matches: 1_000, n_at_once: 1_000 };
    println!("{} mock matches of quick mode at once", load.n_matches);
    let scenario = catalog::scenario("support-desk").unwrap();
    let (mock, spent) = matches(&runtime, &server.base_url, "mock", &scenario, load);
    println!(
        "  matches, durable      {}  {:.0} events/s",
        mock.line(spent.n_calls, load.n_matches),
        mock.a_second(spent.n_events)
    );
}

fn against_a_server(runtime: &Runtime, base_url: &str, load: Load) {
    let Load { n_matches, n_at_once } = load;
    let scenario = chat_only();
    let script = Arc::new(script(runtime, base_url, &scenario));
    let n_calls = script.n_calls() * n_matches;
    println!("{n_matches} matches, {n_at_once} at once, {} calls each, {LATENCY_MS} ms latency", script.n_calls());
    let bare = Cost::of(|| runtime.block_on(Arc::clone(&script).run(n_matches, n_at_once, Asker::bare(), None)));
    println!("  bare HTTP loop        {}", bare.line(n_calls, n_at_once));
    let logged = |asker: Asker| {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let run = Arc::clone(&script).run(n_matches, n_at_once, asker, Some(Arc::clone(&store)));
        let cost = Cost::of(|| runtime.block_on(run));
        runtime.block_on(store.close());
        cost
    };
    let providers = logged(Asker::Providers(roster(base_url), "openai:bench".parse().unwrap()));
    let logged = logged(Asker::bare());
    println!("  bare loop with a log  {}", logged.line(n_calls, n_at_once));
    println!("  our providers, a log  {}", providers.line(n_calls, n_at_once));
    println!("  ratio to the loop with a log: CPU {:.2}", providers.cpu_s / logged.cpu_s);
    let (played, spent) = matches(runtime, base_url, "openai:bench", &scenario, load);
    assert_eq!(spent.n_calls, n_calls);
    println!(
        "  matches, durable      {}  {:.0} events/s",
        played.line(n_calls, n_at_once),
        played.a_second(spent.n_events)
    );
    println!(
        "  ratio to the loop with a log: wall {:.2}, CPU {:.2}; to the bare loop: wall {:.2}, CPU {:.2}",
        played.wall_s / logged.wall_s,
        played.cpu_s / logged.cpu_s,
        played.wall_s / bare.wall_s,
        played.cpu_s / bare.cpu_s
    );
}

/// What one match asks and appends.
fn script(runtime: &Runtime, base_url: &str, scenario: &Arc<Scenario>) -> Script {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let runner = runner(&store, base_url, 1);
    let records = runtime.block_on(async {
        let mut playing = runner.start(spec("openai:bench", scenario, 0)).await.unwrap();
        playing.ended().await.unwrap();
        let records = records(&*store, playing.id).await.unwrap();
        store.close().await;
        records
    });
    Script::of(&records, base_url)
}

/// The support desk without benign rounds, so that every match has the same number of calls.
fn chat_only() -> Arc<Scenario> {
    let source =
        catalog::scenario("support-desk").unwrap().source().replace("benign_in_five = 2", "benign_in_five = 0");
    Arc::new(Scenario::parse("bench", &source).unwrap())
}

/// What the matches used.
struct Spent {
    n_calls: usize,
    n_events: u64,
}

/// Plays all matches; what it cost, and what is in the database.
fn matches(runtime: &Runtime, base_url: &str, model: &str, scenario: &Arc<Scenario>, load: Load) -> (Cost, Spent) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let runner = Arc::new(runner(&store, base_url, load.n_at_once));
    let mut n_calls = 0;
    let cost = Cost::of(|| n_calls = runtime.block_on(play(&runner, model, scenario, load.n_matches)));
    let n_events = runtime.block_on(async {
        let headers =
            Repository::<Header>::of(&*store).find(&Repository::<Header>::query(load.n_matches)).await.unwrap();
        assert!(headers.iter().all(|header| header.body.status == "completed" && header.body.score.n_void == 0));
        assert_eq!(headers.len(), load.n_matches);
        let n_events = headers.iter().map(|header| header.body.last.0).sum();
        store.close().await;
        n_events
    });
    (cost, Spent { n_calls, n_events })
}

/// Returns how often a model was asked.
async fn play(runner: &Arc<Runner>, model: &str, scenario: &Arc<Scenario>, n_matches: usize) -> usize {
    let mut playing = JoinSet::new();
    for number in 0..n_matches {
        let (runner, spec) = (Arc::clone(runner), spec(model, scenario, number));
        playing.spawn(async move {
            let mut playing = runner.start(spec).await.unwrap();
            match playing.ended().await.unwrap() {
                Put::Ended(game) => game.spent_in_all().calls,
                Put::Down(_) => panic!("a match was put down"),
            }
        });
    }
    let mut n_calls = 0;
    while let Some(ended) = playing.join_next().await {
        n_calls += ended.unwrap();
    }
    usize::try_from(n_calls).unwrap()
}

fn spec(model: &str, scenario: &Arc<Scenario>, number: usize) -> Arc<Spec> {
    let model: ModelSpec = model.parse().unwrap();
    let seat = |name: &str| Contestant { agent: catalog::agent(name).unwrap(), model: model.clone() };
    Arc::new(Spec {
        scenario: Arc::clone(scenario),
        red: seat("attacker"),
        blue: Some(seat("guard")),
        target: seat("assistant"),
        seed: format!("bench-{number}").parse().unwrap(),
        n_rounds: NonZeroU32::new(5),
        delay_ms: 0,
        budgets: Budgets::default(),
        label: None,
        judges: vec![],
        tools: vec![],
    })
}

fn open(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&folder.join("bench.db"), Access::ReadWrite).unwrap())
}

fn runner(store: &Arc<dyn Store>, base_url: &str, n_places: usize) -> Runner {
    let roster = roster(base_url);
    let workshop = Arc::new(Workshop::new(&roster.config(), Duration::ZERO));
    Runner::new(Arc::clone(store), roster, Arc::new(SystemClock), workshop, n_places)
}

fn roster(base_url: &str) -> Roster {
    let environment = Environment::from_iter([("OPENAI_BASE_URL", base_url)]);
    Roster::new(Config::of(&environment))
}
