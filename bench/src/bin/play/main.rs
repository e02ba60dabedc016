//! What it costs to play matches, beside loops that ask the same: see `bench/README.md`.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod asker;
mod cost;
mod looped;
mod options;
mod played;
mod script;

use arena_bench::mock::Mock;
use arena_bench::served::open_many_files;
use arena_bench::{median, rounded};
use serde_json::{Value, json};

use crate::cost::Cost;
use crate::looped::Kind;
use crate::options::Load;
use crate::played::Played;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BARE: Kind = Kind { logs: false, asks_as_arena: false };
const LOGGED: Kind = Kind { logs: true, asks_as_arena: false };
const PROVIDERS: Kind = Kind { logs: true, asks_as_arena: true };

/// One of each.
struct Turn {
    played: Played,
    bare: Cost,
    logged: Cost,
    providers: Cost,
}

type CostOf = fn(&Turn) -> &Cost;

fn main() {
    if std::env::var_os(looped::ROLE).is_some() {
        return looped::run();
    }
    open_many_files();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for load in options::read() {
        println!("{}", runtime.block_on(measure(&load)));
    }
}

/// All four in turn: what else the machine does then falls on all.
async fn measure(load: &Load) -> Value {
    let mock = Mock::start(load.latency_ms);
    let mut turns = Vec::new();
    for _ in 0..load.n_turns {
        let (played, records) = played::play(load, &mock).await;
        let (bare, logged, providers) = tokio::task::block_in_place(|| {
            let cost = |kind| looped::cost(kind, load, &mock.base_url, &records);
            (cost(BARE), cost(LOGGED), cost(PROVIDERS))
        });
        let looped = mock.stats().await;
        // The same questions thrice, and those of the matches: as many, and as long but for what the seeds draw.
        let n = |asked: &Value, key: &str| asked[key].as_f64().expect("it counts");
        assert!((n(&looped, "requests") - 3.0 * n(&played.asked, "requests")).abs() < 1.0, "{looped} {}", played.asked);
        let length = n(&looped, "input_tokens") / n(&played.asked, "input_tokens") / 3.0;
        assert!((0.9..1.1).contains(&length), "the loops ask {length} times as much");
        turns.push(Turn { played, bare, logged, providers });
    }
    figures(load, &turns)
}

#[expect(clippy::cast_precision_loss, reason = "far less than 2^52 of anything")]
fn figures(load: &Load, turns: &[Turn]) -> Value {
    let of = |figure: &dyn Fn(&Turn) -> f64| median(turns.iter().map(figure).collect());
    let n_calls = of(&|turn| turn.played.asked["requests"].as_f64().unwrap_or_default());
    let n_waves = load.n_matches.div_ceil(load.n_at_once) as f64;
    let ideal_s = n_waves * n_calls / load.n_matches as f64 * load.latency_ms as f64 / 1e3;
    let mut figures = json!({
        "figure": "play", "load": load.name, "n_matches": load.n_matches, "n_at_once": load.n_at_once,
        "n_calls_per_match": rounded(n_calls / load.n_matches as f64), "latency_ms": load.latency_ms, "n_turns": load.n_turns,
        "n_failed": turns.iter().map(|turn| turn.played.n_failed).sum::<usize>(),
        "n_void": turns.iter().map(|turn| turn.played.n_void).sum::<u64>(),
        "watched_all": turns.iter().all(|turn| turn.played.watched_all),
        "max_in_flight": of(&|turn| turn.played.asked["max_in_flight"].as_f64().unwrap_or_default()),
        "ideal_s": rounded(ideal_s),
        "created_s": rounded(of(&|turn| turn.played.created_s)),
        "events_per_s": rounded(of(&|turn| turn.played.n_events as f64 / turn.played.cost.wall_s)),
        "idle_mib": rounded(of(&|turn| turn.played.idle_mib)),
    });
    let costs: [(&str, CostOf); 4] = [
        ("", |turn| &turn.played.cost),
        ("bare_", |turn| &turn.bare),
        ("logged_", |turn| &turn.logged),
        ("providers_", |turn| &turn.providers),
    ];
    for (whose, cost) in costs {
        figures[format!("{whose}wall_s")] = rounded(of(&|turn| cost(turn).wall_s)).into();
        figures[format!("{whose}cpu_ms_per_call")] = rounded(of(&|turn| cost(turn).cpu_s * 1e3 / n_calls)).into();
        figures[format!("{whose}kib_per_match")] =
            rounded(of(&|turn| cost(turn).grown_mib * 1024.0 / load.n_at_once as f64)).into();
    }
    figures["cpu_ratio"] = rounded(of(&|turn| turn.played.cost.cpu_s / turn.logged.cpu_s)).into();
    figures["wall_ratio"] = rounded(of(&|turn| turn.played.cost.wall_s / turn.logged.wall_s)).into();
    figures
}
