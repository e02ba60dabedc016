//! Hexadecimal digits, two a character.

use std::ops::Range;

use super::digits::{Alphabet, find_spelled, spelled};
use super::page::Page;
use super::sign::{Sign, bytes};
use super::words::words;

const DIGITS: Alphabet = Alphabet::new(&[b"0123456789abcdef", b"0123456789ABCDEF"]);

/// The secret in hexadecimal.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    if page.census.n(|byte| DIGITS.value(byte).is_some()) < page.secret.n_digits(4) {
        return None;
    }
    let needle = &page.secret.needle;
    // `0x41 0x42`, `\x41\x42` and `41:42`: marks hold no digit but the 0 before the x.
    let digits: Vec<Sign> = bytes(page.text)
        .filter(|sign| !page.text.as_bytes()[sign.start..].starts_with(b"0x"))
        .filter_map(|sign| Some(sign.with(DIGITS.value(sign.value)?)))
        .collect();
    let among_anything = find_spelled(needle, &digits, 4);
    // `first 41, then 42`: words hold digits, too, but are seldom made of them.
    let among_words = || {
        let bytes = words(page.text, "0x", &DIGITS)
            .filter(|word| word.len() % 2 == 0)
            .flat_map(|word| spelled(&word, 4, 0).filter_map(Sign::plain).collect::<Vec<_>>());
        needle.find(bytes)
    };
    among_anything.or_else(among_words)
}
