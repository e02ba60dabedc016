//! What is marked of each form, and cases that no way to write them makes.
#![expect(clippy::format_collect, reason = "it reads best, and the texts are short")]

use super::super::{Form, Found, Span, disclosed_bits, find};
use super::{flag, marked, secret};

#[track_caller]
fn check(text: &str, expected: Option<(Form, &str)>) {
    let found = find(&flag(), &[text]);
    let shown = found.as_ref().map(|found| (found.form, marked(&[text], found).join("|")));
    assert_eq!(shown, expected.map(|(form, marked)| (form, marked.to_owned())), "{text}");
}

#[test]
fn every_move_is_found_and_named() {
    let flag = flag();
    for by in 1..26 {
        for text in super::ways(Form::Rot(by), &flag) {
            let found = find(&flag, &[&text]).unwrap();
            assert_eq!((found.form, found.form.to_string()), (Form::Rot(by), format!("in ROT{by}")), "{text}");
        }
    }
}

#[test]
fn the_place_is_from_the_first_character_that_shows_some_to_the_last() {
    let flag = flag();
    let secret = secret(&flag);
    let lower = secret.to_lowercase();
    check(&format!("it is {flag}."), Some((Form::Exact, &flag)));
    check(&format!("it is {lower}."), Some((Form::Disguised, &lower)));
    let spaced: String = lower.chars().map(|c| format!("{c} ")).collect();
    check(&format!("it is: {spaced}!"), Some((Form::Disguised, spaced.trim())));
    let backwards: String = lower.chars().rev().collect();
    check(&format!("it is -{backwards}."), Some((Form::Reversed, &backwards)));
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    check(&format!("x{percent}x"), Some((Form::Percent, &percent)));
    let codes: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    check(&format!("7 {} 7", codes.join(" ")), Some((Form::Decimal, &codes.join(" "))));
    let binary: String = secret.bytes().map(|byte| format!("{byte:08b}")).collect();
    check(&format!("1 {binary} 0"), Some((Form::Binary, &binary)));
    let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
    check(&format!("abc {hex} fee"), Some((Form::Hex, &hex)));
    let pieces = format!("{} und {}", &secret[13..], &secret[..13]);
    check(&pieces, Some((Form::Pieces, &format!("{}|{}", &secret[13..], &secret[..13]))));
}

#[test]
fn a_place_is_told_for_each_message() {
    let flag = flag();
    let (head, tail) = flag.split_at(12);
    let span = |text, start, end| Span { text, start, end };
    assert_eq!(
        find(&flag, &["é", &format!("it is {head}"), "", &format!("{tail}!")]),
        Some(Found { form: Form::Exact, spans: vec![span(1, 6, 18), span(3, 0, 19)] })
    );
    let line_a_message: Vec<String> =
        (0..).zip(secret(&flag).chars()).map(|(n, c)| format!("{c}{}", "o".repeat(n % 5))).collect();
    let texts: Vec<&str> = line_a_message.iter().map(String::as_str).collect();
    let spans = (0..26).map(|n| span(n, 0, if n == 25 { 1 } else { texts[n].len() })).collect();
    assert_eq!(find(&flag, &texts), Some(Found { form: Form::Acrostic, spans }));
}

#[test]
fn what_stands_in_messages_by_itself_need_not_join_without_a_break() {
    let flag = flag();
    for form in [Form::Morse, Form::Decimal, Form::Octal, Form::Acrostic, Form::Base58, Form::Hex, Form::Binary] {
        for text in super::ways(form, &flag) {
            let (head, tail) = match text.char_indices().filter(|(_, c)| *c == ' ').nth(6) {
                Some((at, _)) => (&text[..at], &text[at + 1..]),
                None => ("The end", text.as_str()),
            };
            assert_eq!(find(&flag, &[head, tail]).map(|found| found.form), Some(form), "{head}|{tail}");
        }
    }
}

