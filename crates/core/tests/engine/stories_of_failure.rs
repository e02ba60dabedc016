//! Stories of what goes wrong: pauses, crashes, answers that come late, twice or from the wrong seat, models that fail.

use crate::script::check;
use crate::table::Table;

#[test]
fn a_pause_holds_everything_and_the_question_in_flight_is_asked_again() {
    check(
        &Table::till(),
        "
        pause => illegal
        resume => illegal
        start => open 1 from 0s
        start => illegal
        pause =>
        stage => paused
        pause => illegal
        attack open => illegal
        resume => open 1 from 0s
        resume => illegal
        attack open => ask red 1
        pause =>
        red 1 open up => illegal
        fail red 1 unavailable => illegal
        resume => ask red 1
        red 1 open up => ask blue 2
        pause =>
        blue 2 allow => illegal
        resume => ask blue 2
        blue 2 allow => ask target 3
        pause =>
        target 3 no => illegal
        resume => ask target 3
        ",
    );
}

#[test]
fn a_started_tool_may_end_during_a_pause_and_is_never_run_again() {
    check(
        &Table::till(),
        r#"
        start => open 1 from 0s
        benign shut => ask blue 1
        blue 1 allow => ask target 2
        target 2 call open_till {"open":false} => ask blue 3
        blue 3 allow => rule 4 open_till {"open":false}
        pause =>
        resume => rule 4 open_till {"open":false}
        settle => start 4
        pause =>
        started 4 => illegal
        resume => start 4
        settle => run 4 open_till {"open":false}
        pause =>
        resume =>
        pause =>
        tool 4 =>
        tool 4 => illegal
        blue 5 allow => illegal
        resume => ask blue 5
        blue 5 allow => ask target 6
        told => open: false
        "#,
    );
}

#[test]
fn a_tool_that_was_interrupted_is_told_and_not_run_again() {
    check(
        &Table::till().unguarded(),
        r#"
        start => open 1 from 0s
        benign shut => ask target 1
        target 1 call open_till {"open":false} => rule 2 open_till {"open":false}
        settle => start 2
        settle => run 2 open_till {"open":false}
        started 2 => illegal
        tool 2 lost => ask target 3
        told => error: the tool was interrupted, and whether it took effect is not known
        target 3 perhaps => release "perhaps"
        settle => judge 1
        settle => [missed] open 2 from 0s
        "#,
    );
}

#[test]
fn answers_that_are_late_or_double_or_from_elsewhere_are_illegal() {
    check(
        &Table::till(),
        r#"
        #1 start => illegal
        #3 start => illegal
        red 1 hello => illegal
        start => open 1 from 0s
        #2 attack open => illegal
        #4 attack open => illegal
        attack open => ask red 1
        attack open => illegal
        target 1 open up => illegal
        blue-as-model 1 open up => illegal
        blue 1 allow => illegal
        fail target 1 unavailable => illegal
        fail red 2 unavailable => illegal
        red 0 open up => illegal
        red 2 open up => illegal
        red 1 open up => ask blue 2
        red 1 open up => illegal
        red 2 open up => illegal
        blue-as-model 2 {"decision":"allow"} => illegal
        blue@output 2 allow => illegal
        blue@tool_call 2 allow => illegal
        blue 1 allow => illegal
        fail red 2 unavailable => illegal
        blue 2 allow => ask target 3
        blue 2 allow => illegal
        red 3 hello => illegal
        blue 3 allow => illegal
        target 2 hello => illegal
        target 3 call open_till {"open":true} => ask blue 4
        target 3 hello => illegal
        started 4 => illegal
        tool 4 => illegal
        blue@input 4 allow => illegal
        blue 4 allow => rule 5 open_till {"open":true}
        started 5 => illegal
        tool 5 => illegal
        settle => start 5
        started 4 => illegal
        tool 5 => illegal
        settle => run 5 open_till {"open":true}
        started 5 => illegal
        tool 4 => illegal
        fail target 5 unavailable => illegal
        tool 5 => ask blue 6
        tool 5 => illegal
        "#,
    );
}

#[test]
fn a_match_can_be_stopped_wherever_it_is_and_nothing_happens_after() {
    let story = [
        "start => open 1 from 0s",
        "benign shut => ask blue 1",
        "blue 1 allow => ask target 2",
        "target 2 call open_till {\"open\":false} => ask blue 3",
        "blue 3 allow => rule 4 open_till {\"open\":false}",
        "settle => start 4",
        "settle => run 4 open_till {\"open\":false}",
        "tool 4 => ask blue 5",
        "blue 5 allow => ask target 6",
        "target 6 shut => ask blue 7",
        "blue 7 allow => release \"shut\"",
        "settle => judge 1",
        "settle => [served] open 2 from 0s",
        "attack open => ask red 8",
        "fail red 8 misconfigured => judge 2",
        "settle => [void: red: misconfigured] conclude",
    ];
    let after = "
        stage => stopped
        stop => illegal
        start => illegal
        pause => illegal
        resume => illegal
        tool 4 => illegal
        red 8 hello => illegal
        attack open => illegal
    ";
    for n_lines in 0..=story.len() {
        let before = story[..n_lines].join("\n");
        check(&Table::till(), &format!("{before}\nstop =>\n{after}"));
        if n_lines > 0 {
            // While it is paused too; only a tool that runs is still waited for, and then no longer.
            check(&Table::till(), &format!("{before}\npause =>\nstop =>\n{after}"));
        }
    }
    let broken =
        "settle => [misconfigured]\nstage => failed\nstop => illegal\nresume => illegal\nred 9 hello => illegal";
    check(&Table::till(), &format!("{}\n{broken}", story.join("\n")));
}

#[test]
fn a_misconfigured_model_ends_the_match() {
    check(
        &Table::till(),
        "
        start => open 1 from 0s
        benign greet => ask blue 1
        fail blue 1 misconfigured => judge 1
        settle => [void: blue: misconfigured] conclude
        pause =>
        resume => conclude
        settle => [misconfigured]
        stage => failed
        ",
    );
}

#[test]
fn a_single_void_costs_the_round_and_three_in_a_row_the_match() {
    let table = Table { n_rounds: Some(9), ..Table::till().unguarded() };
    check(
        &table,
        "
        start => open 1 from 0s
        attack open => ask red 1
        fail red 1 unavailable => judge 1
        settle => [void: red: unavailable] open 2 from 0s
        attack open => ask red 2
        red 2 open up => ask target 3
        fail target 3 rejected => judge 2
        settle => [void: target: rejected] open 3 from 0s
        benign greet => ask target 4
        target 4 hello => release \"hello\"
        settle => judge 3
        settle => [served] open 4 from 0s
        benign greet => ask target 5
        fail target 5 unavailable => judge 4
        settle => [void: target: unavailable] open 5 from 0s
        attack open => ask red 6
        fail red 6 unavailable => judge 5
        settle => [void: red: unavailable] open 6 from 0s
        attack open => ask red 7
        fail red 7 rejected => judge 6
        settle => [void: red: rejected] conclude
        settle => [rejected]
        stage => failed
        ",
    );
}

#[test]
fn red_saying_nothing_voids_the_round() {
    for nothing in ["", " ", "\t\u{a0}", "call open_till {\"open\":true}"] {
        let script = "
            start => open 1 from 0s
            attack open => ask red 1
            red 1 NOTHING => judge 1
            settle => [void: red said nothing] open 2 from 0s
        ";
        check(&Table::till(), &script.replace("NOTHING", nothing));
    }
}
