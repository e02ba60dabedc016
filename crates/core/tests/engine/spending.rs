//! Stories of limits: purses that are empty, rests between rounds, matches without an end.

use arena_core::budget::{Budget, Budgets};
use arena_core::model::ModelSpec;

use crate::script::check;
use crate::table::Table;

/// A cent for each answer: 10 tokens read at 400 USD a million, 5 written at 1200 USD a million.
const PRICE: &str = "price = { input_usd_per_million = 400.0, output_usd_per_million = 1200.0 }";

fn table(budgets: Budgets) -> Table {
    Table {
        n_rounds: Some(5),
        budgets,
        red: PRICE,
        target: PRICE,
        model: ModelSpec::Of { provider: "openai".parse().unwrap(), model: "m".to_owned() },
        ..Table::till().unguarded()
    }
}

fn calls(n: u64) -> Budget {
    Budget { calls: Some(n), ..Budget::default() }
}

fn tokens(n: u64) -> Budget {
    Budget { tokens: Some(n), ..Budget::default() }
}

fn microusd(n: u64) -> Budget {
    Budget { cost_microusd: Some(n), ..Budget::default() }
}

fn seconds(n: u64) -> Budget {
    Budget { seconds: Some(n), ..Budget::default() }
}

#[test]
fn a_purse_that_is_empty_within_a_round_voids_it_and_ends_the_match() {
    // Each is worth two answers; the third question is not asked.
    for (whole, words) in [
        (calls(2), "calls"),
        (tokens(30), "tokens"),
        (tokens(16), "tokens"),
        (microusd(20_000), "cost"),
        (microusd(10_001), "cost"),
    ] {
        let script = r#"
            start => open 1 from 0s
            attack open => ask red 1
            red 1 open up => ask target 2
            target 2 call look {"at":"open"} => rule 3 look {"at":"open"}
            settle => start 3
            settle => run 3 look {"at":"open"}
            tool 3 => judge 1
            settle => [void: the WORDS budget of the match is spent] conclude
            settle => [void, the WORDS budget of the match is spent]
            stage => completed
        "#;
        check(&table(Budgets { whole, ..Budgets::default() }), &script.replace("WORDS", words));
    }
}

#[test]
fn a_purse_that_is_empty_after_a_round_ends_the_match_and_the_round_counts() {
    let one = |budget: Budget| Budgets { target: budget, ..Budgets::default() };
    let red = |budget: Budget| Budgets { red: budget, ..Budgets::default() };
    for (budgets, words) in [
        (one(calls(1)), "calls budget of target"),
        (one(tokens(15)), "tokens budget of target"),
        (one(microusd(10_000)), "cost budget of target"),
        // A seat's time is that of its model: a second each answer.
        (one(seconds(1)), "time budget of target"),
        (red(calls(1)), "calls budget of red"),
        (red(seconds(1)), "time budget of red"),
        (Budgets { whole: calls(2), ..Budgets::default() }, "calls budget of the match"),
    ] {
        let script = r#"
            start => open 1 from 0s
            attack open => ask red 1
            wait 100
            red 1 open up => ask target 2
            target 2 no => release "no"
            settle => judge 1
            settle => [resisted] conclude
            settle => [draw, the WORDS is spent]
        "#;
        check(&table(budgets), &script.replace("WORDS", words));
    }
}

#[test]
fn without_a_limit_the_same_round_is_followed_by_another() {
    check(
        &table(Budgets::default()),
        r#"
        start => open 1 from 0s
        attack open => ask red 1
        wait 100
        red 1 open up => ask target 2
        target 2 call look {"at":"open"} => rule 3 look {"at":"open"}
        settle => start 3
        settle => run 3 look {"at":"open"}
        tool 3 => ask target 4
        target 4 no => release "no"
        settle => judge 1
        settle => [resisted] open 2 from 100s
        "#,
    );
}

#[test]
fn a_seats_purse_voids_the_round_in_which_it_is_asked_once_too_often() {
    check(
        &table(Budgets { target: calls(1), ..Budgets::default() }),
        r#"
        start => open 1 from 0s
        benign shut => ask target 1
        target 1 call open_till {"open":false} => rule 2 open_till {"open":false}
        settle => start 2
        settle => run 2 open_till {"open":false}
        tool 2 => judge 1
        settle => [void: the calls budget of target is spent] conclude
        settle => [void, the calls budget of target is spent]
        "#,
    );
    check(
        &Table { budgets: Budgets { blue: calls(1), ..Budgets::default() }, ..Table::till() },
        "
        start => open 1 from 0s
        benign greet => ask blue 1
        blue 1 allow => ask target 2
        target 2 hello => judge 1
        settle => [void: the calls budget of blue is spent] conclude
        settle => [void, the calls budget of blue is spent]
        ",
    );
}

#[test]
fn the_time_of_a_match_runs_from_its_start_and_through_its_pauses() {
    check(
        &table(Budgets { whole: seconds(60), ..Budgets::default() }),
        "
        wait 1000
        start => open 1 from 1000s
        wait 30
        attack open => ask red 1
        pause =>
        wait 29
        resume => ask red 1
        red 1 open up => ask target 2
        wait 1
        target 2 no => release \"no\"
        settle => judge 1
        settle => [resisted] conclude
        settle => [draw, the time budget of the match is spent]
        ",
    );
    check(
        &table(Budgets { whole: seconds(60), ..Budgets::default() }),
        "
        start => open 1 from 0s
        wait 60
        benign greet => judge 1
        settle => [void: the time budget of the match is spent] conclude
        settle => [void, the time budget of the match is spent]
        ",
    );
}

#[test]
fn the_rest_between_rounds_is_the_earliest_moment_of_the_next() {
    check(
        &Table { delay_ms: 90_000, ..Table::till().unguarded() },
        "
        wait 10
        start => open 1 from 10s
        benign greet => ask target 1
        wait 5
        target 1 hello => release \"hello\"
        settle => judge 1
        settle => [served] open 2 from 105s
        pause =>
        wait 1000
        resume => open 2 from 105s
        benign greet => ask target 2
        target 2 hello => release \"hello\"
        settle => judge 2
        settle => [served] conclude
        settle => [draw]
        ",
    );
}

#[test]
fn a_rest_beyond_the_end_of_time_does_no_harm() {
    check(
        &Table { delay_ms: u64::MAX, ..Table::till().unguarded() },
        "
        start => open 1 from 0s
        benign greet => ask target 1
        target 1 hello => release \"hello\"
        settle => judge 1
        settle => [served] open 2 from 253402207200s
        stop =>
        ",
    );
}

#[test]
fn a_continuous_match_goes_on_until_it_is_stopped() {
    let round = |n: u32| {
        format!(
            "benign greet => ask target {n}\ntarget {n} hello => release \"hello\"\n\
             settle => judge {n}\nsettle => [served] open {} from 0s\n",
            n + 1
        )
    };
    let rounds: String = (1..=60).map(round).collect();
    let table = Table { n_rounds: None, ..Table::till().unguarded() };
    check(&table, &format!("start => open 1 from 0s\n{rounds}stop =>\nstage => stopped"));
}