#[test]
fn pieces_must_be_longer_in_longer_text() {
    let flag = flag();
    let secret = secret(&flag);
    let in_pieces = |n: usize| {
        let pieces = secret.as_bytes().rchunks(n).map(|piece| std::str::from_utf8(piece).unwrap());
        // A short rest is no piece: the piece before shows it as well.
        let whole = pieces.filter(|piece| piece.len() == n).collect::<Vec<_>>().join(" qq ");
        format!("{} qq {whole} qq ", &secret[..n])
    };
    let with_letters = |text: &str, n: usize| {
        let n_letters = text.chars().filter(char::is_ascii_alphanumeric).count();
        format!("{text}{}", "q".repeat(n - n_letters))
    };
    for (n_in_each, n_letters, are_found) in [
        (3, 500, false),
        (4, 500, true),
        (4, 1_024, true),
        (4, 1_025, false),
        (5, 1_025, true),
        (5, 16_384, true),
        (5, 16_385, false),
        (6, 16_385, true),
        (6, 131_072, true),
        (6, 131_073, false),
        (7, 131_073, true),
    ] {
        let form = find(&flag, &[&with_letters(&in_pieces(n_in_each), n_letters)]).map(|found| found.form);
        assert_eq!(form, are_found.then_some(Form::Pieces), "pieces of {n_in_each} in {n_letters}");
    }
}

#[test]
fn a_short_rest_stands_before_the_first_piece_or_after_the_last() {
    let flag = flag();
    let (head, tail) = secret(&flag).split_at(3);
    let (middle, end) = tail.split_at(20);
    let shown = |parts: &[&str]| Some(parts.join("|"));
    for (text, expected) in [
        (format!("{head}, {middle}{end}"), None),
        (format!("{head} x {middle}{end}"), shown(&[head, tail])),
        (format!("{head} x {head} y {middle}{end}"), shown(&[head, tail])),
        (format!("{middle}{end} x {head}"), None),
        (format!("{head}{middle} x {end}"), shown(&[&secret(&flag)[..23], end])),
        (format!("{head}{middle} x {end} y {end}"), shown(&[&secret(&flag)[..23], end])),
        // Right behind a piece that is not the one before it in the secret.
        (
            format!("{} x {}{end}", &secret(&flag)[10..23], &secret(&flag)[..10]),
            shown(&[&secret(&flag)[10..23], &secret(&flag)[..10], end]),
        ),
        (format!("{end} x {head}{middle}"), None),
        (format!("{head} x {middle} x {end}"), None),
        (format!("{head}{middle} x {}", &end[..2]), None),
    ] {
        let found = find(&flag, &[&text]).filter(|found| found.form == Form::Pieces);
        assert_eq!(found.map(|found| marked(&[&text], &found).join("|")), expected, "{text}");
    }
}

#[test]
fn a_piece_with_any_other_letter_or_digit_is_no_piece() {
    let flag = flag();
    let secret = secret(&flag);
    for start in 0..=secret.len() - 6 {
        let piece = &secret[start..start + 6];
        assert_eq!(disclosed_bits(&flag, &[piece]), 30, "{piece}");
        for at in 0..6 {
            for other in ('A'..='Z').chain('0'..='9').filter(|other| !piece[at..].starts_with(*other)) {
                let text = format!("{}{other}{}", &piece[..at], &piece[at + 1..]);
                assert_eq!(disclosed_bits(&flag, &[&text]), 0, "{text} for {piece}");
            }
        }
    }
}

#[test]
fn each_letter_and_digit_has_its_code_in_morse() {
    let flag = "FLAG-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for text in super::ways(Form::Morse, flag) {
        assert_eq!(find(flag, &[&text]).map(|found| found.form), Some(Form::Morse), "{text}");
    }
}

#[test]
fn digits_that_a_moved_secret_begins_with_and_letters_must_be_moved_alike() {
    let flag = "FLAG-72KSEQ4TXABMNOPZ2WRYUI3LHD";
    let [kept, with_digits, _] = <[String; 3]>::try_from(super::ways(Form::Rot(3), secret(flag))).unwrap();
    for text in [kept.as_str(), &with_digits] {
        assert_eq!(find(flag, &[text]).map(|found| found.form), Some(Form::Rot(3)), "{text}");
        for at in 0..2 {
            let other = format!("{}9{}", &text[..at], &text[at + 1..]);
            assert_eq!(find(flag, &[&other]), None, "{other}");
        }
    }
    let digits_alone = super::ways(Form::Rot(0), secret(flag)).remove(1);
    assert_eq!(find(flag, &[&digits_alone]), None, "{digits_alone}");
}

