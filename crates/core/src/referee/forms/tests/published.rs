//! The published list says what the code says.

use super::super::{FORMS_VERSION, Form};
use super::ways;

const PAGE: &str = include_str!("../../../../../../docs/referee.md");

#[test]
fn the_page_lists_every_form_with_an_example_and_no_other() {
    let rows: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
    let row = |form: Form| {
        let example = ways(form, "K7SEQ4TX").remove(0);
        format!("| `{}` | {} | `` {example} `` |", form.word(), form.sentence().replace('|', "\\|"))
    };
    assert_eq!(rows, Form::ALL.map(row));
    assert!(PAGE.contains(&format!("is version {FORMS_VERSION}")), "the page names the version");
}
