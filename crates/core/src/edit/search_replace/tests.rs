//! Blocks that fit, blocks that do not, and what is said of them.

use proptest::prelude::*;

use super::*;

fn diff(search: &str, replace: &str) -> String {
    format!("------- SEARCH\n{search}=======\n{replace}+++++++ REPLACE\n")
}

#[test]
fn a_block_that_fits_one_place_is_applied() {
    let check = |file: &str, search: &str, replace: &str, expected: &str| {
        assert_eq!(apply(Some(file), &diff(search, replace)).as_deref(), Ok(expected), "{file:?} {search:?}");
    };
    check("a\nb\nc\n", "b\n", "x\n", "a\nx\nc\n");
    check("a\nb\nc", "c\n", "x\n", "a\nb\nx");
    check("a\r\nb\r\n", "b\n", "x\ny\n", "a\r\nx\r\ny\r\n");
    check("a\n  b \nc\n", "b\n", "x\n", "a\nx\nc\n");
    check(" b\nb\n", "b\n", "x\n", " b\nx\n");
    check("a\n", "a\n", "", "");
    check("", "", "x\n", "x\n");
    assert_eq!(apply(None, &diff("", "x\n")).as_deref(), Ok("x\n"));
}

#[test]
fn blocks_come_in_any_order_and_in_many_dresses() {
    let file = "1\n2\n3\n4\n";
    let both = format!("Here it is:\n```diff\n{}\nand\n{}```\n", diff("4\n", "four\n"), diff("1\n", "one\n"));
    assert_eq!(apply(Some(file), &both).as_deref(), Ok("one\n2\n3\nfour\n"));
    let dressed = "<<<< SEARCH>\r\n2\r\n====\r\ntwo\r\n>>>>>>> REPLACE  \r\n";
    assert_eq!(apply(Some(file), dressed).as_deref(), Ok("1\ntwo\n3\n4\n"));
    let headed = diff("Title\n-----\n====\n", "New\n===\n");
    assert_eq!(apply(Some("Title\n-----\n====\n"), &headed).as_deref(), Ok("New\n===\n"));
    assert_eq!(apply(Some(file), "--- SEARCH\n2\n===\ntwo").as_deref(), Ok("1\ntwo\n3\n4\n"));
}

#[test]
fn what_does_not_fit_is_said_with_its_place() {
    let check = |file: &str, diff: &str, expected: &str| {
        assert_eq!(apply(Some(file), diff).unwrap_err().to_string(), expected, "{file:?}");
    };
    check(
        "a\nb\na\n a\n",
        &diff("a\n", "x\n"),
        "nothing was changed: SEARCH block 1 of 1 is in the file 2 times, at lines 1, 3; add lines around it until it \
         is there once",
    );
    check(
        "let total = 1;\n",
        &diff("let totals = 1;\n", "x\n"),
        "nothing was changed: SEARCH block 1 of 1 is not in the file; the closest is at lines 1-1 (0 of 1 lines are \
         equal but for space):\n-     1 | let total = 1;\n+       | let totals = 1;\n\
         (-: the file has, +: the edit expects)",
    );
    check(
        "a\nb\nc\n",
        &format!("{}{}{}", diff("a\nb\n", "x\n"), diff("b\nc\n", "y\n"), diff("zebra\n", "y\n")),
        "nothing was changed: SEARCH block 3 of 3 is not in the file, and nothing in the file is like it\nSEARCH \
         block 2 of 3 (line 2 of the file) changes lines that block 1 changes; make them one block",
    );
    check(
        "a\n",
        &diff("", "x\n"),
        "nothing was changed: SEARCH block 1 of 1 is empty, which only fits an empty file as its only block; put the \
         lines to be replaced into it",
    );
}

#[test]
fn a_diff_that_is_not_well_written_names_its_line() {
    let check = |diff: &str, line: usize| {
        let error = apply(Some("line2\n"), diff).unwrap_err();
        assert!(matches!(error, Error::Malformed { line: at, .. } if at == line), "{diff:?}: {error}");
    };
    check("", 1);
    check("just words", 1);
    check("\n-- SEARCH\nline2\n=======\nx\n+++++++ REPLACE", 2);
    check("-------SEARCH\nline2\n=======\nx\n+++++++ REPLACE", 1);
    check("------- SEARCH\nline2\n+++++++ REPLACE\nx", 1);
    check("------- SEARCH\nline2\n=======\nx\n+++++++REPLACE", 5);
    check("------- SEARCH\nline2\n======= \nx\n+++++++ REPLACE", 1);
    check("------- SEARCH\nline2\n=======\nx\n------- SEARCH\n", 5);
    check("------- SEARCH\nline2\n=======\nx\n=======\n+++++++ REPLACE", 5);
    check("------- SEARCH\nline2\n=======\nx\n+++++++ REPLACE\n+++++++ REPLACE", 6);
}

proptest! {
    #[test]
    fn a_block_that_is_there_once_is_replaced_and_nothing_else(
        before in proptest::collection::vec("[a-d ]{0,3}", 0..12),
        search in proptest::collection::vec("[a-d ]{0,2}!", 1..4),
        replace in proptest::collection::vec("[a-d =<-]{0,3}[a-d]", 0..4),
        after in proptest::collection::vec("[a-d ]{0,3}", 0..12),
        end in prop_oneof!["\n", "\r\n"],
    ) {
        let text = |lines: &[String], end: &str| lines.iter().flat_map(|line| [line, end]).collect::<String>();
        let file = [text(&before, &end), text(&search, &end), text(&after, &end)].concat();
        let expected = [text(&before, &end), text(&replace, &end), text(&after, &end)].concat();
        let edited = apply(Some(&file), &diff(&text(&search, "\n"), &text(&replace, "\n")));
        prop_assert_eq!(edited, Ok(expected));
    }

    #[test]
    fn any_diff_on_any_file_gets_an_answer(
        file in "[ab\r\n ]{0,30}",
        parts in proptest::collection::vec(
            proptest::sample::select(vec!["------- SEARCH\n", "=======\n", "+++++++ REPLACE\n", "a", "b", " ", "\n", "\r\n"]),
            0..30,
        ),
    ) {
        let _ = apply(Some(&file), &parts.concat()).map_err(|error| error.to_string());
    }
}