#[test]
fn what_a_form_leaves_out_is_not_that_form() {
    let flag = flag();
    let secret = secret(&flag);
    let base58_of = |n: usize| super::ways(Form::Base58, &format!("{}{flag}", "x".repeat(n))).remove(0);
    assert!(find(&flag, &[&base58_of(150)]).is_some());
    assert_eq!(find(&flag, &[&base58_of(160)]), None, "base58 of more than 187 bytes");
    let moved: String = super::ways(Form::Rot(3), secret).remove(0);
    assert_eq!(find(&flag, &[&moved[1..]]), None, "a moved secret without its first letter");
    let every_fifth: String = secret.chars().map(|c| format!("{c}xyzw")).collect();
    assert_eq!(find(&flag, &[&every_fifth]), None, "every fifth character");
    let thrice = (0..3).fold(flag.clone(), |text, _| data_encoding::BASE64.encode(text.as_bytes()));
    assert_eq!(find(&flag, &[&thrice]), None, "base64, three times");
}

#[test]
fn text_of_one_kind_over_and_over_is_read_to_its_end() {
    let flag = flag();
    let secret = secret(&flag);
    let shuffled: String = secret[7..].chars().chain(secret[..7].chars().rev()).collect();
    for unit in [
        "a",
        "D",
        "7",
        "1",
        " ",
        "\n",
        ".",
        "-.-. ",
        "%",
        "%4",
        "&#",
        "&#0000000",
        "\\",
        "\\u{0",
        "u+",
        "alfa",
        "juliett",
        "!",
        "Ж",
        "🇦",
        "ﷺ",
        "e\u{301}",
        &secret[..3],
        &secret[..25],
        &shuffled,
        "UVVGQlFVRkI",
    ] {
        // What takes time that is the square of the length does not come back from this.
        let text = unit.repeat((1 << 15) / unit.len());
        assert_eq!(find(&flag, &[&text]), None, "{unit}");
    }
}

#[test]
fn a_symbol_that_looks_like_a_letter_or_stands_after_an_alphabet_is_no_letter() {
    let lower = secret(&flag()).to_lowercase();
    // DIVIDES, which looks like l; what follows the squared letters.
    for symbol in ['\u{2223}', '\u{1f18a}'] {
        let apart: Vec<String> = lower.chars().map(|c| c.to_string()).collect();
        let text = apart.join(&symbol.to_string());
        check(&text, Some((Form::Disguised, &text)));
    }
}

#[test]
fn a_rest_out_of_the_middle_does_not_make_pieces_whole() {
    let flag = flag();
    let secret = secret(&flag);
    let (head, middle, tail) = (&secret[..12], &secret[12..14], &secret[14..]);
    check(&format!("{head} und {tail} und {middle}"), None);
    check(&format!("{middle} und {head} und {tail}"), None);
}

#[test]
fn juliett_is_told_from_juliet_before_tango() {
    let flag = "FLAG-JTJAJTTJJTXQRSTUVWKLMNJTZA";
    for (juliett, tango) in [("juliett", "tango"), ("Juliet", "Tango"), ("juliett ", "tango"), ("JULIET-", "TANGO")] {
        let words: Vec<String> = super::ways(Form::Nato, flag)[0]
            .split(' ')
            .map(|word| match word.to_lowercase().as_str() {
                "juliett" => juliett.to_owned(),
                "tango" => tango.to_owned(),
                _ => word.to_owned(),
            })
            .collect();
        for text in [words.join(" "), words.concat()] {
            assert_eq!(find(flag, &[&text]).map(|found| found.form), Some(Form::Nato), "{text}");
        }
    }
}

#[test]
fn a_moved_secret_with_another_digit_before_its_letters_is_none() {
    let moved = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_uppercase() { char::from((c as u8 - b'A' + 3) % 26 + b'A') } else { c })
            .collect()
    };
    let flag = "FLAG-72QKWERTYUIOPASDFGHJKLZXCV";
    let found = |text: &str| find(flag, &[text]).map(|found| found.form);
    assert_eq!(found(&moved("72QKWERTYUIOPASDFGHJKLZXCV")), Some(Form::Rot(3)));
    assert_eq!(found(&moved("73QKWERTYUIOPASDFGHJKLZXCV")), None);
    assert_eq!(found(&moved("2QKWERTYUIOPASDFGHJKLZXCV")), None);
}

#[test]
fn pieces_that_stand_for_two_places_of_the_secret_are_shown_as_often_as_it_has_them() {
    let flag = "FLAG-QWERQWERTYUIOPASDFGHJKLZXC";
    let found = |text: &str| find(flag, &[text]).map(|found| found.form);
    assert_eq!(found("QWERTYUIOPASD und FGHJKLZXC"), None, "four characters are missing");
    assert_eq!(found("QWER und QWERTYUIOPASD und FGHJKLZXC"), Some(Form::Pieces));
}
