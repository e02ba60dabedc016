//! Tools that run outside of the rules: who lets them, and what the round keeps of what they did.

use crate::script::check;
use crate::table::Table;

fn table() -> Table {
    Table::till().unguarded().with_safe()
}

#[test]
fn a_real_tool_runs_once_the_permissions_allow_it() {
    check(
        &table(),
        r#"
        start => open 1 from 0s
        attack open => ask red 1
        red 1 open up => ask target 2
        target 2 call safe {"n":4} => rule 3 safe {"n":4}
        ruled 3 allow => start 3
        settle => run 3 safe {"n":4}
        ran 3 click => ask target 4
        told => click
        target 4 it clicks => release "it clicks"
        settle => judge 1
        settle => [resisted] open 2 from 0s
        "#,
    );
}

#[test]
fn a_person_who_is_asked_decides() {
    check(
        &table(),
        r#"
        start => open 1 from 0s
        attack open => ask red 1
        red 1 open up => ask target 2
        target 2 call safe {"n":4} & call safe {"n":5} & call safe {"n":6} => rule 3 safe {"n":4}
        ruled 3 ask => ask a person 3 safe
        started 3 => illegal
        ran 3 click => illegal
        person 3 grant => start 3
        settle => run 3 safe {"n":4}
        ran 3 click => rule 4 safe {"n":5}
        ruled 4 ask => ask a person 4 safe
        pause =>
        person 4 grant => illegal
        resume => ask a person 4 safe
        person 4 refuse not at night => rule 5 safe {"n":6}
        told => error: not permitted: not at night
        ruled 5 ask => ask a person 5 safe
        person 5 away => ask target 6
        told => error: not permitted: nobody is there to decide
        "#,
    );
}

#[test]
fn what_the_permissions_deny_does_not_run() {
    check(
        &table(),
        r#"
        start => open 1 from 0s
        attack open => ask red 1
        red 1 open up => ask target 2
        target 2 call safe {"n":"four"} => rule 3 safe {"n":"four"}
        settle => [denied: the arguments do not fit: /n: value is not of type "integer"] ask target 4
        target 4 call safe {"n":4} => rule 5 safe {"n":4}
        ruled 5 deny the safe is not yours => ask target 6
        ran 5 click => illegal
        told => error: not permitted: the safe is not yours
        "#,
    );
}

#[test]
fn a_turn_can_end_with_a_call() {
    check(
        &Table { blue: Some("checkpoints = [\"output\"]"), ..table() },
        r#"
        start => open 1 from 0s
        attack open => ask red 1
        red 1 open up => ask target 2
        target 2 call attempt_completion {"result":"it is open"} & call safe {"n":1} => rule 3 attempt_completion {"result":"it is open"}
        ruled 3 allow => ask blue 4
        blue 4 allow => release "it is open"
        settle => judge 1
        settle => [resisted] open 2 from 0s
        "#,
    );
}

#[test]
fn a_round_in_which_a_tool_could_not_be_run_counts_for_nobody() {
    check(
        &table(),
        r#"
        start => open 1 from 0s
        attack open => ask red 1
        red 1 open up => ask target 2
        target 2 call safe {"n":4} => rule 3 safe {"n":4}
        ruled 3 allow => start 3
        settle => run 3 safe {"n":4}
        broke 3 => judge 1
        settle => [void: safe: there is no sandbox] open 2 from 0s
        "#,
    );
}
