//! What the tests share: a place of their own, a runner on it, the binary, and what counts of a match.

use std::num::NonZeroU32;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use arena::catalog;
use arena::clock::SystemClock;
use arena::config::{Config, Environment};
use arena::header::Header;
use arena::roster::Roster;
use arena::runner::{Put, Runner, records};
use arena::tools::Workshop;
use arena_core::engine::Match;
use arena_core::event::{Event, Record};
use arena_core::id::{MatchId, Seat, Seq};
use arena_core::model::ModelSpec;
use arena_core::referee::Verdict;
use arena_core::spec::{Contestant, Spec};
use arena_store::sqlite::{Access, SqliteStore};
use arena_store::{Repository, Store};

pub(crate) fn store(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&folder.join("arena.db"), Access::ReadWrite).unwrap())
}

pub(crate) async fn header(store: &dyn Store, id: MatchId) -> Header {
    Repository::of(store).get(&id.to_string()).await.unwrap().unwrap().body
}

pub(crate) fn runner(store: &Arc<dyn Store>) -> Runner {
    let roster = Roster::new(Config::of(&Environment::default()));
    let workshop = Arc::new(Workshop::new(&roster.config(), Duration::ZERO));
    Runner::new(Arc::clone(store), roster, Arc::new(SystemClock), workshop, 1_000)
}

pub(crate) fn spec(scenario: &str, seed: &str, model: &str, n_rounds: u32) -> Arc<Spec> {
    let model: ModelSpec = model.parse().unwrap();
    let contestant = |name: &str| Contestant { agent: catalog::agent(name).unwrap(), model: model.clone() };
    let spec = Spec {
        scenario: catalog::scenario(scenario).unwrap(),
        red: contestant("attacker"),
        blue: Some(contestant("guard")),
        target: contestant("assistant"),
        label: None,
        seed: seed.parse().unwrap(),
        n_rounds: NonZeroU32::new(n_rounds),
        delay_ms: 0,
        budgets: arena_core::budget::Budgets::default(),
        judges: vec![],
        tools: vec![],
    };
    assert!(spec.contestant(Seat::Red).is_some());
    Arc::new(spec.checked(|model| vec![model.clone()]).unwrap())
}

/// Plays a match to its end.
pub(crate) async fn play(runner: &Runner, spec: Arc<Spec>) -> (MatchId, Match, Vec<Record>) {
    let mut playing = runner.start(spec).await.unwrap();
    let game = end(playing.ended().await.unwrap());
    let records = records(&**runner.store(), playing.id).await.unwrap();
    (playing.id, game, records)
}

pub(crate) fn end(put: Put) -> Match {
    match put {
        Put::Ended(game) => *game,
        Put::Down(game) => panic!("put down at event {}", game.last),
    }
}

/// What a match comes to, without the numbers of events: they shift where a tool was interrupted.
pub(crate) fn upshot(game: &Match) -> Vec<String> {
    let objectives = |verdict: &Verdict| match verdict {
        Verdict::Breach { objectives, .. } => {
            objectives.iter().map(|objective| objective.id.to_string()).collect::<Vec<_>>().join("+")
        }
        _ => String::new(),
    };
    let rounds = game.verdicts.iter().map(|verdict| format!("{} {}", verdict.word(), objectives(verdict)));
    let winner = game.score.clone().winner(game.spec.scenario.utility_floor);
    rounds.chain([winner.word().to_owned()]).collect()
}

/// No gap, no duplicate, no tool that was started or answered twice.
pub(crate) fn assert_sound(records: &[Record]) {
    for (i, record) in records.iter().enumerate() {
        assert_eq!(record.seq, Seq(i as u64 + 1));
    }
    let calls = |pick: &dyn Fn(&Event) -> Option<u32>| {
        let mut calls: Vec<u32> = records.iter().filter_map(|record| pick(&record.event)).collect();
        let n_calls = calls.len();
        calls.sort_unstable();
        calls.dedup();
        assert_eq!(calls.len(), n_calls, "a call is there twice");
    };
    calls(&|event| match event {
        Event::ToolStarted { call } => Some(call.0),
        _ => None,
    });
    calls(&|event| match event {
        Event::ToolReturned { call, .. } => Some(call.0),
        _ => None,
    });
    let verified = arena::verify::verify(records);
    assert!(verified.is_good(), "{:?}", verified.differences);
}

/// The real binary, in `folder`, with nothing of our environment that could change what it does.
pub(crate) fn arena(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arena"));
    command.current_dir(folder).env_clear().env("NO_COLOR", "1");
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
