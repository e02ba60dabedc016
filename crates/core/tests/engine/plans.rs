//! What the rounds of a match are about: by the seed, and by nothing else.

use std::collections::BTreeSet;

use arena_core::event::Plan;
use arena_core::name::Name;
use arena_core::scenario::Channel;
use proptest::prelude::*;

use crate::table::Table;

fn tables() -> [Table; 3] {
    [Table::till(), Table::support_desk(), Table::inbox()]
}

fn plans(table: &Table, seed: &str, n_rounds: u32) -> Vec<Plan> {
    let spec = Table { seed: seed.to_owned(), ..table.clone() }.spec();
    (1..=n_rounds).map(|number| spec.plan(number).unwrap()).collect()
}

fn is_benign(plan: &Plan) -> bool {
    matches!(plan, Plan::Benign { .. })
}

#[test]
fn of_every_five_rounds_as_many_are_benign_as_the_scenario_says() {
    for table in tables() {
        for seed in 0..200 {
            let plans = plans(&table, &seed.to_string(), 50);
            let benign: Vec<usize> =
                plans.chunks(5).map(|five| five.iter().filter(|plan| is_benign(plan)).count()).collect();
            assert_eq!(benign, [table.scenario.benign_in_five as usize; 10], "{} {seed}", table.scenario.name);
        }
    }
}

#[test]
fn all_objectives_and_all_tasks_come_round_before_one_comes_again() {
    for table in tables() {
        for seed in 0..50 {
            let plans = plans(&table, &seed.to_string(), 100);
            let objectives: Vec<&str> = plans
                .iter()
                .filter_map(|plan| match plan {
                    Plan::Attack { objective, .. } => Some(objective.as_str()),
                    Plan::Benign { .. } => None,
                })
                .collect();
            let benign: Vec<&str> = plans
                .iter()
                .filter_map(|plan| match plan {
                    Plan::Benign { task, .. } => Some(task.as_str()),
                    Plan::Attack { .. } => None,
                })
                .collect();
            let attacked: Vec<&str> = plans
                .iter()
                .filter_map(|plan| match plan {
                    Plan::Attack { task, .. } => task.as_ref().map(Name::as_str),
                    Plan::Benign { .. } => None,
                })
                .collect();
            for (kind, drawn, n) in [
                ("objectives", &objectives, table.scenario.objectives.len()),
                ("tasks", &benign, table.scenario.tasks.len()),
                ("tasks under attack", &attacked, table.scenario.tasks.len()),
            ] {
                for turn in drawn.chunks_exact(n) {
                    let distinct: BTreeSet<_> = turn.iter().collect();
                    assert_eq!(distinct.len(), n, "{} {kind}, seed {seed}: {turn:?}", table.scenario.name);
                }
            }
            let under_attack = if table.scenario.channel == Channel::Chat { 0 } else { objectives.len() };
            assert_eq!(attacked.len(), under_attack, "a task is worked on under attack over an indirect channel alone");
        }
    }
}

#[test]
fn a_plan_asks_what_its_task_asks() {
    for table in tables() {
        for plan in plans(&table, "7", 40) {
            let (task, request) = match plan {
                Plan::Attack { task, request, .. } => (task, request),
                Plan::Benign { task, request } => (Some(task), Some(request)),
            };
            let asked = task.map(|task| table.scenario.task(task.as_str()).unwrap().request.clone());
            assert_eq!(request, asked, "{}", table.scenario.name);
        }
    }
}

#[test]
fn who_plays_and_how_long_does_not_change_the_plan() {
    for table in tables() {
        let as_it_is = plans(&table, "7", 20);
        for other in [
            table.clone().unguarded(),
            table.clone().guarded_at("checkpoints = [\"output\"]"),
            Table { n_rounds: None, delay_ms: 9, red: "prompt = \"x\"", ..table.clone() },
        ] {
            assert_eq!(plans(&other, "7", 20), as_it_is);
        }
    }
}

#[test]
fn other_seeds_give_other_plans() {
    for table in tables() {
        let distinct: BTreeSet<String> =
            (0..100).map(|seed| format!("{:?}", plans(&table, &seed.to_string(), 20))).collect();
        assert!(distinct.len() >= 99, "{}: {} of 100", table.scenario.name, distinct.len());
    }
}

proptest! {
    #[test]
    fn every_round_has_a_plan(seed in "[A-Za-z0-9_-]{1,64}", number in any::<u32>()) {
        let spec = Table { seed, ..Table::till() }.spec();
        prop_assert!(spec.plan(number).is_some());
    }
}
