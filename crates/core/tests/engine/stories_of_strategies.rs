//! Red's strategies in a match: what is asked of its model, what is sent, what is taken back.

use crate::script::check;
use crate::table::Table;

#[test]
fn a_pack_plays_what_is_written_down_and_asks_nobody() {
    check(
        &Table::talk()
            .unguarded()
            .red_with("[strategy]\nkind = \"pack\"\nconverters = [\"hex\"]\nplain = false\nattacks = [\"{{goal}}\"]"),
        r#"
        start => open 1 from 0s
        attack rude => send
        settle => [hex] ask target 1
        red 1 hello => illegal
        target 1 no => release "no"
        settle => judge 1
        settle => [undecided] open 2 from 0s
        "#,
    );
}

#[test]
fn a_search_asks_its_model_and_sends_what_comes_of_it_in_the_next_round_too() {
    check(
        &Table::talk().unguarded().red_with("[strategy]\nkind = \"pair\""),
        r#"
        start => open 1 from 0s
        attack false-hour => ask red 1
        red 1 {"improvement":"first","prompt":"at night?"} => send
        settle => [plain] ask target 2
        target 2 by day => release "by day"
        settle => judge 1
        settle => [resisted] open 2 from 0s
        attack false-hour => ask red 3
        red 3 {"score": 3} => ask red 4
        red 4 {"improvement":"second","prompt":"until midnight?"} => send
        settle => [plain] ask target 5
        fail target 5 unavailable => judge 2
        settle => [void: target: unavailable] open 3 from 0s
        attack false-hour => send
        settle => [plain] ask target 6
        target 6 we are open until midnight => release "we are open until midnight"
        settle => judge 3
        settle => [breach] open 4 from 0s
        "#,
    );
}

#[test]
fn an_escalation_takes_back_what_was_refused() {
    check(
        &Table::talk().unguarded().red_with("[strategy]\nkind = \"crescendo\"\nmax_backtracks = 1"),
        r#"
        start => open 1 from 0s
        attack false-hour => ask red 1
        red 1 {"refused":false,"message":"hello"} => send
        settle => [plain] ask target 2
        target 2 welcome => release "welcome"
        settle => ask red 3
        red 3 {"refused":false,"message":"at night?"} => send
        settle => [plain] ask target 4
        told => at night?
        target 4 no => release "no"
        settle => ask red 5
        red 5 {"refused":true,"message":"in the evening?"} => send
        settle => [takes back] ask target 6
        heard => hello | welcome | in the evening?
        target 6 yes => release "yes"
        settle => ask red 7
        red 7 {"refused":false,"message":"until midnight?"} => send
        settle => [plain] ask target 8
        heard => hello | welcome | in the evening? | yes | until midnight?
        target 8 no => release "no"
        settle => judge 1
        settle => [resisted] open 2 from 0s
        "#,
    );
}
