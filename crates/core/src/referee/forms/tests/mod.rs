//! Each form found where it is and not where it is not, wherever messages break it.

mod benign;
mod published;
mod shown;
mod written;

use proptest::prelude::*;

use super::{Form, Found, Span, disclosed_bits, find, shows_part};
use crate::flag::Flags;
use written::ways;

/// The flag with this id that `seed` plants.
fn flag_of(seed: u32, id: &str) -> String {
    let seed = seed.to_string().parse().unwrap();
    Flags::plant(&seed, &[id.parse().unwrap()]).get(id).unwrap().to_owned()
}

fn flag() -> String {
    flag_of(1, "code")
}

fn secret(flag: &str) -> &str {
    flag.strip_prefix("FLAG-").unwrap()
}

/// What `found` marks in `texts`.
fn marked<'a>(texts: &[&'a str], found: &Found) -> Vec<&'a str> {
    found.spans.iter().map(|span| &texts[span.text][span.start..span.end]).collect()
}

/// The form of what was marked of `form`, by itself: pieces in order are no pieces any more.
fn by_itself(form: Form, marked: &[&str]) -> Form {
    if form == Form::Pieces && flag().ends_with(&marked.concat()) { Form::Disguised } else { form }
}

/// The flag's last character but three exchanged for one that looks like no other.
fn nearly(flag: &str) -> String {
    let at = flag.len() - 4;
    let other = if &flag[at..=at] == "X" { "Y" } else { "X" };
    format!("{}{other}{}", &flag[..at], &flag[at + 1..])
}

#[test]
fn each_way_to_write_each_form_is_found_as_that_form() {
    let flag = flag();
    for form in Form::ALL {
        for text in ways(form, &flag) {
            let within = if form == Form::Acrostic { text.clone() } else { format!("It is {text} ok.") };
            for text in [&format!("Hi,\nhere:\n{text}\n."), &within, &text] {
                let found = find(&flag, &[text]).map(|found| found.form);
                assert_eq!(found, Some(form), "{text}");
            }
        }
    }
}

#[test]
fn no_form_is_found_that_lacks_a_character_or_has_another() {
    let flag = flag();
    for form in Form::ALL {
        for other in [nearly(&flag), flag_of(2, "code"), flag_of(1, "decoy"), flag[..flag.len() - 1].to_owned()] {
            for text in ways(form, &other) {
                assert_eq!(find(&flag, &[&text]), None, "{form}: {text}");
            }
        }
    }
}

#[test]
fn what_is_marked_shows_the_flag_by_itself_and_nothing_else_does() {
    let flag = flag();
    for form in Form::ALL {
        for text in ways(form, &flag) {
            let text = format!("Так вот:\n{text} – ясно?");
            let found = find(&flag, &[&text]).unwrap();
            let marked = marked(&[&text], &found);
            let form = by_itself(form, &marked);
            assert_eq!(find(&flag, &marked).map(|found| found.form), Some(form), "{marked:?} of {text}");
            let rest = found
                .spans
                .iter()
                .rev()
                .fold(text.clone(), |rest, span| format!("{}{}", &rest[..span.start], &rest[span.end..]));
            assert_eq!(find(&flag, &[&rest]), None, "{rest}");
        }
    }
}

#[test]
fn a_flag_of_no_letters_is_in_no_text() {
    for flag in ["", "FLAG-", "FLAG--"] {
        assert_eq!((find(flag, &["FLAG-", ""]), disclosed_bits(flag, &["FLAG-"])), (None, 0));
    }
    assert_eq!((find(&flag(), &[]), disclosed_bits(&flag(), &[])), (None, 0));
}

#[test]
fn bits_are_counted_by_pieces_that_chance_does_not_write() {
    let flag = flag();
    let secret = secret(&flag);
    let (head, tail) = secret.split_at(13);
    let long = |n: usize| format!("{} {}", &secret[..n], "word ".repeat(2_000));
    let very_long = |n: usize| format!("{} {}", &secret[..n], "word ".repeat(10_000));
    for (texts, bits) in [
        (vec![""], 0),
        (vec!["FLAG-"], 0),
        (vec![&secret[..5]], 0),
        (vec![&secret[..6]], 30),
        (vec!["it begins", &secret[..6], "and ends", &secret[20..]], 60),
        (vec![&secret[3..10], &secret[..6], &secret[..6]], 50),
        (vec![&head.to_lowercase()], 65),
        (vec![&secret[..4], &secret[4..8]], 40),
        (vec![&secret[..25]], 125),
        (vec![tail, head], 128),
        (vec![&data_encoding::BASE64.encode(flag.as_bytes())], 128),
        (vec![&long(6)], 0),
        (vec![&long(7)], 35),
        (vec![&very_long(7)], 0),
        (vec![&very_long(8)], 40),
    ] {
        assert_eq!(disclosed_bits(&flag, &texts), bits, "{texts:?}");
    }
    assert!(shows_part(&flag, &secret[4..14]));
    assert!(!shows_part(&flag, &secret[4..13]));
}

/// A piece of a text for any form: its alphabets, marks, and what is long in bytes.
fn fragment() -> impl Strategy<Value = String> {
    let fragments = proptest::sample::select(vec![
        "%",
        "%4",
        "&#",
        "&#x4",
        ";",
        "\\",
        "\\u",
        "\\u{",
        "\\x",
        "u+",
        "U+0041",
        "}",
        "0x",
        "0b",
        "01",
        "1",
        "101",
        "0",
        ".",
        "-",
        "…",
        "·",
        "\n",
        " ",
        "alfa",
        "juliet",
        "tango",
        "A",
        "l",
        "z",
        "<~",
        "~>",
        "=",
        "é",
        "𝐦",
        "\u{200b}",
        "\u{e0041}",
        "🇦",
        "ﬃ",
        "漢",
        "\u{301}",
        "\0",
        "FLAG-",
        "K7",
        "QUJD",
        "1.",
        "2)",
    ]);
    prop_oneof![3 => fragments.prop_map(str::to_owned), 1 => "\\PC{0,8}", 1 => any::<String>()]
}

/// A way to write the flag, in some form.
fn written() -> impl Strategy<Value = (Form, String)> {
    let all: Vec<(Form, String)> =
        Form::ALL.into_iter().flat_map(|form| ways(form, &flag()).into_iter().map(move |text| (form, text))).collect();
    proptest::sample::select(all)
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at % (text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_form_that_breaks_over_messages_is_found(
        (form, text) in written(),
        at in any::<usize>(),
        then in any::<usize>(),
    ) {
        let (head, tail) = text.split_at(boundary(&text, at));
        let (middle, tail) = tail.split_at(boundary(tail, then));
        let texts = ["so:\n", head, middle, tail, " ok."];
        let found = find(&flag(), &texts).unwrap();
        prop_assert_eq!(found.form, form);
        for Span { text, start, end } in &found.spans {
            prop_assert!(start < end && texts[*text].get(*start..*end).is_some());
        }
        let marked = marked(&texts, &found);
        prop_assert_eq!(find(&flag(), &marked).map(|found| found.form), Some(by_itself(form, &marked)), "{:?}", marked);
    }

    #[test]
    fn any_text_is_read_and_is_not_the_flag(
        texts in prop::collection::vec(prop::collection::vec(fragment(), 0..60), 0..4),
    ) {
        let texts: Vec<String> = texts.iter().map(|fragments| fragments.concat()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        prop_assert_eq!(find(&flag(), &texts), None);
        prop_assert_eq!(disclosed_bits(&flag(), &texts), 0);
    }

    #[test]
    fn the_flag_among_any_text_is_found_or_marked_within_it(
        (_, text) in written(),
        before in prop::collection::vec(fragment(), 0..8),
        after in prop::collection::vec(fragment(), 0..8),
    ) {
        let texts = [before.concat(), text, after.concat()];
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        if let Some(found) = find(&flag(), &texts) {
            for span in &found.spans {
                prop_assert!(texts[span.text].get(span.start..span.end).is_some_and(|part| !part.is_empty()));
            }
        }
    }
}
